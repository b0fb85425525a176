package headgate.capture;

import headgate.schema.Ledger;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The capture agent on the command line.
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description = "Capture frames on this host, or read them from a file, and publish them.",
        footer = {
            "",
            "Example: headgate agent -i eth0 --brokers kafka1:9092,kafka2:9092 not port 9092",
            "",
            "Exit status: 0 done, 2 usage, 3 input unreadable or cut, 4 broker unreachable or",
            "refusing, 5 internal error, 130 interrupted."
        })
public final class AgentCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int INPUT = 3;
    private static final int BROKER = 4;
    private static final int INTERRUPTED = 130;

    private static final long STOP_MILLIS = 30_000;
    private static final AtomicBoolean EXITING = new AtomicBoolean();

    @Mixin private CaptureOptions capture = new CaptureOptions(0, 4);

    @Option(
            names = {"--brokers", "--broker"},
            paramLabel = "HOST:PORT",
            description = "Kafka brokers, separated by commas (default: ${DEFAULT-VALUE}).",
            defaultValue = "localhost:9092")
    private String brokers;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = "Properties for the Kafka clients: TLS, SASL and the like.")
    private Path kafkaConfig;

    @Option(
            names = "--host-documents",
            paramLabel = "DIR",
            description =
                    "Publish this host snapshot (addr.json, route4.json, ...), of the host that the"
                            + " frames come from (default: of an interface, this host's own).")
    private Path hostDocuments;

    @Option(
            names = "--outbox",
            paramLabel = "MIB",
            description =
                    "What may wait for the broker; then a file waits and a live source sheds;"
                            + " MiB (default: ${DEFAULT-VALUE}).",
            defaultValue = "40")
    private int outboxMebibytes;

    @Option(
            names = "--give-up-after",
            paramLabel = "SECONDS",
            description = "How long a broker may be away (default: ${DEFAULT-VALUE}).",
            defaultValue = "120")
    private int giveUpSeconds;

    @Option(
            names = "--spool-dir",
            paramLabel = "DIR",
            description =
                    "Keep here what no broker takes, and publish it when one does, also in a later"
                            + " run; then the agent does not give up.")
    private Path spoolDirectory;

    @Option(
            names = "--spool-size",
            paramLabel = "MIB",
            description = "What may be kept there; MiB (default: ${DEFAULT-VALUE}).",
            defaultValue = "1024")
    private int spoolMebibytes;

    @Option(names = "--quiet", description = "No line a second about progress on standard error.")
    private boolean quiet;

    @Spec private CommandSpec spec;

    /// Whether the JVM is on its way out, so that nobody must call [System#exit] again.
    static boolean exiting() {
        return EXITING.get();
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        var run = new CaptureAgent(settings(), new Talk(err, quiet));
        Thread hook = stopOnSignal(run);
        try {
            return exitCode(run.run(), err);
        } catch (CaptureFilter.SyntaxException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        } catch (IOException e) {
            return fail(err, INPUT, e);
        } catch (BrokerUnavailableException e) {
            return fail(err, BROKER, e);
        } finally {
            forget(hook);
        }
    }

    private CaptureSettings settings() {
        CaptureSettings settings = capture.settings(brokers);
        try {
            return settings.with(draft -> {
                draft.hostDocuments = hostDocuments;
                draft.publishing =
                        settings.publishing()
                                .with(to -> {
                                    to.outboxBytes = (long) outboxMebibytes << 20;
                                    to.giveUpAfter = Duration.ofSeconds(giveUpSeconds);
                                    to.spoolDirectory = spoolDirectory;
                                    to.spoolBytes = (long) spoolMebibytes << 20;
                                    to.client = client();
                                });
            });
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Map<String, String> client() {
        if (kafkaConfig == null) {
            return Map.of();
        }
        var properties = new Properties();
        try (Reader in = Files.newBufferedReader(kafkaConfig)) {
            properties.load(in);
        } catch (NoSuchFileException e) {
            throw new ParameterException(
                    spec.commandLine(), "--kafka-config " + kafkaConfig + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new ParameterException(
                    spec.commandLine(), "--kafka-config " + kafkaConfig + ": may not be read", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--kafka-config " + kafkaConfig + ": no properties file: " + e.getMessage(),
                    e);
        }
        var client = new HashMap<String, String>();
        properties.stringPropertyNames().forEach(n -> client.put(n, properties.getProperty(n)));
        return client;
    }

    private static int exitCode(CaptureAgent.Outcome outcome, PrintWriter err) {
        if (outcome.damage() != null) {
            err.println("headgate: " + outcome.damage());
            err.flush();
            return INPUT;
        }
        if (outcome.leftFrames() > 0) {
            return BROKER;
        }
        return outcome.stopped() ? INTERRUPTED : DONE;
    }

    private static int fail(PrintWriter err, int status, Exception failure) {
        err.println("headgate: " + failure.getMessage());
        err.flush();
        return status;
    }

    /// SIGINT and SIGTERM stop the capture; what was captured is published before the JVM ends.
    private static Thread stopOnSignal(CaptureAgent run) {
        Thread caller = Thread.currentThread();
        Thread hook =
                Thread.ofPlatform()
                        .unstarted(() -> {
                            EXITING.set(true);
                            run.stop();
                            joinQuietly(caller);
                        });
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    private static void joinQuietly(Thread thread) {
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread hook) {
        if (!EXITING.get()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException _) {
                EXITING.set(true); // the JVM began to end this very moment
            }
        }
    }

    /// What the agent says on standard error.
    private record Talk(PrintWriter err, boolean quiet) implements AgentListener {
        @Override
        public void onLedger(Ledger ledger, SourceStatistics source) {
            if (quiet && !ledger.last()) {
                return;
            }
            say(
                    "%s: %d frames received, %d dropped, %d published, %d waiting, %d shed, residual %d"
                            .formatted(
                                    ledger.capturePoint(),
                                    ledger.source().received(),
                                    ledger.source().dropped(),
                                    ledger.published().frames(),
                                    ledger.handling().batching()
                                            + ledger.outbox().frames()
                                            + (ledger.spool() == null
                                                    ? 0
                                                    : ledger.spool().frames()),
                                    ledger.handling().shedPayload()
                                            + ledger.handling().shedBodies(),
                                    ledger.residual()));
        }

        @Override
        public void onNotice(String notice) {
            say(notice);
        }

        private void say(String line) {
            err.println("headgate: " + line);
            err.flush();
        }
    }
}
