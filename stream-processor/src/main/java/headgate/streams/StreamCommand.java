package headgate.streams;

import headgate.schema.Topics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `headgate stream`: the flags of the stream processor, and its life as a command.
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Run the stream processor: flows, verdicts and path statistics from captured frames.",
            "Start it again on other machines, with the same application id, to share the work.",
            ""
        },
        footer = {
            "",
            "Stops on SIGINT and SIGTERM; what was done is committed then.",
            "Exit status: 0 stopped, 2 usage, 4 no broker, 5 internal error."
        })
public final class StreamCommand implements Callable<Integer> {
    private static final int NO_BROKER = 4;
    private static final int INTERNAL_ERROR = 5;

    @Spec private CommandSpec spec;

    @Option(
            names = {"-b", "--brokers"},
            paramLabel = "HOST:PORT[,…]",
            description = "Kafka brokers (default: ${DEFAULT-VALUE}).",
            defaultValue = "localhost:9092")
    private String brokers;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            description = "Begins the name of every topic (default: ${DEFAULT-VALUE}).",
            defaultValue = "headgate.")
    private String topicPrefix;

    @Option(
            names = "--application-id",
            paramLabel = "ID",
            description = "Processes with the same one share the work (default: ${DEFAULT-VALUE}).",
            defaultValue = "headgate-stream")
    private String applicationId;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Partitions worked on at the same time (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private int threads;

    @Option(
            names = "--commit-interval",
            paramLabel = "DURATION",
            description =
                    "How often input positions, state and answers are committed together, such as"
                            + " 200ms or 1s (default: ${DEFAULT-VALUE}).",
            converter = Time.class,
            defaultValue = "1s")
    private Duration commitInterval;

    @Option(
            names = "--standbys",
            paramLabel = "N",
            description = "Warm copies of each state elsewhere (default: ${DEFAULT-VALUE}).",
            defaultValue = "0")
    private int standbys;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description =
                    "Where this process keeps who it is (default:"
                            + " ~/.local/state/headgate/stream).")
    private Path stateDirectory;

    @Option(
            names = "--patience",
            paramLabel = "DURATION",
            description =
                    "How long brokers that are away are waited for at the start (default:"
                            + " ${DEFAULT-VALUE}).",
            converter = Time.class,
            defaultValue = "30s")
    private Duration patience;

    @Option(
            names = "--silence",
            paramLabel = "DURATION",
            description =
                    "How long nothing is heard of a lane before its time goes on with the clock, so"
                            + " that its last flows end (default: ${DEFAULT-VALUE}).",
            converter = Time.class,
            defaultValue = "30s")
    private Duration silence;

    @Option(
            names = "--interim",
            paramLabel = "DURATION",
            description =
                    "A flow that goes on for longer gives an interim record this often"
                            + " (default: ${DEFAULT-VALUE}).",
            converter = Time.class,
            defaultValue = "60s")
    private Duration interim;

    @Option(
            names = "--max-detailed",
            paramLabel = "N",
            description =
                    "Most flows of a lane that are alive at once and whose round trips, gaps and"
                            + " kinds of retransmissions are kept (default: ${DEFAULT-VALUE}).",
            defaultValue = "65536")
    private int maxDetailed;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        StreamProcessor processor;
        try {
            processor = StreamProcessor.start(settings(), message -> say(err, message));
        } catch (BrokerAwayException away) {
            say(err, away.getMessage());
            return NO_BROKER;
        }
        var stop = new Thread(processor::close, "stop stream processor");
        Runtime.getRuntime().addShutdownHook(stop);
        say(err, "reading " + topicPrefix + "* from " + brokers + " as " + applicationId);
        processor.awaitEnd();
        processor
                .counters()
                .snapshot()
                .forEach((count, value) -> say(err, words(count) + " " + value));
        return processor.failure() == null ? 0 : INTERNAL_ERROR;
    }

    private StreamSettings settings() {
        try {
            return new StreamSettings(
                    brokers,
                    applicationId,
                    threads,
                    Topics.with(topicPrefix),
                    stateDirectory == null ? defaultStateDirectory() : stateDirectory,
                    commitInterval,
                    standbys,
                    patience,
                    silence,
                    interim,
                    maxDetailed);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage());
        }
    }

    private static Path defaultStateDirectory() {
        String state = System.getenv("XDG_STATE_HOME");
        Path home =
                state == null || state.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".local", "state")
                        : Path.of(state);
        return home.resolve("headgate").resolve("stream");
    }

    private static void say(PrintWriter err, String message) {
        err.println("headgate stream: " + message);
        err.flush();
    }

    private static String words(StreamCounters.Count count) {
        return count.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /// A duration as people write it: `200ms`, `1s`, `2m`.
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return text.endsWith("ms")
                        ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                        : Duration.parse("PT" + text);
            } catch (DateTimeParseException | NumberFormatException _) {
                throw new TypeConversionException(
                        "'" + text + "' is no duration such as 200ms, 1s or 2m");
            }
        }
    }
}
