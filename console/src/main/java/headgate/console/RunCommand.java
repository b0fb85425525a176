package headgate.console;

import headgate.capture.AgentListener;
import headgate.capture.BrokerUnavailableException;
import headgate.capture.CaptureAgent;
import headgate.capture.CaptureFilter;
import headgate.capture.CaptureOptions;
import headgate.capture.CaptureSettings;
import headgate.capture.SourceStatistics;
import headgate.capture.file.CaptureFileSource;
import headgate.forwarding.HostDocuments;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.Ledger;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.streams.BrokerAwayException;
import headgate.streams.StreamCounters.Count;
import headgate.streams.StreamProcessor;
import headgate.streams.StreamSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Run the whole pipeline on this machine: broker, agent, stream processor.",
            "Without -i and -r a bundled capture is played, and judged by its router's tables."
        },
        footer = {
            "",
            "Examples:",
            "  headgate run",
            "  headgate run -i eth0 not port 9092",
            "  headgate run -r day.pcap.gz --speed 0 --until-end",
            "",
            "Exit status: 0 done, 2 usage, 3 input unreadable or cut, 4 broker unreachable or",
            "refusing, 5 internal error, 130 interrupted."
        })
final class RunCommand implements Callable<Integer> {
    private static final String SAMPLE_AGENT = "router";

    /// For settings of which only the input is looked at.
    private static final String ANY_BROKER = "localhost:9092";

    private static final long SCREEN_MILLIS = 500;
    private static final Duration FLAT_OUT_COMMIT = Duration.ofSeconds(5);
    private static final Duration AGENT_STOPS_WITHIN = Duration.ofSeconds(20);

    /// So long after the last flow was summed the last roll-ups are told.
    private static final Duration ROLL_UPS_COME_WITHIN = Duration.ofSeconds(3);

    private static final Duration ANSWERS_COME_WITHIN = Duration.ofSeconds(5);

    @Mixin private CaptureOptions capture = new CaptureOptions(1, 2);

    @Option(
            names = {"-R", "--rules"},
            paramLabel = "DIR",
            description =
                    "Tables that the traffic is judged by, as `ip -j` and the like print them"
                            + " (default: this host's for -i, none for -r).")
    private Path rules;

    @Option(
            names = "--brokers",
            paramLabel = "HOST:PORT",
            description = "An existing Kafka cluster (default: a broker of its own).")
    private String brokers;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Keep the broker's topics here (default: a folder that goes with the run).")
    private Path data;

    @Option(
            names = "--until-end",
            description = "Stop when the capture is played and answered, not at Ctrl-C.")
    private boolean untilEnd;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "Stop after so long.")
    private double durationSeconds;

    @Spec private CommandSpec spec;

    private final Map<String, Ledger> ledgers = new ConcurrentSkipListMap<>();
    private volatile String notice = "";

    @Override
    public Integer call() throws Exception {
        if (capture.namesNothing()) {
            useSample();
        }
        requireReadable(capture.settings(brokers == null ? ANY_BROKER : brokers).input());
        Map<String, String> tables = rules == null ? Map.of() : HostTables.read(rules);
        boolean temporary = data == null;
        Path directory = temporary ? Files.createTempDirectory("headgate-run") : data;
        try {
            return runIn(directory, tables);
        } finally {
            if (temporary) {
                delete(directory);
            }
        }
    }

    private void useSample() {
        Path samples = Path.of(System.getProperty("headgate.home", "."), "samples");
        capture.play(samples.resolve("sample.pcapng"), SAMPLE_AGENT);
        if (rules == null) {
            rules = samples.resolve("router");
        }
    }

    /// What is wrong with the input is told before a broker is started.
    private static void requireReadable(CaptureSettings.Input input) {
        if (input instanceof CaptureSettings.Input.File(var files, _, _, _)) {
            files.stream()
                    .filter(file -> !file.equals(CaptureFileSource.STANDARD_INPUT))
                    .filter(file -> !Files.isReadable(file))
                    .findFirst()
                    .ifPresent(file -> {
                        throw new CommandFailure(
                                ExitCode.INPUT,
                                file
                                        + ": "
                                        + (Files.exists(file)
                                                ? "may not be read"
                                                : "no such file"));
                    });
        }
    }

    private int runIn(Path directory, Map<String, String> tables) throws Exception {
        if (brokers != null) {
            return runOn(brokers, directory, tables);
        }
        talk("starting a broker");
        try (var broker =
                KafkaProcess.start(directory.resolve("broker"), AotCaches.brokerOptions())) {
            return runOn(broker.bootstrap(), directory, tables);
        }
    }

    private int runOn(String bootstrap, Path directory, Map<String, String> tables)
            throws Exception {
        CaptureSettings settings = capture.settings(bootstrap);
        var topics = settings.publishing().topics();
        talk("starting the stream processor on " + bootstrap);
        try (var stream =
                        StreamProcessor.start(
                                StreamSettings.of(bootstrap, topics, directory.resolve("streams"))
                                        .with(draft -> tellAsScreensAreDrawn(draft, settings)),
                                this::talk);
                var answers = new LiveAnswers(bootstrap, topics, brokers == null)) {
            notice = "";
            if (!tables.isEmpty()) {
                publish(bootstrap, topics, settings.agent(), tables);
            }
            return watch(stream, answers, settings);
        } catch (BrokerAwayException e) {
            throw new CommandFailure(ExitCode.BROKER, e.getMessage());
        }
    }

    /// Flows that go on are told for each screen, and answers are committed in time for the next
    /// one. One screen of a capture that is played faster is more of its time; flat out it would be
    /// all of it, so flows are told at the longest usual interval, and state, which is written with
    /// each commit, rarely; the end of a capture is committed at once. Lanes then share the
    /// processors that the agent leaves.
    private static void tellAsScreensAreDrawn(
            StreamSettings.Draft draft, CaptureSettings settings) {
        double speed =
                settings.input() instanceof CaptureSettings.Input.File file ? file.speed() : 1;
        if (speed > 0) {
            draft.interim = Duration.ofMillis((long) Math.ceil(SCREEN_MILLIS * Math.max(1, speed)));
            draft.commitInterval = Duration.ofMillis(SCREEN_MILLIS / 2);
        } else {
            draft.commitInterval = FLAT_OUT_COMMIT;
            draft.threads =
                    Math.min(
                            settings.publishing().lanes(),
                            Runtime.getRuntime().availableProcessors());
        }
    }

    /// Shows answers until the user stops it, the time is up, or everything is played and answered.
    private int watch(StreamProcessor stream, LiveAnswers answers, CaptureSettings settings)
            throws Exception {
        var agent = new CaptureAgent(settings, new Listener());
        var stop = new CountDownLatch(1);
        Interruption.onRaise(stop::countDown);
        var outcome = new CompletableFuture<CaptureAgent.Outcome>();
        Thread.ofPlatform().name("capture").start(() -> capture(agent, outcome));
        var screen = new AnswerScreen(out(), title(settings));
        long start = System.nanoTime();
        long summed = Long.MAX_VALUE;
        while (!stop.await(SCREEN_MILLIS, TimeUnit.MILLISECONDS)) {
            long elapsed = System.nanoTime() - start;
            boolean answered = outcome.isDone() && isAnswered(stream);
            summed = answered && isSummed(stream) ? Math.min(summed, elapsed) : Long.MAX_VALUE;
            if (outcome.isCompletedExceptionally()
                    || stream.failure() != null
                    || answers.failure() != null
                    || untilEnd && elapsed - ROLL_UPS_COME_WITHIN.toNanos() >= summed
                    || durationSeconds > 0 && elapsed > durationSeconds * 1e9) {
                break;
            }
            screen.show(elapsed, ledgers.values(), answers.snapshot(), note(outcome, answered));
        }
        agent.stop();
        int status = status(outcome, stream, answers);
        stream.close();
        answers.catchUp(ANSWERS_COME_WITHIN);
        screen.showEnd(
                System.nanoTime() - start,
                ledgers.values(),
                answers.snapshot(),
                Interruption.raised() ? "interrupted" : "ended");
        return status;
    }

    private String note(CompletableFuture<CaptureAgent.Outcome> outcome, boolean answered) {
        if (!outcome.isDone()) {
            return notice.isEmpty() ? "capturing" : notice;
        }
        return answered ? "capture played and answered; Ctrl-C ends" : "capture played";
    }

    private void capture(CaptureAgent agent, CompletableFuture<CaptureAgent.Outcome> outcome) {
        try {
            outcome.complete(agent.run());
        } catch (IOException | BrokerUnavailableException | RuntimeException e) {
            outcome.completeExceptionally(e);
        }
    }

    /// Whether every published frame has gone through the engines.
    private boolean isAnswered(StreamProcessor stream) {
        long published =
                ledgers.values().stream().mapToLong(each -> each.published().frames()).sum();
        return !ledgers.isEmpty()
                && stream.counters().get(Count.FRAMES) >= published
                && stream.counters().get(Count.ARRIVALS) >= published;
    }

    /// Whether every flow that was told has been rolled up.
    private static boolean isSummed(StreamProcessor stream) {
        var counters = stream.counters();
        return counters.get(Count.FLOWS_SUMMED) >= counters.get(Count.FLOWS);
    }

    private static int status(
            CompletableFuture<CaptureAgent.Outcome> outcome,
            StreamProcessor stream,
            LiveAnswers answers)
            throws Exception {
        try {
            var end = outcome.get(AGENT_STOPS_WITHIN.toSeconds(), TimeUnit.SECONDS);
            if (stream.failure() != null) {
                throw new CommandFailure(
                        ExitCode.INTERNAL, "stream processor: " + stream.failure());
            }
            if (answers.failure() != null) {
                throw new CommandFailure(
                        ExitCode.BROKER, "reading answers: " + answers.failure().getMessage());
            }
            if (end.damage() != null) {
                throw new CommandFailure(ExitCode.INPUT, end.damage());
            }
            return Interruption.raised() ? ExitCode.INTERRUPTED : ExitCode.DONE;
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case CaptureFilter.SyntaxException wrong ->
                        new CommandFailure(ExitCode.USAGE, wrong.getMessage());
                case BrokerUnavailableException away ->
                        new CommandFailure(ExitCode.BROKER, away.getMessage());
                case Exception other -> other;
                default -> e;
            };
        }
    }

    private String title(CaptureSettings settings) {
        return "headgate run · %s as agent %s · broker %s%s"
                .formatted(
                        settings.inputName(),
                        settings.agent(),
                        settings.publishing().brokers(),
                        brokers == null ? " (its own)" : "");
    }

    private static void publish(
            String bootstrap, Topics topics, String agent, Map<String, String> tables)
            throws Exception {
        var host =
                new HostDocuments(
                        agent,
                        System.currentTimeMillis() * 1_000_000L,
                        tables.getOrDefault("uname.txt", "").strip(),
                        new TreeMap<>(tables));
        Map<String, Object> settings =
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        Topic.MAX_MESSAGE_BYTES);
        try (var producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(
                            new ProducerRecord<>(
                                    topics.name(Topic.HOSTS),
                                    agent.getBytes(StandardCharsets.UTF_8),
                                    HostSnapshotCodec.write(host)))
                    .get();
        }
    }

    private void talk(String line) {
        notice = line;
        var err = spec.commandLine().getErr();
        err.println("headgate: " + line);
        err.flush();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    static void delete(Path directory) throws IOException {
        try (var all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    /// Keeps the latest word of the agent for the screen.
    private final class Listener implements AgentListener {
        @Override
        public void onLedger(Ledger latest, SourceStatistics source) {
            ledgers.put(latest.capturePoint(), latest);
        }

        @Override
        public void onNotice(String words) {
            notice = words;
        }
    }
}
