package headgate.streams;

import headgate.flow.CaptureLosses;
import headgate.flow.FlowSettings;
import headgate.flow.join.JoinSettings;
import headgate.flow.rollup.RollUpSettings;
import headgate.schema.CaptureLossesCodec;
import headgate.schema.ProfileCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.schema.WhatIf;
import headgate.streams.StreamCounters.Count;
import headgate.streams.state.EngineStore;
import headgate.streams.state.LatestValues;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.Stores;

/// The whole graph.
///
/// ```
/// frames ───► frame-engines ──┬─► flows            state: lanes
///                             ├─► verdicts         reads: hosts, profiles, losses
///                             ├─► verdict-stats
///                             ├─► fate-changes
///                             └─► dead-letters
///
/// arrivals ─► receive-paths ──┬─► path-stats       state: paths
///                             ├─► path-fates       reads: hosts, profiles
///                             ├─► findings
///                             └─► dead-letters
///
/// flows ────► flow-sums ──────┬─► joined-flows     state: flow-sums
///                             ├─► roll-ups
///                             ├─► flow-evidence
///                             └─► dead-letters
///
/// flow-evidence ─► flow-findings ─┬─► findings     state: flow-cases
///                                 └─► dead-letters
///
/// ledger ───► ledger-balance ─┬─► findings         state: ledgers, losses-so-far
///                             ├─► losses
///                             └─► dead-letters
///
/// hosts ────► hosts, on every process
/// profiles ─► profiles, on every process
/// losses ───► losses, on every process
/// ```
///
/// Five graphs that share no node: each is divided into tasks by the partitions of its own topic.
public final class PacketTopology {
    static final String FRAME_ENGINES = "frame-engines";
    static final String RECEIVE_PATHS = "receive-paths";
    static final String FLOW_SUMS = "flow-sums";
    static final String FLOW_FINDINGS = "flow-findings";
    static final String LEDGER_BALANCE = "ledger-balance";

    static final String LANES = "lanes";
    static final String PATHS = "paths";
    static final String SUMS = "flow-sums";
    static final String CASES = "flow-cases";
    static final String LEDGERS = "ledgers";
    static final String LOSSES_SO_FAR = "losses-so-far";
    static final String CAPTURE_LOSSES = "losses";
    static final String HOSTS = "hosts";
    static final String PROFILES = "profiles";

    static final String FLOWS = "flows";
    static final String VERDICTS = "verdicts";
    static final String VERDICT_STATS = "verdict-stats";
    static final String FATE_CHANGES = "fate-changes";
    static final String FRAME_DEAD_LETTERS = "dead-letters-of-frames";
    static final String PATH_STATS = "path-stats";
    static final String PATH_FATES = "path-fates";
    static final String PATH_FINDINGS = "findings-of-arrivals";
    static final String ARRIVAL_DEAD_LETTERS = "dead-letters-of-arrivals";
    static final String JOINED_FLOWS = "joined-flows";
    static final String ROLL_UPS = "roll-ups";
    static final String FLOW_EVIDENCE = "flow-evidence";
    static final String FLOW_DEAD_LETTERS = "dead-letters-of-flows";
    static final String FLOW_FINDINGS_OUT = "findings-of-flows";
    static final String EVIDENCE_DEAD_LETTERS = "dead-letters-of-evidence";
    static final String FINDINGS = "findings";
    static final String LOSSES = "losses-of-ledger";
    static final String LEDGER_DEAD_LETTERS = "dead-letters-of-ledger";

    /// A flow's record leaves so much later than its time, at most, as the flow table and commits
    /// take; then what goes on is told.
    private static final Duration SLOWEST_FLOW = Duration.ofSeconds(5);

    private final Topology graph = new Topology();
    private final Topics topics;

    private PacketTopology(Topics topics) {
        this.topics = topics;
    }

    /// @param counters get what all tasks do
    /// @param talk is told, for people, of settings that cannot be read
    public static Topology build(
            StreamSettings settings, StreamCounters counters, Consumer<String> talk) {
        var packets = new PacketTopology(settings.topics());
        long silenceMillis = settings.silence().toMillis();
        var flows =
                FlowSettings.LIVE.with(draft -> {
                    draft.activeNanos = settings.interim().toNanos();
                    draft.maxDetailedFlows = settings.maxDetailed();
                });
        var joins = JoinSettings.LIVE.withInterimNanos(settings.interim().toNanos());
        var rollUps =
                RollUpSettings.DEFAULT.withGraceNanos(
                        settings.interim().plus(SLOWEST_FLOW).toNanos());
        var ruleSets = new RuleSets(counters, talk);
        var graph = packets.graph;

        packets.operator(
                FRAME_ENGINES,
                Topic.FRAMES,
                () -> new FrameProcessor(flows, silenceMillis, ruleSets, counters));
        graph.addStateStore(EngineStore.<Lane>builder(LANES), FRAME_ENGINES);
        packets.output(FLOWS, Topic.FLOWS, FRAME_ENGINES);
        packets.output(VERDICTS, Topic.VERDICTS, FRAME_ENGINES);
        packets.output(VERDICT_STATS, Topic.VERDICT_STATS, FRAME_ENGINES);
        packets.output(FATE_CHANGES, Topic.FATE_CHANGES, FRAME_ENGINES);
        packets.output(FRAME_DEAD_LETTERS, Topic.DEAD_LETTERS, FRAME_ENGINES);

        packets.operator(
                RECEIVE_PATHS, Topic.ARRIVALS, () -> new SoftnetProcessor(silenceMillis, counters));
        graph.addStateStore(EngineStore.<HostPaths>builder(PATHS), RECEIVE_PATHS);
        packets.output(PATH_STATS, Topic.PATH_STATS, RECEIVE_PATHS);
        packets.output(PATH_FATES, Topic.PATH_FATES, RECEIVE_PATHS);
        packets.output(PATH_FINDINGS, Topic.FINDINGS, RECEIVE_PATHS);
        packets.output(ARRIVAL_DEAD_LETTERS, Topic.DEAD_LETTERS, RECEIVE_PATHS);

        packets.operator(
                FLOW_SUMS,
                Topic.FLOWS,
                () -> new FlowSumProcessor(joins, rollUps, silenceMillis, counters));
        graph.addStateStore(EngineStore.<FlowSums>builder(SUMS), FLOW_SUMS);
        packets.output(JOINED_FLOWS, Topic.JOINED_FLOWS, FLOW_SUMS);
        packets.output(ROLL_UPS, Topic.ROLL_UPS, FLOW_SUMS);
        packets.output(FLOW_EVIDENCE, Topic.FLOW_EVIDENCE, FLOW_SUMS);
        packets.output(FLOW_DEAD_LETTERS, Topic.DEAD_LETTERS, FLOW_SUMS);

        packets.operator(
                FLOW_FINDINGS, Topic.FLOW_EVIDENCE, () -> new FlowFindingProcessor(counters));
        graph.addStateStore(EngineStore.<FlowCases>builder(CASES), FLOW_FINDINGS);
        packets.output(FLOW_FINDINGS_OUT, Topic.FINDINGS, FLOW_FINDINGS);
        packets.output(EVIDENCE_DEAD_LETTERS, Topic.DEAD_LETTERS, FLOW_FINDINGS);

        packets.operator(LEDGER_BALANCE, Topic.LEDGER, () -> new LedgerProcessor(counters));
        for (String store : List.of(LEDGERS, LOSSES_SO_FAR)) {
            graph.addStateStore(
                    Stores.keyValueStoreBuilder(
                            Stores.inMemoryKeyValueStore(store),
                            Serdes.Bytes(),
                            Serdes.ByteArray()),
                    LEDGER_BALANCE);
        }
        packets.output(LOSSES, Topic.LOSSES, LEDGER_BALANCE);
        packets.output(FINDINGS, Topic.FINDINGS, LEDGER_BALANCE);
        packets.output(LEDGER_DEAD_LETTERS, Topic.DEAD_LETTERS, LEDGER_BALANCE);

        BiConsumer<String, RuntimeException> unreadable =
                (key, reason) -> {
                    counters.add(Count.UNREADABLE_SETTINGS);
                    talk.accept("'%s' stays as it was: %s".formatted(key, reason.getMessage()));
                };
        packets.<HostVersions>everywhere(
                HOSTS,
                Topic.HOSTS,
                (before, value) -> HostVersions.of(before, Host.read(value)),
                unreadable);
        packets.<WhatIf>everywhere(
                PROFILES, Topic.PROFILES, (_, value) -> ProfileCodec.read(value), unreadable);
        packets.<CaptureLosses>everywhere(
                CAPTURE_LOSSES,
                Topic.LOSSES,
                (_, value) -> CaptureLossesCodec.read(value),
                unreadable);
        return graph;
    }

    private void operator(
            String name, Topic from, ProcessorSupplier<byte[], byte[], byte[], byte[]> processor) {
        String source = "from-" + from.baseName();
        graph.addSource(
                source,
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                topics.name(from));
        graph.addProcessor(name, processor, source);
    }

    private <V> void everywhere(
            String store,
            Topic from,
            LatestValues.Decoder<V> decoder,
            BiConsumer<String, RuntimeException> unreadable) {
        graph.addGlobalStore(
                LatestValues.builder(store, decoder, unreadable),
                from.baseName(),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                topics.name(from),
                "latest-" + store,
                () -> new LatestValues.Updater<>(store));
    }

    private void output(String name, Topic to, String from) {
        graph.addSink(
                name, topics.name(to), new ByteArraySerializer(), new ByteArraySerializer(), from);
    }
}
