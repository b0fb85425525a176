package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.finding.Finding;
import headgate.schema.AgentPathStats;
import headgate.schema.ArrivalBatchCodec;
import headgate.schema.ArrivalBatchHandler;
import headgate.schema.ArrivalBatchHeader;
import headgate.schema.PathFatesCodec;
import headgate.schema.PathStatsCodec;
import headgate.schema.UnreadableValueException;
import headgate.schema.WhatIf;
import headgate.softnet.DropLog;
import headgate.softnet.PathStats;
import headgate.softnet.SoftnetProfile;
import headgate.streams.StreamCounters.Count;
import headgate.streams.state.EngineStore;
import headgate.streams.state.LatestValues;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/// Batches of arrivals in, path statistics and fates out: each arrival goes through the agent's
/// host as it is, and through every what-if profile.
final class SoftnetProcessor
        implements Processor<byte[], byte[], byte[], byte[]>, ArrivalBatchHandler {
    /// Most agents that one task keeps; arrivals of further ones are refused as dead letters.
    static final int MAX_AGENTS = 4096;

    /// Most what-if profiles beside the host as it is, first by name.
    static final int MAX_PROFILES = 15;

    /// `sll_pkttype` of frames that the host itself sent: they do not come through its path.
    private static final int OUTGOING = 4;

    private final ArrivalBatchCodec codec = new ArrivalBatchCodec();
    private final long silenceMillis;
    private final StreamCounters counters;
    private ProcessorContext<byte[], byte[]> context;
    private Outputs outputs;
    private EngineStore<HostPaths> paths;
    private LatestValues<HostVersions> hosts;
    private LatestValues<WhatIf> whatIfs;
    private final Map<String, Wanted> wanted = new HashMap<>();

    /// What the arrivals of an agent's interfaces go through.
    private record Wanted(Host host, long version, List<SoftnetProfile> profiles) {}

    private byte[] agentKey;
    private HostPaths path;
    private Around around;
    private long untilNanos;
    private boolean ends;

    SoftnetProcessor(long silenceMillis, StreamCounters counters) {
        this.silenceMillis = silenceMillis;
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        outputs =
                new Outputs(
                        context,
                        counters,
                        PacketTopology.RECEIVE_PATHS,
                        PacketTopology.ARRIVAL_DEAD_LETTERS);
        paths = context.getStateStore(PacketTopology.PATHS);
        paths.open(_ -> new HostPaths(counters));
        hosts = context.getStateStore(PacketTopology.HOSTS);
        whatIfs = context.getStateStore(PacketTopology.PROFILES);
        context.schedule(Duration.ofSeconds(1), PunctuationType.WALL_CLOCK_TIME, this::onWallClock);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        agentKey = record.key();
        path = null;
        try {
            codec.read(Outputs.present(record), this);
            path.onTime(untilNanos, ends, around);
            around.listener(path.path()).compare();
        } catch (UnreadableValueException unreadable) {
            outputs.sendDeadLetter(record, unreadable.getMessage());
        }
    }

    @Override
    public void onBatch(ArrivalBatchHeader header, int count) {
        if (paths.size() == MAX_AGENTS && !paths.contains(agentKey)) {
            throw new UnreadableValueException(
                    "an agent beyond the %d that one task keeps".formatted(MAX_AGENTS));
        }
        String agent = new String(agentKey, UTF_8);
        path = paths.engine(agentKey);
        untilNanos = header.untilNanos();
        ends = header.last();
        around = new Around(agent);
        hosts.await(agent);
        if (!path.onBatch(header, around, context.currentSystemTimeMs())) {
            throw new UnreadableValueException(
                    "a capture point beyond the %d paths that one agent may have"
                            .formatted(HostPaths.MAX_PATHS));
        }
        counters.add(Count.ARRIVALS, count);
    }

    /// What the paths of one agent have to know, and who hears of them.
    private final class Around implements SharedPath.Surroundings {
        private final String agent;

        Around(String agent) {
            this.agent = agent;
        }

        /// The host as it is at that time, or as most are while it is not known, and the what-if
        /// profiles.
        @Override
        public List<SoftnetProfile> profiles(List<String> devices, long nanos) {
            HostVersions versions = hosts.get(agent);
            Host host = versions == null ? null : versions.at(nanos);
            long version = whatIfs.version();
            String key = agent + '\0' + String.join(",", devices);
            Wanted known = wanted.get(key);
            if (known == null || known.host != host || known.version != version) {
                var asItIs = host == null ? SoftnetProfile.LINUX_6 : host.profile(devices);
                known = new Wanted(host, version, SoftnetProcessor.this.profiles(agent, asItIs));
                if (wanted.size() == MAX_AGENTS) {
                    wanted.clear(); // they are made again as they are asked for
                }
                wanted.put(key, known);
            }
            return known.profiles;
        }

        @Override
        public Teller listener(SharedPath ofPath) {
            return new Teller(agent, ofPath);
        }
    }

    private List<SoftnetProfile> profiles(String agent, SoftnetProfile asItIs) {
        var profiles = new ArrayList<SoftnetProfile>();
        profiles.add(asItIs);
        for (WhatIf whatIf : new TreeMap<>(whatIfs.all()).values()) {
            boolean isNew =
                    !whatIf.name().equals(MeasuredPath.MEASURED)
                            && profiles.stream()
                                    .noneMatch(other -> other.name().equals(whatIf.name()));
            if (whatIf.softnet() != null
                    && whatIf.isAbout(agent)
                    && isNew
                    && profiles.size() <= MAX_PROFILES) {
                profiles.add(whatIf.softnet());
            }
        }
        return profiles;
    }

    @Override
    public void onArrival(
            long sequence,
            long arrivalNanos,
            int lengthOnWire,
            int flowHash,
            int packetType,
            int interfaceId) {
        if (packetType != OUTGOING) {
            path.onArrival(sequence, arrivalNanos, lengthOnWire, flowHash, interfaceId, around);
        }
    }

    private void onWallClock(long nowMillis) {
        paths.forEach((key, hostPaths) ->
                hostPaths.onWallClock(
                        nowMillis, silenceMillis, new Around(new String(key, UTF_8))));
    }

    /// Sends what one path has to tell.
    private final class Teller implements PathTwin.Listener, MeasuredPath.Listener {
        private final String agent;
        private final SharedPath path;

        Teller(String agent, SharedPath path) {
            this.agent = agent;
            this.path = path;
        }

        void compare() {
            path.measured().onTime(agent, path.name(), path.latestNanos(), this);
        }

        @Override
        public void onStats(PathStats stats) {
            path.measured().onModelled(stats);
            send(stats);
        }

        @Override
        public void onMeasured(PathStats stats) {
            send(stats);
        }

        @Override
        public void onFinding(Finding finding) {
            outputs.sendFinding(PacketTopology.PATH_FINDINGS, finding);
        }

        private void send(PathStats stats) {
            outputs.send(
                    PacketTopology.PATH_STATS,
                    Count.PATH_STATS,
                    agent.getBytes(UTF_8),
                    PathStatsCodec.write(new AgentPathStats(agent, path.name(), stats)));
        }

        @Override
        public void onDrops(String profile, DropLog drops) {
            path.split(
                    drops,
                    (capturePoint, itsDrops) ->
                            outputs.send(
                                    PacketTopology.PATH_FATES,
                                    Count.PATH_FATES,
                                    agent.getBytes(UTF_8),
                                    PathFatesCodec.write(agent, capturePoint, profile, itsDrops)));
        }
    }
}
