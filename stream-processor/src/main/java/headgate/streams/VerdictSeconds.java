package headgate.streams;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.Fate;
import headgate.forwarding.FlowVerdict;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.NetDevice;
import headgate.packet.FlowKey;
import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import headgate.schema.VerdictCodec;
import headgate.streams.state.PortableEngine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Verdicts of one lane, added up by flow, fate and second. Rows leave when the second is over, or
/// earlier when there are too many: records of the same flow, second and fate add up.
///
/// A frame whose flow had the same fate before costs no object.
final class VerdictSeconds implements PortableEngine {
    /// Most rows that wait for the end of their second.
    static final int MAX_ROWS = 1 << 16;

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int FIRST_SLOTS = 256;

    private final Consumer<FlowVerdict> listener;

    /// Open addressing, linear probing; a row stays until all leave.
    private Row[] slots = new Row[FIRST_SLOTS];

    private final List<Row> rows = new ArrayList<>();
    private String agent = "";
    private long nextNumber;
    private long latestSecond = Long.MIN_VALUE;

    /// Numbers of rows that left and are in the changelog.
    private final List<Long> left = new ArrayList<>();

    // The frame at hand.
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private long ports;
    private int protocol;

    VerdictSeconds(Consumer<FlowVerdict> listener) {
        this.listener = listener;
    }

    /// Names the agent that the next frames come from.
    void setAgent(String agent) {
        this.agent = agent;
    }

    /// Judges a frame, and counts it to its flow's fate in its second.
    ///
    /// @param name of the device that it came in by
    /// @param device what the host says of it; null, if it has none of that name, makes the fate
    ///   incomplete
    void onFrame(Frame frame, ForwardingPath path, String name, NetDevice device) {
        long second = Math.floorDiv(frame.arrivalNanos, SECOND_NANOS);
        if (second > latestSecond) {
            closeAll();
            latestSecond = second;
        }
        Decision decision = device == null ? null : path.judge(frame, device);
        takeFlow(frame);
        Row row = row(frame, second, name, decision);
        row.packets++;
        row.bytes += frame.lengthOnWire;
        row.changed = true;
        if (rows.size() == MAX_ROWS) {
            closeAll();
        }
    }

    /// Lets time reach `nanos`: seconds that are over leave.
    void advanceTo(long nanos) {
        if (Math.floorDiv(nanos, SECOND_NANOS) > latestSecond) {
            closeAll();
        }
    }

    /// Sends every row.
    void closeAll() {
        if (rows.isEmpty()) {
            return;
        }
        for (Row row : rows) {
            listener.accept(row.verdict(agent));
            if (row.logged) {
                left.add(row.number);
            }
        }
        rows.clear();
        slots = new Row[FIRST_SLOTS];
    }

    private void takeFlow(Frame frame) {
        boolean hasFlow = frame.ipVersion != 0 && frame.protocol >= 0;
        protocol = hasFlow ? frame.ipVersion << 8 | frame.protocol : 0;
        sourceHigh = hasFlow ? frame.sourceHigh : 0;
        sourceLow = hasFlow ? frame.sourceLow : 0;
        destinationHigh = hasFlow ? frame.destinationHigh : 0;
        destinationLow = hasFlow ? frame.destinationLow : 0;
        ports =
                !hasFlow
                        ? 0
                        : switch (frame.protocol) {
                            case IpProtocol.ICMP, IpProtocol.ICMPV6 ->
                                    ports(frame.icmpType, frame.icmpType < 0 ? -1 : frame.icmpCode);
                            case IpProtocol.SCTP -> ports(FlowKey.of(frame));
                            default -> ports(frame.sourcePort, frame.destinationPort);
                        };
    }

    private static long ports(FlowKey flow) {
        return ports(flow.sourcePort(), flow.destinationPort());
    }

    private static long ports(int source, int destination) {
        return (long) source << 32 | destination & 0xffff_ffffL;
    }

    private Row row(Frame frame, long second, String device, Decision decision) {
        int mask = slots.length - 1;
        int at = hash() & mask;
        Fate fate = null;
        for (; slots[at] != null; at = at + 1 & mask) {
            Row row = slots[at];
            if (!row.isOf(this, second, device)) {
                continue;
            }
            if (row.sameDecision(decision)) {
                return row;
            }
            fate = fate == null ? fate(device, decision) : fate;
            if (row.fate.equals(fate)) {
                row.note(decision);
                return row;
            }
        }
        fate = fate == null ? fate(device, decision) : fate;
        var row = new Row(nextNumber++, second, device, FlowKey.of(frame), fate);
        row.take(this);
        row.note(decision);
        slots[at] = row;
        rows.add(row);
        growWhenHalfFull();
        return row;
    }

    private static Fate fate(String device, Decision decision) {
        return decision != null
                ? Fate.of(decision)
                : new Fate(
                        "incomplete",
                        "device " + device + " is not in the snapshot",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "");
    }

    private int hash() {
        long mixed = (sourceLow ^ Long.rotateLeft(destinationLow, 32)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 29 ^ ports ^ sourceHigh) * 0x94d049bb133111ebL;
        mixed = (mixed ^ mixed >>> 32 ^ destinationHigh ^ protocol) * 0xbf58476d1ce4e5b9L;
        return (int) (mixed >>> 32);
    }

    private void growWhenHalfFull() {
        if (2 * rows.size() > slots.length) {
            slots = new Row[2 * slots.length];
            rows.forEach(this::place);
        }
    }

    private void place(Row row) {
        sourceHigh = row.sourceHigh;
        sourceLow = row.sourceLow;
        destinationHigh = row.destinationHigh;
        destinationLow = row.destinationLow;
        ports = row.ports;
        protocol = row.protocol;
        int mask = slots.length - 1;
        int at = hash() & mask;
        while (slots[at] != null) {
            at = at + 1 & mask;
        }
        slots[at] = row;
    }

    @Override
    public void drainChanged(EntrySink sink) {
        left.forEach(number -> sink.put(key(number), null));
        left.clear();
        for (Row row : rows) {
            if (row.changed) {
                row.changed = false;
                row.logged = true;
                sink.put(key(row.number), VerdictCodec.write(row.verdict(agent)));
            }
        }
    }

    private static byte[] key(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    @Override
    public void restore(byte[] key, byte[] state) {
        FlowVerdict verdict = VerdictCodec.read(state);
        agent = verdict.agent();
        long second = Math.floorDiv(verdict.secondNanos(), SECOND_NANOS);
        long number = ByteBuffer.wrap(key).getLong();
        var row = new Row(number, second, verdict.device(), verdict.flow(), verdict.fate());
        takeFlow(verdict.flow());
        row.take(this);
        row.packets = verdict.packets();
        row.bytes = verdict.bytes();
        row.logged = true;
        rows.add(row);
        nextNumber = Math.max(nextNumber, number + 1);
        latestSecond = Math.max(latestSecond, second);
    }

    private void takeFlow(FlowKey flow) {
        protocol = flow == null ? 0 : flow.ipVersion() << 8 | flow.protocol();
        sourceHigh = flow == null ? 0 : flow.sourceHigh();
        sourceLow = flow == null ? 0 : flow.sourceLow();
        destinationHigh = flow == null ? 0 : flow.destinationHigh();
        destinationLow = flow == null ? 0 : flow.destinationLow();
        ports = flow == null ? 0 : ports(flow);
    }

    @Override
    public void restored() {
        rows.sort((a, b) -> Long.compare(a.number, b.number));
        while (2 * rows.size() > slots.length) {
            slots = new Row[2 * slots.length];
        }
        rows.forEach(this::place);
    }

    /// One flow, second and fate. What of the decision led to the fate is kept as it is, to see
    /// without making text that the next packet has the same.
    private static final class Row {
        final long number;
        final long second;
        final String device;
        final FlowKey flow;
        final Fate fate;

        long sourceHigh;
        long sourceLow;
        long destinationHigh;
        long destinationLow;
        long ports;
        int protocol;

        private Outcome outcome;
        private Object input;
        private Object error;
        private Object dropReason;
        private Object dropFunction;
        private Object egress;
        private Object route;
        private Object rule;
        private Object why;
        private int icmp;
        private int neighbour;
        private long nextHopMac;
        private boolean redirect;

        long packets;
        long bytes;
        boolean changed;
        boolean logged;

        Row(long number, long second, String device, FlowKey flow, Fate fate) {
            this.number = number;
            this.second = second;
            this.device = device;
            this.flow = flow;
            this.fate = fate;
        }

        void take(VerdictSeconds at) {
            sourceHigh = at.sourceHigh;
            sourceLow = at.sourceLow;
            destinationHigh = at.destinationHigh;
            destinationLow = at.destinationLow;
            ports = at.ports;
            protocol = at.protocol;
        }

        boolean isOf(VerdictSeconds at, long second, String device) {
            return sourceLow == at.sourceLow
                    && destinationLow == at.destinationLow
                    && ports == at.ports
                    && protocol == at.protocol
                    && sourceHigh == at.sourceHigh
                    && destinationHigh == at.destinationHigh
                    && this.second == second
                    && this.device.equals(device);
        }

        void note(Decision decision) {
            if (decision == null) {
                outcome = Outcome.UNDECIDED;
                return;
            }
            outcome = decision.outcome;
            input = decision.input;
            error = decision.error;
            dropReason = decision.dropReason;
            dropFunction = decision.dropFunction;
            egress = decision.egress;
            route = decision.result.info;
            rule = decision.result.rule;
            why = decision.why;
            icmp = decision.icmpType << 8 | decision.icmpCode & 0xff;
            neighbour = decision.neighbour;
            nextHopMac = decision.nextHopMac;
            redirect = decision.redirect;
        }

        /// Whether a decision says the same as the one noted last; false may also mean "perhaps".
        boolean sameDecision(Decision decision) {
            if (decision == null) {
                return outcome == Outcome.UNDECIDED;
            }
            return outcome == decision.outcome
                    && input == decision.input
                    && error == decision.error
                    && dropReason == decision.dropReason
                    && dropFunction == decision.dropFunction
                    && egress == decision.egress
                    && route == decision.result.info
                    && rule == decision.result.rule
                    && why == decision.why
                    && icmp == (decision.icmpType << 8 | decision.icmpCode & 0xff)
                    && neighbour == decision.neighbour
                    && nextHopMac == decision.nextHopMac
                    && redirect == decision.redirect;
        }

        FlowVerdict verdict(String agent) {
            return new FlowVerdict(
                    agent, device, second * SECOND_NANOS, flow, fate, packets, bytes);
        }
    }
}
