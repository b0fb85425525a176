package headgate.console;

import headgate.finding.Finding;
import headgate.flow.FlowRecord;
import headgate.flow.rollup.Dimension;
import headgate.flow.rollup.RollUp;
import headgate.flow.rollup.RollUp.Row;
import headgate.forwarding.FlowVerdict;
import headgate.schema.FindingCodec;
import headgate.schema.FlowRecordCodec;
import headgate.schema.Ledger;
import headgate.schema.LedgerCodec;
import headgate.schema.PathStatsCodec;
import headgate.schema.RollUpCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.schema.UnreadableValueException;
import headgate.schema.VerdictCodec;
import headgate.softnet.PathStats;
import headgate.softnet.StageStats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// What the stream processor has answered so far, and what agents counted: reads these topics,
/// committed records only, and keeps the latest of each.
final class LiveAnswers implements AutoCloseable {
    private static final int MAX_FLOWS = 10_000;
    private static final int MAX_FINDINGS = 100;
    private static final int MAX_TALKERS = 10_000;
    private static final int MINUTE_SECONDS = 60;
    private static final Duration POLL = Duration.ofMillis(200);
    static final List<Topic> TOPICS =
            List.of(
                    Topic.LEDGER,
                    Topic.FLOWS,
                    Topic.ROLL_UPS,
                    Topic.PATH_STATS,
                    Topic.VERDICTS,
                    Topic.FINDINGS);

    private final Topics topics;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread reader;
    private final Map<String, Topic> topicOf = new HashMap<>();

    private final Map<String, FlowRecord> flows =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, FlowRecord> eldest) {
                    return size() > MAX_FLOWS;
                }
            };
    private final Map<String, Ledger> ledgers = new TreeMap<>();
    private long endedFlows;
    private final Map<String, PathTotals> paths = new TreeMap<>();
    private final Map<String, FateTotals> fates = new TreeMap<>();
    private long minuteNanos = Long.MIN_VALUE;
    private final Map<String, Talker> talkers = new HashMap<>();
    private final ArrayDeque<Finding> findings = new ArrayDeque<>();
    private long unreadable;
    private volatile boolean closed;
    private final AtomicReference<CountDownLatch> caughtUp = new AtomicReference<>();
    private volatile Exception failure;

    /// One profile's receive path since the start. All of it modelled.
    ///
    /// @param backlogMax most packets in one CPU's backlog
    /// @param backlogCapacity what it holds; -1 if it has no bound
    /// @param waitP99Nanos of the latest interval
    record PathTotals(
            String agent,
            String profile,
            long offered,
            long delivered,
            long dropped,
            long backlogMax,
            long backlogCapacity,
            long waitP99Nanos) {

        static PathTotals of(String agent, PathStats stats) {
            StageStats backlog = stats.stages().getFirst();
            return new PathTotals(
                    agent,
                    stats.profile(),
                    stats.offered(),
                    stats.delivered(),
                    stats.dropped(),
                    backlog.depthMax(),
                    backlog.capacity(),
                    stats.waiting().p99Nanos());
        }

        PathTotals plus(PathTotals later) {
            return new PathTotals(
                    agent,
                    profile,
                    offered + later.offered,
                    delivered + later.delivered,
                    dropped + later.dropped,
                    Math.max(backlogMax, later.backlogMax),
                    later.backlogCapacity,
                    later.offered > 0 ? later.waitP99Nanos : waitP99Nanos);
        }
    }

    /// What became of packets in one way.
    record FateTotals(String fate, long packets, long bytes) {}

    /// What one address sent and received.
    record Talker(String address, long sentBytes, long receivedBytes) {
        static Talker of(Row row) {
            return new Talker(row.key(), row.sent().bytes(), row.received().bytes());
        }

        Talker plus(Talker other) {
            return new Talker(
                    address, sentBytes + other.sentBytes, receivedBytes + other.receivedBytes);
        }
    }

    /// The addresses of the latest minute that was rolled up.
    ///
    /// @param minuteNanos its start; [Long#MIN_VALUE] while there is none
    record Talkers(long minuteNanos, List<Talker> addresses) {}

    /// Everything as it is now.
    ///
    /// @param ledgers latest of each capture point
    /// @param flowCount flows that were told of: all that ended, and those of `flows` that go on
    /// @param flows latest record of each flow, most recently heard of last; the latest 10,000
    /// @param unreadable records that no codec could read
    record Snapshot(
            List<Ledger> ledgers,
            long flowCount,
            List<FlowRecord> flows,
            Talkers talkers,
            List<PathTotals> paths,
            List<FateTotals> fates,
            List<Finding> findings,
            long unreadable) {}

    /// Starts to read.
    ///
    /// @param fromBeginning whether earlier records count too
    LiveAnswers(String brokers, Topics topics, boolean fromBeginning) {
        this.topics = topics;
        TOPICS.forEach(topic -> topicOf.put(topics.name(topic), topic));
        var settings = new Properties();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        reader = Thread.ofPlatform().daemon().name("live-answers").start(() -> read(fromBeginning));
    }

    synchronized Snapshot snapshot() {
        return new Snapshot(
                List.copyOf(ledgers.values()),
                endedFlows + flows.values().stream().filter(FlowRecord::interim).count(),
                List.copyOf(flows.values()),
                new Talkers(minuteNanos, List.copyOf(talkers.values())),
                List.copyOf(paths.values()),
                List.copyOf(fates.values()),
                List.copyOf(findings),
                unreadable);
    }

    /// What ended the reading; null while it goes on.
    Exception failure() {
        return failure;
    }

    /// Waits until everything is read that was committed before this call, but no longer than
    /// `limit`; returns whether it is.
    boolean catchUp(Duration limit) throws InterruptedException {
        var read = new CountDownLatch(1);
        caughtUp.set(read);
        return read.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(boolean fromBeginning) {
        try (consumer) {
            var partitions = new ArrayList<TopicPartition>();
            for (Topic topic : TOPICS) {
                consumer.partitionsFor(topics.name(topic))
                        .forEach(each ->
                                partitions.add(new TopicPartition(each.topic(), each.partition())));
            }
            consumer.assign(partitions);
            if (fromBeginning) {
                consumer.seekToBeginning(partitions);
            } else {
                consumer.seekToEnd(partitions);
            }
            while (!closed) {
                CountDownLatch asked = caughtUp.get();
                var ends = asked == null ? null : consumer.endOffsets(partitions);
                readOnce();
                while (ends != null && !closed && isBehind(ends)) {
                    readOnce();
                }
                if (asked != null && caughtUp.compareAndSet(asked, null)) {
                    asked.countDown();
                }
            }
        } catch (WakeupException e) {
            if (!closed) {
                failure = e;
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void readOnce() {
        var records = consumer.poll(POLL);
        synchronized (this) {
            records.forEach(this::take);
        }
    }

    private boolean isBehind(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
    }

    private void take(ConsumerRecord<byte[], byte[]> message) {
        try {
            switch (topicOf.get(message.topic())) {
                case LEDGER -> take(LedgerCodec.read(message.value()));
                case FLOWS -> take(FlowRecordCodec.read(message.value()));
                case ROLL_UPS -> take(RollUpCodec.read(message.value()));
                case PATH_STATS -> {
                    var path = PathStatsCodec.read(message.value());
                    paths.merge(
                            path.agent() + "/" + path.stats().profile(),
                            PathTotals.of(path.agent(), path.stats()),
                            PathTotals::plus);
                }
                case VERDICTS -> take(VerdictCodec.read(message.value()));
                case FINDINGS -> {
                    if (findings.size() == MAX_FINDINGS) {
                        findings.removeFirst();
                    }
                    findings.add(FindingCodec.read(message.value()));
                }
                default -> throw new IllegalStateException(message.topic() + " was not asked for");
            }
        } catch (UnreadableValueException _) {
            unreadable++;
        }
    }

    private void take(Ledger ledger) {
        ledgers.put(ledger.agent() + "/" + ledger.capturePoint(), ledger);
    }

    private void take(FlowRecord flow) {
        if (!flow.interim()) {
            endedFlows++;
        }
        flows.put(flow.communityId() + "/" + flow.firstNanos(), flow);
    }

    /// Roll-ups of the same minute add up.
    private void take(RollUp rollUp) {
        if (rollUp.seconds() != MINUTE_SECONDS
                || rollUp.dimension() != Dimension.ADDRESS
                || rollUp.startNanos() < minuteNanos) {
            return;
        }
        if (rollUp.startNanos() > minuteNanos) {
            minuteNanos = rollUp.startNanos();
            talkers.clear();
        }
        for (Row row : rollUp.rows()) {
            if (talkers.size() < MAX_TALKERS || talkers.containsKey(row.key())) {
                talkers.merge(row.key(), Talker.of(row), Talker::plus);
            }
        }
    }

    private void take(FlowVerdict verdict) {
        var fate = verdict.fate();
        String name =
                fate.dropReason().isEmpty()
                        ? fate.verdict()
                        : fate.verdict() + " " + fate.dropReason();
        fates.merge(
                name,
                new FateTotals(name, verdict.packets(), verdict.bytes()),
                (a, b) -> new FateTotals(name, a.packets + b.packets, a.bytes + b.bytes));
    }
}
