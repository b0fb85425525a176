package headgate.console;

import headgate.capture.AgentCommand;
import headgate.streams.StreamCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The `headgate` command: finds the subcommand and turns what happened into an exit code.
@Command(
        name = "headgate",
        mixinStandardHelpOptions = true,
        addMethodSubcommands = false,
        versionProvider = Headgate.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "See what your network path does to packets, and what it would do instead.",
            ""
        },
        footer = {
            "",
            "Commands that look at traffic accept -r FILE or -i IFACE, and a capture filter last:",
            "  headgate packets -r day.pcap.gz -c 10 tcp port 443",
            "  headgate path -r day.pcap -p linux-6 --set backlog=300",
            "",
            "Exit status: 0 done, 1 --fail-on met, 2 usage, 3 input unreadable or cut,",
            "4 broker unreachable or refusing, 5 internal error, 130 interrupted."
        })
public final class Headgate implements Runnable {
    /// The commands, in the order of the help text.
    private static final List<String> COMMANDS =
            List.of(
                    "packets",
                    "path",
                    "flows",
                    "forward",
                    "interfaces",
                    "profile",
                    "snapshot",
                    "check",
                    "validate",
                    "run",
                    "top",
                    "agent",
                    "stream",
                    "make-cache",
                    "completion",
                    "help");

    private static Object command(String name) {
        return switch (name) {
            case "packets" -> new PacketsCommand();
            case "path" -> new PathCommand();
            case "flows" -> new FlowsCommand();
            case "forward" -> new ForwardCommand();
            case "interfaces" -> new InterfacesCommand();
            case "profile" -> new ProfileCommand();
            case "snapshot" -> new SnapshotCommand();
            case "check" -> new CheckCommand();
            case "validate" -> new ValidateCommand();
            case "run" -> new RunCommand();
            case "top" -> new TopCommand();
            case "agent" -> new AgentCommand();
            case "stream" -> new StreamCommand();
            case "make-cache" -> new AotCaches();
            case "completion" -> new GenerateCompletion();
            case "help" -> new HelpCommand();
            default -> throw new IllegalArgumentException("no command " + name);
        };
    }

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }

    public static void main(String[] arguments) {
        var finished = new AtomicBoolean();
        var main = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .unstarted(() -> {
                                    // After SIGINT or SIGTERM the command prints what it has;
                                    // the JVM then exits with 128 + the signal's number.
                                    if (!finished.get()) {
                                        Interruption.raise();
                                        joinQuietly(main, 10_000);
                                    }
                                }));
        StandardOutput stdout = StandardOutput.OWN;
        PrintWriter out = stdout.writer(System.out.charset());
        int status = commandLine(arguments).setOut(out).execute(arguments);
        out.flush();
        finished.set(true);
        if (stdout.failure() != null) {
            System.err.println("headgate: standard output: " + stdout.failure());
            System.exit(ExitCode.INPUT);
        }
        if (stdout.readerLeft()) {
            System.exit(ExitCode.DONE);
        }
        if (!Interruption.raised()) {
            System.exit(status);
        }
    }

    /// The command line, ready to execute; also for tests.
    ///
    /// @param arguments what it will execute: where the first one names a command, the others are
    ///   left out, since looking at a command's flags costs more than many a command does; none
    ///   means all commands
    static CommandLine commandLine(String... arguments) {
        var line = new CommandLine(new Headgate());
        String named = arguments.length == 0 ? "" : arguments[0];
        boolean all =
                !COMMANDS.contains(named) || named.equals("help") || named.equals("completion");
        for (String name : all ? COMMANDS : List.of(named)) {
            line.addSubcommand(name, command(name));
        }
        line.setExecutionExceptionHandler(Headgate::explain);
        line.setParameterExceptionHandler(Headgate::explainUsage);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(100);
        line.getSubcommands().values().forEach(Headgate::stopAtFilter);
        return line;
    }

    /// Words after the first positional one belong to the capture filter, whatever they look like.
    private static void stopAtFilter(CommandLine command) {
        if (!command.getCommandSpec().positionalParameters().isEmpty()) {
            command.setStopAtPositional(true);
        }
    }

    /// Says what, where and what to do; a stack trace only for bugs.
    private static int explain(
            Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        var err = command.getErr();
        switch (failure) {
            case CommandFailure known -> {
                err.println("headgate: " + known.getMessage());
                return known.exitCode();
            }
            case IOException io -> {
                err.println("headgate: " + words(io));
                return ExitCode.INPUT;
            }
            case UncheckedIOException io -> {
                err.println("headgate: " + words(io.getCause()));
                return ExitCode.INPUT;
            }
            default -> {
                err.println(
                        "headgate: internal error, please report it with the lines that follow");
                failure.printStackTrace(err);
                return ExitCode.INTERNAL;
            }
        }
    }

    /// Java's own message of many a fault of files is the file's name and nothing else.
    private static String words(IOException failure) {
        return switch (failure) {
            case NoSuchFileException e when e.getReason() == null ->
                    e.getFile() + ": no such file or directory";
            case AccessDeniedException e when e.getReason() == null ->
                    e.getFile() + ": permission denied";
            case FileAlreadyExistsException e when e.getReason() == null ->
                    e.getFile() + ": is there already, and is no directory";
            default -> failure.getMessage();
        };
    }

    /// Says what is wrong with the words, the likely ones instead, and where to read on.
    private static int explainUsage(ParameterException failure, String[] arguments) {
        var command = failure.getCommandLine();
        var err = command.getErr();
        err.println("headgate: " + failure.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, err)
                && !command.getSubcommands().isEmpty()) {
            err.println("Commands: " + String.join(", ", command.getSubcommands().keySet()));
        }
        err.println("Read: " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return ExitCode.USAGE;
    }

    private static void joinQuietly(Thread thread, long millis) {
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Says the version of the jar, and of the Java that runs it.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Headgate.class.getPackage().getImplementationVersion();
            return new String[] {
                "headgate " + (version == null ? "(not packaged)" : version),
                "Java " + Runtime.version()
            };
        }
    }
}
