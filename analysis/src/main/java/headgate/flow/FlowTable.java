package headgate.flow;

import headgate.flow.FlowSettings.Conventions;
import headgate.packet.Checksum;
import headgate.packet.ChecksumStatus;
import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Every live flow of one lane, in rows of longs.
///
/// Frames go in by [#onFrame] or several at once by [#onFrames]; records come out of the listener
/// when a flow ends, and in between when it goes on for long. Nothing is allocated per frame:
/// chunks of rows as the table grows, and a record when one leaves. Time is that of the frames. A
/// flow's time is up either when its next frame comes, or when a hand that goes round the table
/// meets it: so its record leaves at most one shortest timeout or active interval late, and what
/// the record of an idle flow says does not depend on when it leaves.
///
/// One thread uses a table. Bytes of frames never make it throw.
public final class FlowTable {

    /// Stands for a protocol that the frame does not get to tell (IANA: reserved).
    private static final int UNKNOWN_PROTOCOL = 255;

    /// Zeek's `tunnel_max_changes_per_connection`.
    private static final int ZEEK_TUNNEL_CHANGES = 5;

    private static final int NONE = RowPool.NONE;
    private static final int FIRST_INDEX_SIZE = 1 << 10;

    /// Frames whose flows are looked for at once: their rows fit into the processor's first cache.
    private static final int LOOKED_FOR_AT_ONCE = 8;

    /// Of fewer flows, some 64 MB, most rows that a table needs which is alone are in the
    /// processor's caches: to look for them ahead would cost more than it saves.
    private static final int MANY_FLOWS = 1 << 18;

    /// Into how many steps one round of the hand is cut.
    private static final int STEPS_PER_ROUND = 64;

    /// How many rows are looked at to find one to evict.
    private static final int EVICTION_SAMPLE = 32;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final FlowSettings settings;
    private final boolean followsZeek;
    private final FlowListener listener;
    private final int manyFlows;
    private final FragmentPorts fragmentPorts;
    private final TcpTracker tcp = new TcpTracker();
    private final TcpAnalysis tcpAnalysis = new TcpAnalysis();
    private final FlowOpenings openings;
    private final FlowRecords records = new FlowRecords();
    private final FlowRow row = new FlowRow();
    private final FlowRow other = new FlowRow();

    private final TunnelChains chains = new TunnelChains();
    private final RowPool flows = new RowPool(FlowRow.LENGTH, FlowRow.TCP_LENGTH);
    private final RowPool details = new RowPool(DetailRow.LENGTH, DetailRow.TCP_LENGTH);

    /// Open addressing, linear probing: hash << 32 | row + 1; 0 is empty.
    private long[] index = new long[FIRST_INDEX_SIZE];

    /// Keeps what [RowView#load] returns.
    private long loaded;

    // Of the frames that are looked for at once.
    private final int[] hashes = new int[LOOKED_FOR_AT_ONCE];
    private final int[] likelyRows = new int[LOOKED_FOR_AT_ONCE];

    // The ends of the frame at hand.
    private int sourcePort;
    private int destinationPort;
    private boolean portsTold;
    private boolean oneWay;
    private int side;

    // Event time and the hand.
    private long nowNanos = Long.MIN_VALUE;
    private long nextStepNanos = Long.MIN_VALUE;
    private final long stepNanos;
    private int hand;

    // For the changelog.
    private static final byte[] TIME_KEY = {'t'};
    private final BitSet changed = new BitSet();
    private final List<byte[]> removed = new ArrayList<>();
    private long drainedNanos = Long.MIN_VALUE;

    private long frames;
    private long framesWithoutIp;
    private long framesLate;
    private long framesWithWrongChecksum;
    private long fragmentsWithoutPorts;
    private long flowsStarted;

    /// With those that were restored.
    private long starts;

    private long flowsWithoutDetail;
    private long interimRecords;
    private final long[] ended = new long[EndReason.values().length];

    public FlowTable(FlowSettings settings, FlowListener listener) {
        this(settings, listener, MANY_FLOWS);
    }

    /// @param manyFlows from how many on flows are looked for ahead, see [#onFrames]; few where
    ///   others take the processor's caches meanwhile
    public FlowTable(FlowSettings settings, FlowListener listener, int manyFlows) {
        this.manyFlows = manyFlows;
        this.settings = settings;
        this.followsZeek = settings.conventions() == Conventions.ZEEK;
        this.listener = listener;
        this.fragmentPorts =
                new FragmentPorts(settings.maxFragmentedDatagrams(), settings.fragmentNanos());
        this.openings = new FlowOpenings(settings);
        long shortest = settings.shortestNanos();
        this.stepNanos =
                shortest == FlowSettings.NEVER
                        ? FlowSettings.NEVER
                        : Math.max(1, shortest / STEPS_PER_ROUND);
    }

    /// How many flows are alive.
    public int size() {
        return flows.taken();
    }

    public FlowTableStatistics statistics() {
        return new FlowTableStatistics(
                frames,
                framesWithoutIp,
                framesLate,
                fragmentsWithoutPorts,
                flowsStarted,
                flows.taken(),
                interimRecords,
                ended[EndReason.IDLE_TIMEOUT.ordinal()],
                ended[EndReason.CLOSED.ordinal()],
                ended[EndReason.PORT_REUSE.ordinal()],
                ended[EndReason.EVICTED.ordinal()],
                ended[EndReason.END_OF_INPUT.ordinal()],
                fragmentPorts.forgotten(),
                openings.withoutRoom(),
                openings.cut(),
                flowsWithoutDetail,
                chains.withoutRoom(),
                framesWithWrongChecksum);
    }

    /// Counts one decoded frame to its flow.
    public void onFrame(Frame frame) {
        frames++;
        if (frame.arrivalNanos < nowNanos) {
            framesLate++;
        } else {
            advanceTo(frame.arrivalNanos);
        }
        if (frame.ipVersion == 0) {
            framesWithoutIp++;
            return;
        }
        if (settings.verifiesChecksums() && Checksum.ofIpv4Header(frame) == ChecksumStatus.BAD) {
            framesWithWrongChecksum++;
            return;
        }
        findEnds(frame);
        int hash = hash(frame);
        int number = find(frame, hash);
        if (number != NONE && !continues(number, frame)) {
            number = NONE;
        }
        if (number == NONE) {
            number = start(frame, hash);
        }
        changed.set(number);
        if (followsZeek && !passesZeek(frame)) {
            return;
        }
        count(frame);
        hear(number, frame);
    }

    /// Counts frames `from` to `to`, without it, as [#onFrame] would count one after the other.
    ///
    /// A flow among many is found by waiting for memory: for the index, the row, its detail. These
    /// waits are shared by several frames, if there are many flows: what is likely to be needed is
    /// loaded for all of them before the first is counted.
    public void onFrames(Frame[] frames, int from, int to) {
        for (int first = from; first < to; first += LOOKED_FOR_AT_ONCE) {
            int end = Math.min(to, first + LOOKED_FOR_AT_ONCE);
            if (flows.taken() >= manyFlows) {
                loadAhead(frames, first, end);
            }
            for (int i = first; i < end; i++) {
                onFrame(frames[i]);
            }
        }
    }

    /// Loads in three rounds, as each place is known by what the one before loaded. Nothing depends
    /// on what is found: counting a frame may end the flow of the next one, or begin it.
    private void loadAhead(Frame[] frames, int from, int to) {
        long any = 0;
        int mask = index.length - 1;
        for (int i = from; i < to; i++) {
            int hash = likelyHash(frames[i]);
            hashes[i - from] = hash;
            any ^= index[hash & mask];
        }
        for (int i = 0; i < to - from; i++) {
            boolean sameAsBefore = i > 0 && hashes[i] == hashes[i - 1];
            int number = sameAsBefore ? NONE : likelyRow(hashes[i]);
            likelyRows[i] = number;
            if (number != NONE) {
                any ^= flows.load(other, number, FlowRow.HOT_TCP_LENGTH);
            }
        }
        for (int i = 0; i < to - from; i++) {
            if (likelyRows[i] != NONE) {
                flows.place(other, likelyRows[i]);
                if (other.hasDetail()) {
                    any ^= details.load(other.detail, other.detailRow(), DetailRow.TCP_LENGTH);
                }
            }
        }
        loaded = any;
    }

    /// Not that of a fragment: where it belongs, frames tell that are not counted yet.
    private int likelyHash(Frame frame) {
        if (!frame.isFragment()) {
            findEnds(frame);
        }
        return hash(frame);
    }

    /// The first row under this hash; nearly always the only one.
    private int likelyRow(int hash) {
        int mask = index.length - 1;
        for (int at = hash & mask; index[at] != 0; at = at + 1 & mask) {
            if ((int) (index[at] >>> 32) == hash) {
                return (int) index[at] - 1;
            }
        }
        return NONE;
    }

    /// Notes another tunnel, and whether the frame is to be counted: not with a wrong checksum.
    private boolean passesZeek(Frame frame) {
        if (chains.isOther(row.chain(), frame)) {
            chains.giveBack(row.chain());
            row.setChain(chains.take(frame));
            if (row.countTunnelChange() == ZEEK_TUNNEL_CHANGES) {
                row.addHistory(FlowRow.ORIGINATOR, 'x');
            }
        }
        if (!settings.verifiesChecksums() || Checksum.ofTransport(frame) != ChecksumStatus.BAD) {
            return true;
        }
        framesWithWrongChecksum++;
        boolean told = frame.protocol == IpProtocol.TCP || frame.protocol == IpProtocol.UDP;
        long count = row.countWrongChecksum(side);
        if (told && (count == 1 || count == 10)) {
            row.addHistory(side, 'c');
        }
        return false;
    }

    /// Lets event time reach `nanos`: ends flows that were idle for too long. It never goes back.
    public void advanceTo(long nanos) {
        if (nanos <= nowNanos) {
            return;
        }
        nowNanos = nanos;
        if (stepNanos == FlowSettings.NEVER || nanos < nextStepNanos) {
            return;
        }
        // The difference of two hostile times may overflow; then it is a whole round as well.
        long elapsed = nanos - nextStepNanos;
        boolean wholeRound = elapsed < 0 || elapsed / stepNanos >= STEPS_PER_ROUND;
        int steps = wholeRound ? STEPS_PER_ROUND : (int) (elapsed / stepNanos) + 1;
        nextStepNanos = nanos + stepNanos;
        moveHand(
                (int)
                        Math.min(
                                flows.reached(),
                                (long) steps * (flows.reached() / STEPS_PER_ROUND + 1)));
    }

    /// Ends every flow, as the input has ended, in the order in which they started.
    public void endAll() {
        var alive = new long[flows.taken()];
        int count = 0;
        for (int number = 0; number < flows.reached(); number++) {
            if (place(row, number).isLive()) {
                alive[count++] = row.placeInStarts() << Integer.SIZE | number;
            }
        }
        Arrays.sort(alive);
        for (long each : alive) {
            end((int) each, EndReason.END_OF_INPUT);
        }
    }

    // ---- Which flow ----

    private void findEnds(Frame frame) {
        oneWay = false;
        portsTold = frame.sourcePort >= 0 && (!followsZeek || hasPortsForZeek(frame));
        sourcePort = portsTold ? frame.sourcePort : 0;
        destinationPort = portsTold ? frame.destinationPort : 0;
        if (frame.icmpType() >= 0
                && (frame.protocol == IpProtocol.ICMP || frame.protocol == IpProtocol.ICMPV6)) {
            int partner = IcmpPairs.partner(frame.ipVersion, frame.icmpType());
            sourcePort = frame.icmpType();
            destinationPort = partner >= 0 ? partner : frame.icmpCode();
            oneWay = partner < 0;
            portsTold = true;
        }
        if (frame.isFragment()) {
            findEndsOfFragment(frame);
        }
    }

    /// Zeek reads the ports of no other protocol.
    private static boolean hasPortsForZeek(Frame frame) {
        return frame.protocol == IpProtocol.TCP || frame.protocol == IpProtocol.UDP;
    }

    private void findEndsOfFragment(Frame frame) {
        if (portsTold && frame.fragmentOffset() == 0) {
            long ports = (long) sourcePort << 16 | destinationPort | (oneWay ? 1L << 32 : 0);
            fragmentPorts.remember(frame, ports);
            return;
        }
        long ports = fragmentPorts.find(frame);
        portsTold = ports != FragmentPorts.UNKNOWN;
        if (!portsTold) {
            fragmentsWithoutPorts++;
            ports = 0;
        }
        sourcePort = (int) (ports >>> 16) & 0xffff;
        destinationPort = (int) ports & 0xffff;
        oneWay = ports >>> 32 != 0;
    }

    private static int protocol(Frame frame) {
        return frame.protocol < 0 ? UNKNOWN_PROTOCOL : frame.protocol & 0xff;
    }

    private long identity(Frame frame, int originatorPort, int responderPort) {
        return (long) originatorPort << 48
                | (long) responderPort << 32
                | (long) protocol(frame) << 24
                | (long) frame.ipVersion << 20
                | (oneWay ? FlowRow.ONE_WAY : 0);
    }

    private int hash(Frame frame) {
        return hash(
                frame.sourceHigh,
                frame.sourceLow,
                sourcePort,
                frame.destinationHigh,
                frame.destinationLow,
                destinationPort,
                protocol(frame));
    }

    private int hash(
            long highA, long lowA, int portA, long highB, long lowB, int portB, int protocol) {
        long seed = settings.hashSeed();
        return FlowHashing.finish(
                FlowHashing.endpoint(highA, lowA, portA, seed)
                        + FlowHashing.endpoint(highB, lowB, portB, seed)
                        + protocol);
    }

    private int hash(FlowRow row) {
        return hash(
                row.get(FlowRow.ADDRESS),
                row.get(FlowRow.ADDRESS + 1),
                row.port(FlowRow.ORIGINATOR),
                row.get(FlowRow.ADDRESS + 2),
                row.get(FlowRow.ADDRESS + 3),
                row.port(FlowRow.RESPONDER),
                row.protocol());
    }

    /// Finds the flow of a frame, sets the side that sent it, and leaves the view on its row.
    private int find(Frame frame, int hash) {
        long forward = identity(frame, sourcePort, destinationPort);
        long backward = identity(frame, destinationPort, sourcePort);
        int mask = index.length - 1;
        for (int at = hash & mask; index[at] != 0; at = at + 1 & mask) {
            if ((int) (index[at] >>> 32) != hash) {
                continue;
            }
            int number = (int) index[at] - 1;
            load(number);
            long identity = row.get(FlowRow.IDENTITY) & FlowRow.IDENTITY_MASK;
            if (identity == forward && isBetween(frame, 0, 2)) {
                side = FlowRow.ORIGINATOR;
                return number;
            }
            if (identity == backward && !oneWay && isBetween(frame, 2, 0)) {
                side = FlowRow.RESPONDER;
                return number;
            }
        }
        return NONE;
    }

    private boolean isBetween(Frame frame, int source, int destination) {
        return row.get(FlowRow.ADDRESS + source + 1) == frame.sourceLow
                && row.get(FlowRow.ADDRESS + destination + 1) == frame.destinationLow
                && row.get(FlowRow.ADDRESS + source) == frame.sourceHigh
                && row.get(FlowRow.ADDRESS + destination) == frame.destinationHigh;
    }

    /// Whether the frame belongs to the flow that was found, which ends otherwise.
    private boolean continues(int number, Frame frame) {
        // By the table's time, not the frame's: a late frame must not find a flow that is over.
        if (isOutOfTime(row)) {
            end(number, idleReason(row));
            return false;
        }
        if (isTcpSegment(frame) && beginsAnother(frame)) {
            end(number, EndReason.PORT_REUSE);
            return false;
        }
        reportIfActiveForLong(number, row, frame.arrivalNanos);
        return true;
    }

    private boolean beginsAnother(Frame frame) {
        return followsZeek
                ? TcpTracker.beginsAnotherForZeek(row, frame)
                : TcpTracker.beginsAnother(row, side, frame);
    }

    /// Tells of a flow that goes on for long, if there is something new to tell.
    private void reportIfActiveForLong(int number, FlowRow of, long nanos) {
        if (settings.activeNanos() == FlowSettings.NEVER) {
            return;
        }
        long reported = of.get(FlowRow.FIRST) + of.bits(FlowRow.REPORTED, 32, 32) * NANOS_PER_MILLI;
        if (nanos - reported < settings.activeNanos() || of.get(FlowRow.LAST) < reported) {
            return;
        }
        interimRecords++;
        listener.onRecord(record(number, of, EndReason.NOT_ENDED));
        long millis = (nanos - of.get(FlowRow.FIRST)) / NANOS_PER_MILLI;
        of.setBits(FlowRow.REPORTED, 32, 32, Math.clamp(millis, 0, 0xffff_ffffL));
        changed.set(number);
    }

    private static boolean isTcpSegment(Frame frame) {
        return frame.protocol == IpProtocol.TCP
                && frame.tcpHeaderLength() > 0
                && frame.fragmentOffset() == 0;
    }

    // ---- Start, count, end ----

    private int start(Frame frame, int hash) {
        while (flows.taken() >= settings.maxFlows()) {
            evict();
        }
        flowsStarted++;
        boolean answer = isAnswer(frame);
        side = answer ? FlowRow.RESPONDER : FlowRow.ORIGINATOR;
        int number = allocate(frame.protocol);
        int source = FlowRow.ADDRESS + 2 * side;
        int destination = FlowRow.ADDRESS + 2 * (1 - side);
        row.set(source, frame.sourceHigh);
        row.set(source + 1, frame.sourceLow);
        row.set(destination, frame.destinationHigh);
        row.set(destination + 1, frame.destinationLow);
        row.set(
                FlowRow.IDENTITY,
                answer
                        ? identity(frame, destinationPort, sourcePort)
                        : identity(frame, sourcePort, destinationPort));
        if (portsTold) {
            row.mark(FlowRow.PORTS_TOLD);
        }
        row.set(FlowRow.FIRST, frame.arrivalNanos);
        row.set(FlowRow.LAST, frame.arrivalNanos);
        row.setVlan(frame.vlanCount, frame.vlanTags);
        row.setChain(chains.take(frame));
        if (answer) {
            row.addHistory(FlowRow.RESPONDER, '^');
        }
        insert(hash, number);
        return number;
    }

    /// Whether the first frame of a flow was sent by the side that did not begin it.
    private boolean isAnswer(Frame frame) {
        if (followsZeek) {
            return isAnswerForZeek(frame);
        }
        return isTcpSegment(frame) && (frame.tcpFlags() & TcpTracker.OPENING) == TcpTracker.OPENING;
    }

    /// Goes by ports, also for a SYN/ACK, which a scan may send. Where both ports are a server's it
    /// is believed, and of other segments the lower port.
    private boolean isAnswerForZeek(Frame frame) {
        if (frame.protocol == IpProtocol.UDP) {
            return LikelyServerPorts.UDP.has(sourcePort)
                    && !LikelyServerPorts.UDP.has(destinationPort);
        }
        int opening = frame.tcpFlags() & TcpTracker.OPENING;
        return isTcpSegment(frame)
                && opening != TcpTracker.SYN
                && LikelyServerPorts.TCP.has(sourcePort)
                && (opening == TcpTracker.OPENING
                        || !LikelyServerPorts.TCP.has(destinationPort)
                        || sourcePort < destinationPort);
    }

    private void count(Frame frame) {
        long payload = Math.max(frame.payloadLength, 0);
        row.noteHop(side, frame.timeToLive() & 0xff, frame.trafficClass() & 0xff);
        if (row.hasDetail() || row.get(FlowRow.PACKETS + side) == 1 && takeDetail()) {
            row.detail.count(side, frame.arrivalNanos, payload);
        }
        row.set(FlowRow.FIRST, Math.min(row.get(FlowRow.FIRST), frame.arrivalNanos));
        if (!followsZeek || !isTcpSegment(frame) || !TcpTracker.isFarewell(row, frame)) {
            row.set(FlowRow.LAST, Math.max(row.get(FlowRow.LAST), frame.arrivalNanos));
        }
        if (frame.protocol == IpProtocol.UDP && row.get(FlowRow.PACKETS + side) == 0) {
            row.addHistory(side, 'd');
        }
        row.add(FlowRow.PACKETS + side, 1);
        row.add(FlowRow.FRAME_BYTES + side, frame.lengthOnWire);
        row.add(FlowRow.IP_BYTES + side, frame.networkLength());
        row.add(FlowRow.PAYLOAD_BYTES + side, payload);
        if (frame.isFragment()) {
            row.countFragment(side);
        }
        if (isTcpSegment(frame)) {
            tcp.onSegment(row, side, frame, frame.arrivalNanos);
        }
    }

    /// Begins the detail of a flow with the second frame of a side; its first ones are taken over.
    private boolean takeDetail() {
        if (row.get(FlowRow.PACKETS + 1 - side) > 1) {
            return false;
        }
        if (!takeDetailRow(row.isTcp())) {
            return false;
        }
        row.detail.replay(row);
        if (row.isTcp()) {
            tcpAnalysis.replay(row);
        }
        return true;
    }

    private boolean takeDetailRow(boolean isTcp) {
        if (details.taken() >= settings.maxDetailedFlows()) {
            flowsWithoutDetail++;
            return false;
        }
        row.setDetailRow(details.take(kind(isTcp)));
        details.place(row.detail, row.detailRow());
        return true;
    }

    /// Of rows in both pools.
    private static int kind(boolean isTcp) {
        return isTcp ? 1 : 0;
    }

    /// Hands on the payload of a side until what it says first has been read.
    private void hear(int number, Frame frame) {
        if (row.has(FlowRow.HEARD << side) || frame.payloadCaptured <= 0) {
            return;
        }
        boolean datagram = frame.protocol == IpProtocol.UDP && frame.udpLength() >= 0;
        boolean segment = isTcpSegment(frame) && (frame.tcpFlags() & TcpTracker.RST) == 0;
        if (segment || datagram && frame.fragmentOffset() == 0) {
            openings.onPayload(number, row, side, frame);
        }
    }

    private FlowRecord record(int number, FlowRow of, EndReason reason) {
        return records.of(
                of,
                reason,
                openings.application(number, of),
                openings.metadata(number),
                chains.tunnels(of.chain()));
    }

    private void end(int number, EndReason reason) {
        place(other, number);
        ended[reason.ordinal()]++;
        FlowRecord record = listener.wants(other) ? record(number, other, reason) : null;
        remove(number, other);
        if (record != null) {
            listener.onRecord(record);
        }
    }

    private void remove(int number, FlowRow of) {
        if (of.has(FlowRow.LOGGED)) {
            removed.add(of.key());
        }
        unlink(hash(of), number);
        openings.forget(number);
        changed.clear(number);
        chains.giveBack(of.chain());
        int kind = kind(of.isTcp());
        if (of.hasDetail()) {
            details.giveBack(kind, of.detailRow());
        }
        flows.giveBack(kind, number);
    }

    // ---- Time and room ----

    private boolean isOutOfTime(FlowRow row) {
        if (followsZeek && isAboutNames(row)) {
            return isOverForZeek(row);
        }
        return nowNanos - row.get(FlowRow.LAST) >= allowedIdleNanos(row)
                || nowNanos - row.get(FlowRow.FIRST) >= settings.tcpAttemptNanos()
                        && row.protocol() == IpProtocol.TCP
                        && TcpTracker.isUnanswered(row);
    }

    /// Zeek looks at questions for names once each time that they are allowed, from their begin on,
    /// and takes them for answered if nothing came for all of that but a second.
    private boolean isOverForZeek(FlowRow row) {
        long allowed = settings.dnsNanos();
        long age = nowNanos - row.get(FlowRow.FIRST);
        long looked = row.get(FlowRow.FIRST) + age / allowed * allowed;
        return looked - row.get(FlowRow.LAST) >= allowed - NANOS_PER_SECOND;
    }

    /// DNS, NetBIOS names, mDNS and LLMNR: what Zeek's `base/protocols/dns` reads as DNS.
    private static boolean isAboutNames(FlowRow row) {
        return row.protocol() == IpProtocol.UDP
                && switch (row.port(FlowRow.RESPONDER)) {
                    case 53, 137, 5353, 5355 -> true;
                    default -> false;
                };
    }

    private long allowedIdleNanos(FlowRow row) {
        return switch (row.protocol()) {
            case IpProtocol.TCP -> {
                if (TcpTracker.isOver(row)) {
                    yield settings.tcpClosedNanos();
                }
                if (TcpTracker.closedUnheard(row)) {
                    yield settings.tcpPartialCloseNanos();
                }
                yield TcpTracker.isOpening(row)
                        ? settings.tcpOpeningNanos()
                        : settings.tcpEstablishedNanos();
            }
            case IpProtocol.UDP -> settings.udpNanos();
            case IpProtocol.ICMP, IpProtocol.ICMPV6 -> settings.icmpNanos();
            default -> settings.otherNanos();
        };
    }

    private static EndReason idleReason(FlowRow row) {
        return row.protocol() == IpProtocol.TCP && TcpTracker.isOver(row)
                ? EndReason.CLOSED
                : EndReason.IDLE_TIMEOUT;
    }

    private void moveHand(int rows) {
        for (int i = 0; i < rows; i++) {
            hand = hand + 1 < flows.reached() ? hand + 1 : 0;
            place(other, hand);
            if (!other.isLive()) {
                continue;
            }
            if (isOutOfTime(other)) {
                end(hand, idleReason(other));
            } else {
                reportIfActiveForLong(hand, other, nowNanos);
            }
        }
    }

    /// Ends one of the next few flows: a closed one rather than one that never opened, that rather
    /// than any other, and of equals the one idle for longest.
    private void evict() {
        int victim = NONE;
        int victimRank = 0;
        long victimLast = 0;
        for (int seen = 0; seen < Math.min(EVICTION_SAMPLE, flows.taken()); ) {
            hand = hand + 1 < flows.reached() ? hand + 1 : 0;
            if (!place(other, hand).isLive()) {
                continue;
            }
            seen++;
            int rank = evictionRank(other);
            long last = other.get(FlowRow.LAST);
            if (victim == NONE || rank > victimRank || rank == victimRank && last < victimLast) {
                victim = hand;
                victimRank = rank;
                victimLast = last;
            }
        }
        end(victim, EndReason.EVICTED);
    }

    private static int evictionRank(FlowRow row) {
        if (row.protocol() != IpProtocol.TCP) {
            return row.get(FlowRow.PACKETS + FlowRow.RESPONDER) == 0 ? 1 : 0;
        }
        if (TcpTracker.isOver(row)) {
            return 2;
        }
        return TcpTracker.isOpening(row) ? 1 : 0;
    }

    // ---- Rows and index ----

    private FlowRow place(FlowRow view, int number) {
        flows.place(view, number);
        view.tcp.behind(view, FlowRow.LENGTH);
        if (view.hasDetail()) {
            details.place(view.detail, view.detailRow());
        }
        return view;
    }

    /// Places the view on a row that a frame is about to be counted in.
    private void load(int number) {
        loaded = flows.load(row, number, FlowRow.HOT_TCP_LENGTH);
        row.tcp.behind(row, FlowRow.LENGTH);
        if (row.hasDetail()) {
            loaded ^= details.load(row.detail, row.detailRow(), DetailRow.TCP_LENGTH);
        }
    }

    /// A new row of the frame's protocol, and the view on it.
    private int allocate(int protocol) {
        int number = flows.take(kind(protocol == IpProtocol.TCP));
        flows.place(row, number);
        row.tcp.behind(row, FlowRow.LENGTH);
        row.setPlaceInStarts(starts++);
        if (2 * flows.taken() > index.length) {
            growIndex();
        }
        return number;
    }

    private void growIndex() {
        long[] old = index;
        index = new long[2 * old.length];
        for (long entry : old) {
            if (entry != 0) {
                link(entry);
            }
        }
    }

    private void insert(int hash, int number) {
        link((long) hash << 32 | number + 1);
    }

    private void link(long entry) {
        int mask = index.length - 1;
        int at = home(entry) & mask;
        while (index[at] != 0) {
            at = at + 1 & mask;
        }
        index[at] = entry;
    }

    private static int home(long entry) {
        return (int) (entry >>> 32);
    }

    /// Takes an entry out and moves later ones of its run back, so that no run has a hole.
    private void unlink(int hash, int number) {
        int mask = index.length - 1;
        long entry = (long) hash << 32 | number + 1;
        int hole = hash & mask;
        while (index[hole] != entry) {
            hole = hole + 1 & mask;
        }
        for (int at = hole + 1 & mask; index[at] != 0; at = at + 1 & mask) {
            int distance = at - home(index[at]) & mask;
            if (distance >= (at - hole & mask)) {
                index[hole] = index[at];
                hole = at;
            }
        }
        index[hole] = 0;
    }

    // ---- State transfer ----

    /// Hands over the state of every flow that changed since the last call: a key with null for one
    /// that ended. Keys of ended flows come first, so that a flow that took a key over stays.
    public void drainChanged(FlowStateSink sink) {
        removed.forEach(key -> sink.put(key, null));
        removed.clear();
        for (int n = changed.nextSetBit(0); n >= 0; n = changed.nextSetBit(n + 1)) {
            place(other, n).mark(FlowRow.LOGGED);
            var beside = new FlowRow.Beside(chains.chain(other.chain()), openings.told(n));
            sink.put(other.key(), other.toBytes(beside));
        }
        changed.clear();
        fragmentPorts.drainChanged(sink);
        if (drainedNanos != nowNanos) {
            drainedNanos = nowNanos;
            sink.put(TIME_KEY.clone(), ByteBuffer.allocate(Long.BYTES).putLong(nowNanos).array());
        }
    }

    /// Takes back what [#drainChanged] gave, in the order given or only the latest of each key.
    /// Nothing is reported to the listener.
    ///
    /// @throws IllegalArgumentException if it is not such a state
    public void restore(byte[] key, byte[] stateOrNull) {
        if (key.length == 0) {
            throw new IllegalArgumentException("an empty key");
        }
        switch (key[0]) {
            case 'f' -> restoreFlow(key, stateOrNull);
            case 'g' -> fragmentPorts.restore(key, stateOrNull);
            case 't' -> restoreTime(stateOrNull);
            default -> throw new IllegalArgumentException("a key of unknown kind " + key[0]);
        }
    }

    private void restoreTime(byte[] state) {
        if (state == null || state.length != Long.BYTES) {
            throw new IllegalArgumentException("not the time of a table");
        }
        nowNanos = Math.max(nowNanos, ByteBuffer.wrap(state).getLong());
        drainedNanos = nowNanos;
    }

    private void restoreFlow(byte[] key, byte[] stateOrNull) {
        int hash = hashOfKey(key);
        int known = findByKey(key, hash);
        if (known != NONE) {
            place(other, known).unmark(FlowRow.IDENTITY, FlowRow.LOGGED);
            remove(known, other);
        }
        if (stateOrNull == null) {
            return;
        }
        FlowRow restored = FlowRow.apart();
        FlowRow.Beside beside = restored.fromBytes(stateOrNull);
        if (!restored.isLive() || !Arrays.equals(restored.key(), key)) {
            throw new IllegalArgumentException("a state under the key of another flow");
        }
        int number = allocate(restored.protocol());
        if (restored.hasDetail()) {
            takeDetailRow(restored.isTcp());
        }
        row.copy(restored);
        row.setChain(chains.take(beside.tunnels()));
        openings.restore(number, beside.metadata());
        for (int each = FlowRow.ORIGINATOR; each <= FlowRow.RESPONDER; each++) {
            // What it had begun to say is lost.
            if (row.get(FlowRow.PAYLOAD_BYTES + each) > 0) {
                row.mark(FlowRow.HEARD << each);
            }
        }
        insert(hash, number);
    }

    private int findByKey(byte[] key, int hash) {
        int mask = index.length - 1;
        for (int at = hash & mask; index[at] != 0; at = at + 1 & mask) {
            int number = (int) index[at] - 1;
            if (home(index[at]) == hash && Arrays.equals(place(other, number).key(), key)) {
                return number;
            }
        }
        return NONE;
    }

    private int hashOfKey(byte[] key) {
        int length = key.length > 1 && key[1] == 4 ? 16 : 40;
        if (key.length != length) {
            throw new IllegalArgumentException("a flow's key of " + key.length + " bytes");
        }
        var in = ByteBuffer.wrap(key);
        boolean four = key[1] == 4;
        int protocol = key[2] & 0xff;
        in.position(4);
        long highA = four ? 0 : in.getLong();
        long lowA = four ? Integer.toUnsignedLong(in.getInt()) : in.getLong();
        int portA = in.getShort() & 0xffff;
        long highB = four ? 0 : in.getLong();
        long lowB = four ? Integer.toUnsignedLong(in.getInt()) : in.getLong();
        int portB = in.getShort() & 0xffff;
        return hash(highA, lowA, portA, highB, lowB, portB, protocol);
    }
}
