package headgate.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// The AOT caches, with which JVMs start in a fraction of the time. A cache is loaded whole, so
/// there are three: for commands that look at traffic, for those that talk to Kafka, and for the
/// broker's JVM. The launcher has them made once, after a build: it runs this command in a JVM that
/// records its own cache, and this command does what such a JVM will have to do. Before that it
/// makes [old classes][OldClasses] fit for caches.
@Command(
        name = "make-cache",
        mixinStandardHelpOptions = true,
        hidden = true,
        description = "Do what an AOT cache of this build is made from.")
final class AotCaches implements Callable<Integer> {
    private static final String BROKER_CACHE = "headgate.broker.cache";

    /// Which cache; `libraries` is what comes before the first.
    enum Kind {
        libraries,
        look,
        serve,
        broker
    }

    @Parameters(paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}.")
    private Kind kind;

    /// Options for the broker's JVM: none where there is no cache.
    static String[] brokerOptions() {
        String place = System.getProperty(BROKER_CACHE);
        return place == null || !Files.exists(Path.of(place))
                ? new String[0]
                : new String[] {"-XX:AOTCache=" + place, "-Xlog:disable"};
    }

    @Override
    public Integer call() throws IOException {
        switch (kind) {
            case libraries -> renewLibraries();
            case look -> look();
            case serve -> run("run", "--speed", "0", "--until-end");
            case broker -> startAndStopABroker();
        }
        return ExitCode.DONE;
    }

    /// Lets caches take picocli.
    private static void renewLibraries() throws IOException {
        String picocli =
                CommandLine.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        OldClasses.renew(Path.of(picocli), CommandLine.class.getClassLoader());
    }

    private static void look() {
        String samples = Path.of(System.getProperty("headgate.home", "."), "samples").toString();
        String sample = samples + "/sample.pcapng";
        run("--help");
        run("flows", "-r", sample);
        run("flows", "-r", sample, "-T", "jsonl");
        run("packets", "-r", sample);
        run("packets", "-r", sample, "-T", "jsonl");
        run("path", "-r", sample);
        run("forward", "-R", samples + "/router", "-r", sample, "--in", "lan0");
    }

    private static void startAndStopABroker() throws IOException {
        String place = System.getProperty(BROKER_CACHE);
        if (place == null) {
            throw new CommandFailure(ExitCode.USAGE, "the launcher calls this: -D" + BROKER_CACHE);
        }
        Path directory = Files.createTempDirectory("headgate-cache");
        try {
            KafkaProcess.start(directory, "-XX:AOTCacheOutput=" + place, "-Xlog:disable").close();
        } finally {
            RunCommand.delete(directory);
        }
    }

    private static void run(String... arguments) {
        var nowhere = new PrintWriter(Writer.nullWriter());
        Headgate.commandLine(arguments).setOut(nowhere).setErr(nowhere).execute(arguments);
    }
}
