package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.forwarding.Decision;
import headgate.forwarding.FateChange;
import headgate.forwarding.FateChangeTally;
import headgate.forwarding.FlowVerdict;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.ForwardingState;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.NetDevice;
import headgate.forwarding.VerdictStats;
import headgate.forwarding.VerdictSums;
import headgate.forwarding.VerdictTally;
import headgate.packet.Frame;
import headgate.schema.FrameBatchHeader;
import headgate.schema.FrameBatchHeader.Interface;
import headgate.schema.VerdictStatsCodec;
import headgate.streams.RuleSets.RuleSet;
import headgate.streams.state.PortableEngine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Verdicts of one lane, added up by flow, fate and second; and, for each other rule set, what
/// fares otherwise under it. Rows leave when the second is over, or earlier when there are too
/// many: records of the same flow, second and fate add up.
final class VerdictSeconds implements PortableEngine {
    /// Most rows that wait for the end of their second; likewise for each rule set.
    static final int MAX_ROWS = 1 << 16;

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final byte VERDICT = 'v';
    private static final byte CHANGE = 'c';
    private static final byte SUMS = 's';
    private static final byte MEMORY = 'm';

    /// Name of the host as it is among those that remember packets; no rule set has it.
    private static final String AS_IT_IS = "";

    /// Takes what a second came to.
    interface Listener {
        void onVerdict(FlowVerdict verdict);

        void onVerdictStats(VerdictStats stats);

        void onFateChange(FateChange change);
    }

    /// A host, and its devices by the numbers that frames know them by.
    private static final class Router {
        final ForwardingPath path;
        private final List<NetDevice> devices = new ArrayList<>();

        /// @param memory of packets that came before
        Router(HostSnapshot snapshot, ForwardingState memory) {
            path = new ForwardingPath(snapshot, memory);
        }

        void find(List<Interface> interfaces) {
            devices.clear();
            interfaces.forEach(each -> devices.add(path.host().device(each.name())));
        }

        /// Lets its timers run up to that time.
        void runTimers(long nanos, VerdictSums sums) {
            for (Decision expired = path.timeout(nanos);
                    expired != null;
                    expired = path.timeout(nanos)) {
                sums.add(expired);
            }
        }

        /// What it makes of a frame; null if it has no such device.
        Decision judge(Frame frame) {
            int number = frame.interfaceId;
            NetDevice device = number >= 0 && number < devices.size() ? devices.get(number) : null;
            return device == null ? null : path.judge(frame, device);
        }
    }

    private final Listener listener;
    private String agent = "";
    private String capturePoint = "";
    private int lane;
    private List<Interface> interfaces = List.of();
    private long latestSecond = Long.MIN_VALUE;

    private Router asIs;
    private VerdictTally verdicts;
    private final VerdictSums sums = new VerdictSums();
    private boolean sumsChanged;

    /// What each host remembers of packets, by name of its rule set. It outlives a change of rules.
    private final Map<String, ForwardingState> memories = new HashMap<>();

    /// By name of the rule set; one that was restored has no router before its host is known.
    private final Map<String, Router> others = new TreeMap<>();

    private final Map<String, FateChangeTally> changes = new HashMap<>();

    /// Of rule sets that are no more, until the changelog knows.
    private final Map<String, FateChangeTally> ended = new HashMap<>();

    /// Of rows, what [#restore] brought so far.
    private final Map<byte[], byte[]> pages = new IdentityHashMap<>();

    VerdictSeconds(Listener listener) {
        this.listener = listener;
    }

    /// Names the agent and the interfaces of the frames that follow.
    void onBatch(FrameBatchHeader header) {
        capturePoint = header.capturePoint();
        lane = header.lane();
        List<Interface> interfaces = header.interfaces();
        if (!header.agent().equals(agent) || verdicts == null) {
            closeAll();
            agent = header.agent();
            verdicts = new VerdictTally(agent, SECOND_NANOS, MAX_ROWS);
        }
        if (!interfaces.equals(this.interfaces)) {
            this.interfaces = interfaces;
            findDevices();
        }
    }

    private void findDevices() {
        if (asIs != null) {
            asIs.find(interfaces);
        }
        others.values().forEach(other -> other.find(interfaces));
    }

    /// The frames that follow meet this host.
    ///
    /// @param ruleSets the other rules to compare with
    void setHost(HostSnapshot host, List<RuleSet> ruleSets) {
        if (asIs == null || asIs.path.host() != host) {
            asIs = new Router(host, memory(AS_IT_IS));
        }
        Map<String, Router> before = new HashMap<>(others);
        others.clear();
        for (RuleSet rules : ruleSets) {
            Router known = before.get(rules.name());
            others.put(
                    rules.name(),
                    known != null && known.path.host() == rules.snapshot()
                            ? known
                            : new Router(rules.snapshot(), memory(rules.name())));
        }
        endThoseWithoutRules();
        findDevices();
    }

    private ForwardingState memory(String name) {
        return memories.computeIfAbsent(name, _ -> new ForwardingState());
    }

    private void endThoseWithoutRules() {
        changes.entrySet()
                .removeIf(change -> {
                    boolean ends = !others.containsKey(change.getKey());
                    if (ends) {
                        change.getValue().drain(listener::onFateChange);
                        ended.put(change.getKey(), change.getValue());
                    }
                    return ends;
                });
    }

    /// Judges a frame, and counts it to its flow's fate in its second.
    void onFrame(Frame frame) {
        long second = Math.floorDiv(frame.arrivalNanos, SECOND_NANOS);
        if (second > latestSecond) {
            closeAll();
            latestSecond = second;
        }
        int number = frame.interfaceId;
        String device =
                number >= 0 && number < interfaces.size()
                        ? interfaces.get(number).name()
                        : "number " + number;
        asIs.runTimers(frame.arrivalNanos, sums);
        Decision decision = asIs.judge(frame);
        sums.add(frame, decision);
        sumsChanged = true;
        if (!verdicts.add(frame, device, decision)) {
            verdicts.drain(listener::onVerdict);
            verdicts.add(frame, device, decision);
        }
        others.forEach((name, other) -> compare(name, frame, device, decision, other.judge(frame)));
    }

    private void compare(
            String name, Frame frame, String device, Decision decision, Decision otherwise) {
        FateChangeTally tally = changes(name);
        if (!tally.add(frame, device, decision, otherwise)) {
            tally.drain(listener::onFateChange);
            tally.add(frame, device, decision, otherwise);
        }
    }

    private FateChangeTally changes(String name) {
        return changes.computeIfAbsent(
                name,
                _ -> {
                    FateChangeTally before = ended.remove(name);
                    return before != null
                            ? before
                            : new FateChangeTally(agent, name, SECOND_NANOS, MAX_ROWS);
                });
    }

    /// Lets time reach `nanos`: seconds that are over leave.
    void advanceTo(long nanos) {
        if (Math.floorDiv(nanos, SECOND_NANOS) > latestSecond) {
            closeAll();
        }
    }

    /// Sends every row.
    void closeAll() {
        if (verdicts != null) {
            verdicts.drain(listener::onVerdict);
        }
        if (!sums.isEmpty()) {
            sumsChanged = true;
            listener.onVerdictStats(
                    sums.drain(agent, capturePoint, lane, latestSecond * SECOND_NANOS));
        }
        changes.values().forEach(tally -> tally.drain(listener::onFateChange));
    }

    @Override
    public void drainChanged(EntrySink sink) {
        if (verdicts == null) {
            return;
        }
        verdicts.drainChanged((page, rows) -> sink.put(key(VERDICT, "", page), rows));
        changes.forEach((name, tally) -> drainChanged(name, tally, sink));
        ended.forEach((name, tally) -> drainChanged(name, tally, sink));
        ended.clear();
        drainSums(sink);
        memories.forEach((name, memory) ->
                memory.drainChanged((entry, state) -> sink.put(memoryKey(name, entry), state)));
    }

    private static void drainChanged(String name, FateChangeTally tally, EntrySink sink) {
        tally.drainChanged((page, rows) -> sink.put(key(CHANGE, name, page), rows));
    }

    private void drainSums(EntrySink sink) {
        if (sumsChanged) {
            sumsChanged = false;
            byte[] state = null;
            if (!sums.isEmpty()) {
                long start = latestSecond * SECOND_NANOS;
                state = VerdictStatsCodec.write(sums.stats(agent, capturePoint, lane, start));
            }
            sink.put(key(SUMS, "", 0), state);
        }
    }

    private static byte[] memoryKey(String name, byte[] entry) {
        byte[] text = name.getBytes(UTF_8);
        return ByteBuffer.allocate(1 + Short.BYTES + text.length + entry.length)
                .put(MEMORY)
                .putShort((short) text.length)
                .put(text)
                .put(entry)
                .array();
    }

    private static byte[] key(byte kind, String name, long number) {
        byte[] text = name.getBytes(UTF_8);
        return ByteBuffer.allocate(1 + Long.BYTES + text.length)
                .put(kind)
                .putLong(number)
                .put(text)
                .array();
    }

    /// Whether a key is of one of these entries.
    static boolean owns(byte[] key) {
        return switch (key[0]) {
            case VERDICT, CHANGE, SUMS, MEMORY -> true;
            default -> false;
        };
    }

    @Override
    public void restore(byte[] key, byte[] state) {
        switch (key[0]) {
            case VERDICT, CHANGE -> pages.put(key, state);
            case SUMS -> {
                VerdictStats stats = VerdictStatsCodec.read(state);
                agent = stats.agent();
                latestSecond = Math.floorDiv(stats.secondNanos(), SECOND_NANOS);
                capturePoint = stats.capturePoint();
                lane = stats.lane();
                sums.restore(stats);
            }
            default -> {
                var in = ByteBuffer.wrap(key, 1, key.length - 1);
                byte[] name = new byte[in.getShort()];
                in.get(name);
                byte[] entry = new byte[in.remaining()];
                in.get(entry);
                memory(new String(name, UTF_8)).restore(entry, state);
            }
        }
    }

    private static long number(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }

    private static String name(byte[] key) {
        int from = 1 + Long.BYTES;
        return new String(key, from, key.length - from, UTF_8);
    }

    /// Where there are rows, there are sums of their second.
    @Override
    public void restored() {
        if (latestSecond == Long.MIN_VALUE) {
            return;
        }
        verdicts = new VerdictTally(agent, SECOND_NANOS, MAX_ROWS);
        pages.forEach((key, rows) -> {
            if (key[0] == VERDICT) {
                verdicts.restore(number(key), rows);
            } else {
                changes(name(key)).restore(number(key), rows);
            }
        });
        pages.clear();
        verdicts.restored();
        changes.values().forEach(FateChangeTally::restored);
    }
}
