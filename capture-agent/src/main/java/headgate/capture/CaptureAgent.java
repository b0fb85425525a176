package headgate.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.capture.CaptureSettings.Input;
import headgate.capture.CaptureSettings.Publishing;
import headgate.schema.ArrivalBatchCodec;
import headgate.schema.FrameBatchCodec;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.Ledger;
import headgate.schema.LedgerCodec;
import headgate.schema.SchemaFiles;
import headgate.schema.Topic;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import picocli.CommandLine;

/// One run of the capture agent: opens the capture points, publishes what comes out of them, keeps
/// their ledgers, and ends when they do or when it is told to.
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

    private static final ThreadFactory CAPTURE_THREADS =
            Thread.ofPlatform().name("headgate-capture-", 0).factory();

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
    private volatile List<CapturePoint> points = List.of();
    private volatile Autostop.Countdown countdown;

    /// How a run ended.
    ///
    /// @param ledgers the last record of each capture point
    /// @param damage what ended a file early or was skipped, for people; null if nothing
    /// @param stopped whether it was told to stop
    public record Outcome(List<Ledger> ledgers, String damage, boolean stopped) {
        /// Frames that the broker has not taken: they are in the spool.
        public long leftFrames() {
            return ledgers.stream()
                    .filter(ledger -> ledger.spool() != null)
                    .mapToLong(ledger -> ledger.spool().frames() + ledger.outbox().frames())
                    .sum();
        }

        private Outcome withDamage(String further) {
            return damage == null ? new Outcome(ledgers, further, stopped) : this;
        }
    }

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

    /// Interfaces are opened twice: what is wrong with them is told before a broker is waited for,
    /// and rings start to fill when somebody empties them.
    private Outcome runLive() throws IOException, BrokerUnavailableException {
        close(open());
        try (CaptureFiles files = files();
                FramePublisher publisher = connect()) {
            return captureAll(open(), files, publisher);
        }
    }

    private Outcome runFile() throws IOException, BrokerUnavailableException {
        List<CapturePoint> opened = open();
        try (FramePublisher publisher = connect()) {
            return captureAll(opened, null, publisher);
        } finally {
            close(opened);
        }
    }

    private CaptureFiles files() throws IOException {
        return settings.files() == null
                ? null
                : new CaptureFiles(settings.files(), listener::onNotice);
    }

    private FramePublisher connect() throws IOException, BrokerUnavailableException {
        Publishing to = settings.publishing();
        var topics = new BrokerTopics(to, listener, () -> stopped);
        Spool spool =
                to.spoolDirectory() == null
                        ? null
                        : Spool.open(
                                to.spoolDirectory(),
                                to.spoolBytes(),
                                SYSTEM_CLOCKS.epochNanos(),
                                listener);
        var publisher = new FramePublisher(settings, topics, spool, listener);
        publishSchemas(publisher.newAccount());
        return publisher;
    }

    /// @param files null where frames are not saved
    private Outcome captureAll(
            List<CapturePoint> opened, CaptureFiles files, FramePublisher publisher)
            throws IOException, BrokerUnavailableException {
        countdown = new Autostop.Countdown(settings.autostop());
        boolean limited = files != null || !settings.autostop().equals(Autostop.NONE);
        points = limited ? limited(opened, files) : opened;
        try (var threads = Executors.newThreadPerTaskExecutor(CAPTURE_THREADS);
                var host = new HostReport(settings, listener, publisher.newAccount())) {
            List<Future<Outcome>> runs =
                    points.stream()
                            .map(point -> threads.submit(() -> capture(point, publisher, host)))
                            .toList();
            Outcome outcome = together(runs);
            return files == null ? outcome : outcome.withDamage(files.finish());
        } finally {
            close(opened);
        }
    }

    private List<CapturePoint> limited(List<CapturePoint> opened, CaptureFiles files) {
        return opened.stream()
                .map(point ->
                        new CapturePoint(
                                point.name(), new LimitedSource(point.source(), countdown, files)))
                .toList();
    }

    /// One capture point that breaks ends the others too: what they took is published.
    private Outcome capture(CapturePoint point, FramePublisher publisher, HostReport host)
            throws IOException, BrokerUnavailableException {
        try {
            return new Run(point, publisher, host).toEnd();
        } catch (IOException | BrokerUnavailableException | RuntimeException | Error e) {
            stop();
            throw e;
        }
    }

    private Outcome together(List<Future<Outcome>> runs)
            throws IOException, BrokerUnavailableException {
        var ledgers = new ArrayList<Ledger>();
        String damage = null;
        Throwable broke = null;
        for (Future<Outcome> run : runs) {
            try {
                Outcome each = run.get();
                ledgers.addAll(each.ledgers());
                damage = damage == null ? each.damage() : damage;
            } catch (ExecutionException e) {
                broke = broke == null ? e.getCause() : broke;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                stop();
            }
        }
        switch (broke) {
            case null -> {
                return new Outcome(List.copyOf(ledgers), damage, stopped);
            }
            case IOException e -> throw e;
            case BrokerUnavailableException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new AssertionError(broke);
        }
    }

    /// Makes [#run] end soon, with everything that had arrived so far published. For any thread.
    public void stop() {
        stopped = true;
        points.forEach(point -> point.source().interrupt());
    }

    private List<CapturePoint> open() throws IOException {
        return switch (settings.input()) {
            case Input.File files ->
                    List.of(new CapturePoint(settings.inputName(), FrameSources.files(files)));
            case Input.Live(var interfaces, var kind) -> openAll(interfaces, kind);
        };
    }

    private List<CapturePoint> openAll(List<LiveSettings> interfaces, FrameSources.Live kind)
            throws IOException {
        var opened = new ArrayList<CapturePoint>();
        try {
            for (LiveSettings each : interfaces) {
                List<? extends FrameSource> sources =
                        FrameSources.live(each, kind, listener::onNotice);
                for (int thread = 0; thread < sources.size(); thread++) {
                    String name = each.interfaceName();
                    opened.add(
                            new CapturePoint(
                                    sources.size() == 1 ? name : name + '#' + thread,
                                    sources.get(thread)));
                }
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            close(opened);
            throw e;
        }
    }

    private static void close(List<CapturePoint> opened) throws IOException {
        for (CapturePoint point : opened) {
            point.close();
        }
    }

    /// So that whoever reads the topics needs no registry.
    private static void publishSchemas(Outbox outbox) {
        for (Schema schema : SCHEMAS) {
            byte[] key = SchemaFiles.key(schema);
            outbox.offer(Topic.SCHEMAS, key, -1, schema.toString().getBytes(UTF_8), 0);
        }
    }

    /// One capture point's part of a run, on a thread of its own.
    private final class Run {
        private final FrameSource source;
        private final FramePublisher.Account outbox;
        private final FramePublisher publisher;
        private final HostReport host;
        private final CaptureLoop loop;
        private final LossLedger ledger;
        private boolean toldForgotten;
        private long measuredSecond;
        private long ledgerDueNanos = System.nanoTime() + LEDGER_NANOS;

        Run(CapturePoint point, FramePublisher publisher, HostReport host) {
            this.source = point.source();
            this.outbox = publisher.newAccount();
            this.publisher = publisher;
            this.host = host;
            this.loop = new CaptureLoop(point, settings, outbox, SYSTEM_CLOCKS);
            this.ledger = new LossLedger(point, settings, SYSTEM_CLOCKS.epochNanos());
        }

        Outcome toEnd() throws IOException, BrokerUnavailableException {
            IOException broke = null;
            try {
                capture();
            } catch (IOException e) {
                broke = e; // what came before it stands, and is published
            }
            SourceStatistics seen = source.statistics();
            if (broke == null && (stopped || countdown.timeIsUp())) {
                seen = takeRest(seen);
            }
            loop.finish();
            host.await();
            awaitAcknowledged(seen);
            Ledger last = publishLedger(seen, true);
            awaitAcknowledged(seen);
            if (broke != null) {
                throw broke;
            }
            return new Outcome(List.of(last), seen.damage(), stopped);
        }

        private void capture() throws IOException, BrokerUnavailableException {
            keepBooks(null); // the first batch tells what the host has counted
            boolean more = true;
            while (more && !stopped && !countdown.timeIsUp()) {
                if (loop.mustWait()) {
                    outbox.awaitRoom(ROOM_MILLIS);
                } else {
                    more = loop.doWork(Long.MAX_VALUE);
                }
                keepBooks(null);
            }
        }

        /// The capture ends with the moment of `seen`: takes the frames that had arrived by then,
        /// and none that came later. Returns what the source has seen of them.
        private SourceStatistics takeRest(SourceStatistics seen) throws IOException {
            long arrived = seen.received() - seen.dropped();
            long deadlineNanos = System.nanoTime() + REST_NANOS;
            boolean more = true;
            while (more && loop.handed() < arrived && System.nanoTime() < deadlineNanos) {
                more = loop.doWork(arrived - loop.handed());
            }
            return more ? seen : source.statistics();
        }

        private void awaitAcknowledged(SourceStatistics seen) throws BrokerUnavailableException {
            while (!outbox.awaitEmpty(ROOM_MILLIS) && !publisher.leavesRest()) {
                keepBooks(seen);
            }
            publisher.requireHealth();
        }

        /// @param seen the source's last statistics; null while it still runs
        private void keepBooks(SourceStatistics seen) throws BrokerUnavailableException {
            publisher.requireHealth();
            if (loop.forgotten() > 0 && !toldForgotten) {
                toldForgotten = true;
                listener.onNotice(
                        "more frames come within %d ms than are remembered: not all duplicates are"
                                        .formatted(settings.dedupMillis())
                                + " found");
            }
            long now = System.nanoTime();
            if (now - ledgerDueNanos >= 0) {
                ledgerDueNanos = now + LEDGER_NANOS;
                publishLedger(seen == null ? source.statistics() : seen, false);
            }
            if (seen == null && settings.isLive()) {
                loop.tellRss(host.rss());
                measure();
            }
        }

        /// As a second begins: the seconds of the model are then told beside those of the host.
        private void measure() {
            long atNanos = SYSTEM_CLOCKS.epochNanos();
            long second = TimeUnit.NANOSECONDS.toSeconds(atNanos);
            if (second != measuredSecond) {
                measuredSecond = second;
                loop.tellMeasured(ledger.measured(atNanos, source.statistics()));
            }
        }

        private Ledger publishLedger(SourceStatistics seen, boolean last) {
            Ledger record =
                    ledger.record(
                            SYSTEM_CLOCKS.epochNanos(),
                            last,
                            seen,
                            loop.handling(),
                            outbox.standing());
            outbox.offer(
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
