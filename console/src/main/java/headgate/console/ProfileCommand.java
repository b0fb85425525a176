package headgate.console;

import headgate.softnet.ProfileKey;
import headgate.softnet.SettingName;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        description =
                "The host profiles that headgate path replays traffic through, and what-ifs beside the"
                        + " hosts that a stream processor follows.",
        subcommands = {
            ProfileCommand.ListCommand.class,
            ProfileCommand.ShowCommand.class,
            ProfilePutCommand.class,
            ProfileDeleteCommand.class
        })
final class ProfileCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "list, show, put or delete?");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "The profiles that exist by name, and how they differ from linux-6.")
    static final class ListCommand implements Callable<Integer> {
        @Mixin private OutputOptions output;

        @Override
        public Integer call() {
            if (!output.isText()) {
                try (var rows = output.rows()) {
                    for (String name : SoftnetProfile.names()) {
                        rows.add(json -> {
                            json.writeStartObject();
                            json.writeStringField("profile", name);
                            json.writeStringField("differs", difference(name));
                            json.writeEndObject();
                        });
                    }
                }
                return ExitCode.DONE;
            }
            var table = new TextTable("profile", "differs from linux-6 in");
            SoftnetProfile.names().forEach(name -> table.row(name, difference(name)));
            table.row("host", "what this host's tools say of it (headgate snapshot)");
            table.row("FILE", "lines of key = value (headgate path --calibrate writes one)");
            table.row("DIR", "the host whose snapshot lies there (headgate snapshot -o DIR)");
            table.print(output.out());
            output.out().flush();
            return ExitCode.DONE;
        }

        private static String difference(String name) {
            return SoftnetProfile.of(name).differenceFrom(SoftnetProfile.LINUX_6);
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Every setting of a profile, what it means and what it may be.")
    static final class ShowCommand implements Callable<Integer> {
        @Parameters(
                paramLabel = "PROFILE",
                description = "A name, host, a profile file, or the folder of a snapshot.",
                defaultValue = "linux-6")
        private String word;

        @Option(
                names = "--device",
                paramLabel = "NAME",
                description =
                        "The host's interfaces that traffic arrives on, as eth0+eth1 (default: all with"
                                + " interrupts of their own).")
        private String device;

        @Mixin private OutputOptions output;

        @Override
        public Integer call() throws IOException {
            ProfileSource source;
            try {
                source = ProfileSource.of(word, device);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ExitCode.USAGE, e.getMessage());
            }
            Map<String, String> settings = source.base().settings();
            if (output.isText()) {
                var table = new TextTable("key", ">value", "allowed", "meaning");
                settings.forEach((key, value) -> {
                    ProfileKey it = SettingName.of(key).key();
                    table.row(key, value, it.allowed(), it.meaning());
                });
                table.print(output.out());
                output.out().flush();
            } else {
                try (var rows = output.rows()) {
                    settings.forEach((key, value) ->
                            rows.add(json -> {
                                json.writeStartObject();
                                json.writeStringField("key", key);
                                json.writeStringField("value", value);
                                ProfileKey it = SettingName.of(key).key();
                                json.writeStringField("allowed", it.allowed());
                                json.writeStringField("meaning", it.meaning());
                                json.writeEndObject();
                            }));
                }
            }
            source.notes().forEach(note -> output.err().println("headgate: " + word + ": " + note));
            output.err().flush();
            return ExitCode.DONE;
        }
    }
}
