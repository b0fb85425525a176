package headgate.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// The AOT caches, with which JVMs start in a fraction of the time: one for the command line, one
/// for the broker's JVM. The launcher has them made once, after a build: it runs this command in a
/// JVM that records its own cache, and this command runs every other one.
@Command(
        name = "make-caches",
        mixinStandardHelpOptions = true,
        hidden = true,
        description = "Make the AOT caches of this build.")
final class AotCaches implements Callable<Integer> {
    private static final String BROKER_CACHE = "headgate.broker.cache";

    /// Options for the broker's JVM: none where there is no cache.
    static String[] brokerOptions() {
        String place = System.getProperty(BROKER_CACHE);
        return place == null || !Files.exists(Path.of(place))
                ? new String[0]
                : new String[] {"-XX:AOTCache=" + place, "-Xlog:disable"};
    }

    @Override
    public Integer call() throws IOException {
        String brokerCache = System.getProperty(BROKER_CACHE);
        if (brokerCache == null) {
            throw new CommandFailure(ExitCode.USAGE, "the launcher calls this: -D" + BROKER_CACHE);
        }
        String samples = Path.of(System.getProperty("headgate.home", "."), "samples").toString();
        String sample = samples + "/sample.pcapng";
        train("flows", "-r", sample);
        train("flows", "-r", sample, "-T", "jsonl");
        train("packets", "-r", sample);
        train("packets", "-r", sample, "-T", "jsonl");
        train("path", "-r", sample);
        train("forward", "-R", samples + "/router", "-r", sample, "--in", "lan0");
        train("run", "--speed", "0", "--until-end");
        Path directory = Files.createTempDirectory("headgate-cache");
        try {
            KafkaProcess.start(directory, "-XX:AOTCacheOutput=" + brokerCache, "-Xlog:disable")
                    .close();
        } finally {
            RunCommand.delete(directory);
        }
        return ExitCode.DONE;
    }

    private static void train(String... arguments) {
        var nowhere = new PrintWriter(Writer.nullWriter());
        Headgate.commandLine().setOut(nowhere).setErr(nowhere).execute(arguments);
    }
}
