package headgate.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.capture.CaptureSettings.Input;
import headgate.capture.file.Pacing;
import headgate.schema.ArrivalBatchCodec;
import headgate.schema.FrameBatchCodec;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.Ledger;
import headgate.schema.LedgerCodec;
import headgate.schema.Topic;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import picocli.CommandLine;

/// One run of the capture agent: opens the source, publishes what comes out of it, keeps the
/// ledger, and ends when the source does or when it is told to.
public final class CaptureAgent {
    private static final long LEDGER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long ROOM_MILLIS = 100;

    /// How long the frames that had arrived when the agent was stopped are still taken.
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final List<Schema> SCHEMAS =
            List.of(
                    FrameBatchCodec.SCHEMA,
                    ArrivalBatchCodec.SCHEMA,
                    HostSnapshotCodec.SCHEMA,
                    LedgerCodec.SCHEMA);

    private static final CaptureLoop.Clocks SYSTEM_CLOCKS =
            new CaptureLoop.Clocks() {
                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                public long epochNanos() {
                    Instant now = Instant.now();
                    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
                }
            };

    private final CaptureSettings settings;
    private final AgentListener listener;
    private volatile boolean stopped;
    private volatile FrameSource source;

    /// How a run ended.
    ///
    /// @param ledger its last record
    /// @param damage what ended a file early or was skipped, for people; null if nothing
    /// @param stopped whether it was told to stop
    public record Outcome(Ledger ledger, String damage, boolean stopped) {}

    public CaptureAgent(CaptureSettings settings, AgentListener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /// Runs the agent as a program of its own.
    public static void main(String[] arguments) {
        int status =
                new CommandLine(new AgentCommand())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(arguments);
        if (!AgentCommand.exiting()) {
            System.exit(status);
        }
    }

    /// Captures and publishes until the source ends or [#stop] is called, and returns when the
    /// broker has acknowledged everything.
    ///
    /// @throws CaptureOpenException when the interface cannot be opened
    /// @throws CaptureFilter.SyntaxException when the filter is wrong
    /// @throws IOException when the file is no capture, the host's documents cannot be read, or the
    ///   source broke
    /// @throws BrokerUnavailableException when the broker refused or was away for too long
    public Outcome run() throws IOException, BrokerUnavailableException {
        return settings.isLive() ? runLive() : runFile();
    }

    /// The interface is opened twice: what is wrong with it is told before a broker is waited for,
    /// and the ring starts to fill when somebody empties it.
    private Outcome runLive() throws IOException, BrokerUnavailableException {
        open().close();
        try (FramePublisher publisher = connect();
                FrameSource opened = open()) {
            return capture(opened, publisher);
        }
    }

    private Outcome runFile() throws IOException, BrokerUnavailableException {
        try (FrameSource opened = open();
                FramePublisher publisher = connect()) {
            return capture(opened, publisher);
        }
    }

    private FramePublisher connect() throws BrokerUnavailableException {
        int partitions = new BrokerTopics(settings.publishing(), listener, () -> stopped).prepare();
        var publisher = new FramePublisher(settings, partitions, listener);
        publishSchemas(publisher);
        return publisher;
    }

    private Outcome capture(FrameSource opened, FramePublisher publisher)
            throws IOException, BrokerUnavailableException {
        source = opened;
        var host = new HostReport(settings, listener, publisher);
        return new Run(opened, publisher, host).toEnd();
    }

    /// Makes [#run] end soon, with everything that had arrived so far published. For any thread.
    public void stop() {
        stopped = true;
        FrameSource opened = source;
        if (opened != null) {
            opened.interrupt();
        }
    }

    private FrameSource open() throws IOException {
        return switch (settings.input()) {
            case Input.File(var path, var speed, var filter) ->
                    FrameSources.file(path, Pacing.speed(speed), filter);
            case Input.Live(var live, var kind) -> FrameSources.live(live, kind);
        };
    }

    /// So that whoever reads the topics needs no registry.
    private static void publishSchemas(FramePublisher publisher) {
        for (Schema schema : SCHEMAS) {
            long fingerprint = SchemaNormalization.parsingFingerprint64(schema);
            byte[] key = "%016x".formatted(fingerprint).getBytes(UTF_8);
            publisher.offer(Topic.SCHEMAS, key, -1, schema.toString().getBytes(UTF_8), 0);
        }
    }

    /// The capture thread's part of a run.
    private final class Run {
        private final FrameSource source;
        private final FramePublisher publisher;
        private final HostReport host;
        private final CaptureLoop loop;
        private final LossLedger ledger;
        private long ledgerDueNanos = System.nanoTime() + LEDGER_NANOS;

        Run(FrameSource source, FramePublisher publisher, HostReport host) {
            this.source = source;
            this.publisher = publisher;
            this.host = host;
            this.loop = new CaptureLoop(source, settings, publisher, SYSTEM_CLOCKS);
            this.ledger = new LossLedger(settings, SYSTEM_CLOCKS.epochNanos());
        }

        Outcome toEnd() throws IOException, BrokerUnavailableException {
            IOException broke = null;
            try {
                capture();
            } catch (IOException e) {
                broke = e; // what came before it stands, and is published
            }
            SourceStatistics seen = source.statistics();
            if (stopped && broke == null) {
                takeRest(seen);
            }
            loop.finish();
            host.await();
            awaitAcknowledged(seen);
            Ledger last = publishLedger(seen, true);
            awaitAcknowledged(seen);
            if (broke != null) {
                throw broke;
            }
            return new Outcome(last, seen.damage(), stopped);
        }

        private void capture() throws IOException, BrokerUnavailableException {
            boolean more = true;
            while (more && !stopped) {
                if (loop.mustWait()) {
                    publisher.awaitRoom(ROOM_MILLIS);
                } else {
                    more = loop.doWork(Long.MAX_VALUE);
                }
                keepBooks(null);
            }
        }

        /// The capture ends with the moment of `seen`: takes the frames that had arrived by then,
        /// and none that came later.
        private void takeRest(SourceStatistics seen) throws IOException {
            long arrived = seen.received() - seen.dropped();
            long deadlineNanos = System.nanoTime() + REST_NANOS;
            boolean more = true;
            while (more && loop.handed() < arrived && System.nanoTime() < deadlineNanos) {
                more = loop.doWork(arrived - loop.handed());
            }
        }

        private void awaitAcknowledged(SourceStatistics seen) throws BrokerUnavailableException {
            while (!publisher.awaitEmpty(ROOM_MILLIS)) {
                keepBooks(seen);
            }
            publisher.requireHealth();
        }

        /// @param seen the source's last statistics; null while it still runs
        private void keepBooks(SourceStatistics seen) throws BrokerUnavailableException {
            publisher.requireHealth();
            long now = System.nanoTime();
            if (now - ledgerDueNanos >= 0) {
                ledgerDueNanos = now + LEDGER_NANOS;
                publishLedger(seen == null ? source.statistics() : seen, false);
            }
        }

        private Ledger publishLedger(SourceStatistics seen, boolean last) {
            Ledger record =
                    ledger.record(
                            SYSTEM_CLOCKS.epochNanos(),
                            last,
                            seen,
                            loop.handling(),
                            publisher.standing());
            publisher.offer(
                    Topic.LEDGER,
                    settings.agent().getBytes(UTF_8),
                    -1,
                    LedgerCodec.write(record),
                    0);
            listener.onLedger(record, seen);
            return record;
        }
    }
}
