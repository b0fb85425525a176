package headgate.forwarding;

import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// The options of the decision's packet (RFC 791 section 3.1): what they ask for, what passing
/// through writes into them, and how an answer echoes them (kernel: `ip_options_compile`,
/// `ip_options_rcv_srr`, `ip_forward_options`, `ip_options_echo`). Reused.
public final class IpOptions {
    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int RECORD_ROUTE = 7;
    private static final int TIMESTAMP = 68;
    private static final int LOOSE_SOURCE_ROUTE = 131;
    private static final int CIPSO = 134;
    private static final int STRICT_SOURCE_ROUTE = 137;
    private static final int ROUTER_ALERT = 148;

    private static final int TIME_ALONE = 0;
    private static final int TIME_AND_ADDRESS = 1;
    private static final int TIME_OF_GIVEN_ADDRESS = 3;
    private static final int MOST_OVERFLOWS = 15;

    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final long MILLIS_PER_DAY = 86_400_000L;

    /// Where the destination stands in the header: what a source route that cannot be followed is
    /// blamed on.
    private static final int DESTINATION_OFFSET = 16;

    private static final int COPIED = 0x80;
    private static final int LONGEST = 40;

    private final Decision decision;
    private final Skb skb;

    /// Offsets of options in the IP header; 0 if they are not there.
    private int recordRoute;

    private int timestamp;
    private int sourceRoute;
    private int label;

    private boolean strict;
    private boolean needsAddress;
    private boolean needsTimeAddress;
    private boolean needsTime;
    private boolean changed;

    /// Whether the packet goes on to an address of its source route, and to which.
    private boolean hit;

    private int nextHop;
    private int echoLength;
    private int echoRecordRoute;
    private int echoTimestamp;
    private int echoSourceRoute;
    private boolean echoNeedsAddress;
    private boolean echoNeedsTimeAddress;
    private boolean echoNeedsTime;
    private int firstHop;
    private final byte[] echo = new byte[LONGEST + 4];

    IpOptions(Decision decision) {
        this.decision = decision;
        this.skb = decision.skb;
    }

    void clear() {
        recordRoute = timestamp = sourceRoute = label = echoLength = 0;
        strict = needsAddress = needsTimeAddress = needsTime = changed = hit = false;
    }

    /// What [#compile] found, for when the packet's fragments are together; empty if nothing.
    int[] found() {
        if (!skb.hasOptions()) {
            return new int[0];
        }
        int flags =
                (strict ? 1 : 0)
                        | (needsAddress ? 2 : 0)
                        | (needsTimeAddress ? 4 : 0)
                        | (needsTime ? 8 : 0);
        return new int[] {recordRoute, timestamp, sourceRoute, label, flags};
    }

    /// Takes back what [#found] gave.
    void recall(int[] found) {
        clear();
        if (found.length == 0) {
            return;
        }
        recordRoute = found[0];
        timestamp = found[1];
        sourceRoute = found[2];
        label = found[3];
        strict = (found[4] & 1) != 0;
        needsAddress = (found[4] & 2) != 0;
        needsTimeAddress = (found[4] & 4) != 0;
        needsTime = (found[4] & 8) != 0;
    }

    public boolean hasSourceRoute() {
        return sourceRoute != 0;
    }

    /// Whether every hop must be a neighbour.
    public boolean isStrict() {
        return strict;
    }

    /// Reads the options, and writes into them what every host on the way writes.
    ///
    /// @return 0, or where in the header they are malformed
    public int compile() {
        int at = Skb.IPV4_HEADER;
        while (at < skb.headerLength) {
            int type = skb.u8(at);
            if (type == END) {
                clearFrom(at + 1);
                return 0;
            }
            if (type == NO_OPERATION) {
                at++;
                continue;
            }
            int left = skb.headerLength - at;
            if (left < 2 || skb.u8(at + 1) < 2 || skb.u8(at + 1) > left) {
                return at;
            }
            int length = skb.u8(at + 1);
            int wrong =
                    switch (type) {
                        case LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE ->
                                compileSourceRoute(at, type, length);
                        case RECORD_ROUTE -> compileRecordRoute(at, length);
                        case TIMESTAMP -> compileTimestamp(at, length);
                        case ROUTER_ALERT -> length < 4 ? at + 1 : 0;
                        case CIPSO -> compileLabel(at, length);
                        default -> 0;
                    };
            if (wrong != 0) {
                return wrong;
            }
            at += length;
        }
        return 0;
    }

    private void clearFrom(int from) {
        for (int at = from; at < skb.headerLength; at++) {
            if (skb.u8(at) != END) {
                skb.put8(at, END);
                changed = true;
            }
        }
    }

    private int compileSourceRoute(int at, int type, int length) {
        if (length < 3) {
            return at + 1;
        }
        if (skb.u8(at + 2) < 4) {
            return at + 2;
        }
        if (sourceRoute != 0) {
            return at;
        }
        strict = type == STRICT_SOURCE_ROUTE;
        sourceRoute = at;
        return 0;
    }

    private int compileRecordRoute(int at, int length) {
        if (recordRoute != 0) {
            return at;
        }
        if (length < 3) {
            return at + 1;
        }
        int pointer = skb.u8(at + 2);
        if (pointer < 4) {
            return at + 2;
        }
        if (pointer <= length) {
            if (pointer + 3 > length) {
                return at + 2;
            }
            skb.put32(at + pointer - 1, decision.icmp.specificDestination());
            skb.put8(at + 2, pointer + 4);
            changed = needsAddress = true;
        }
        recordRoute = at;
        return 0;
    }

    /// Security labels of a domain that is not configured, as none is here.
    private int compileLabel(int at, int length) {
        if (label != 0) {
            return at;
        }
        label = at;
        return length < 8 ? at + 1 : at + 2;
    }

    private int compileTimestamp(int at, int length) {
        if (timestamp != 0) {
            return at;
        }
        if (length < 4) {
            return at + 1;
        }
        int pointer = skb.u8(at + 2);
        if (pointer < 5) {
            return at + 2;
        }
        int flag = skb.u8(at + 3) & 15;
        if (pointer <= length) {
            int needed = flag == TIME_AND_ADDRESS || flag == TIME_OF_GIVEN_ADDRESS ? 7 : 3;
            if (pointer + needed > length) {
                return at + 2;
            }
            stamp(at, pointer, flag);
        } else if (flag != TIME_OF_GIVEN_ADDRESS) {
            int overflows = skb.u8(at + 3) >>> 4;
            if (overflows == MOST_OVERFLOWS) {
                return at + 3;
            }
            skb.put8(at + 3, flag | overflows + 1 << 4);
            changed = true;
        }
        timestamp = at;
        return 0;
    }

    private void stamp(int at, int pointer, int flag) {
        switch (flag) {
            case TIME_ALONE -> {
                skb.put32(at + pointer - 1, millisSinceMidnight());
                skb.put8(at + 2, pointer + 4);
                needsTime = changed = true;
            }
            case TIME_AND_ADDRESS -> {
                skb.put32(at + pointer - 1, decision.icmp.specificDestination());
                skb.put32(at + pointer + 3, millisSinceMidnight());
                skb.put8(at + 2, pointer + 8);
                needsTime = needsTimeAddress = changed = true;
            }
            case TIME_OF_GIVEN_ADDRESS -> {
                if (isOfHost(skb.i32(at + pointer - 1))) {
                    skb.put32(at + pointer + 3, millisSinceMidnight());
                    skb.put8(at + 2, pointer + 8);
                    needsTime = changed = true;
                }
            }
            default -> {}
        }
    }

    /// Anything that is not another host's (kernel: `inet_addr_type` is not RTN_UNICAST).
    private boolean isOfHost(int address) {
        return decision.host.isLocal(address)
                || decision.host.isBroadcast(address)
                || Inet4.isMulticast(address);
    }

    int millisSinceMidnight() {
        return (int) (Math.floorDiv(decision.nowNanos, NANOS_PER_MILLI) % MILLIS_PER_DAY);
    }

    /// Follows a source route of a packet that is for this host.
    ///
    /// @return -1 if the packet may go on; otherwise it is refused, and what is malformed is told
    ///   as the offset in the header, 0 for nothing
    public int follow() {
        if (skb.packetType != Skb.PacketType.HOST) {
            return 0;
        }
        if (decision.input == Decision.Input.FORWARD) {
            return strict ? DESTINATION_OFFSET : -1;
        }
        if (decision.input != Decision.Input.LOCAL) {
            return 0;
        }
        int space = skb.u8(sourceRoute + 1);
        for (int pointer = skb.u8(sourceRoute + 2); pointer <= space; pointer += 4) {
            if (pointer + 3 > space) {
                return sourceRoute + 2;
            }
            int address = skb.i32(sourceRoute + pointer - 1);
            if (!decision.routesInput(skb.source, address)) {
                return 0;
            }
            changed = true;
            if (decision.input == Decision.Input.FORWARD) {
                hit = true;
                nextHop = address;
                return -1;
            }
            if (decision.input != Decision.Input.LOCAL) {
                return 0;
            }
            skb.put32(DESTINATION_OFFSET, address);
            skb.destination = address;
        }
        return -1;
    }

    /// Writes the addresses by which the packet leaves, and the header checksum.
    public void forward() {
        if (needsAddress) {
            skb.put32(recordRoute + skb.u8(recordRoute + 2) - 5, egressAddress());
            changed = true;
        }
        if (hit) {
            forwardSourceRoute();
            if (needsTimeAddress) {
                skb.put32(timestamp + skb.u8(timestamp + 2) - 9, egressAddress());
            }
        }
        if (changed) {
            skb.putHeaderChecksum();
        }
    }

    private void forwardSourceRoute() {
        int space = skb.u8(sourceRoute + 1);
        int pointer = skb.u8(sourceRoute + 2);
        while (pointer + 3 <= space && skb.i32(sourceRoute + pointer - 1) != nextHop) {
            pointer += 4;
        }
        if (pointer + 3 <= space) {
            skb.put32(DESTINATION_OFFSET, nextHop);
            skb.destination = nextHop;
            skb.put32(sourceRoute + pointer - 1, egressAddress());
            skb.put8(sourceRoute + 2, pointer + 4);
        }
    }

    /// The address that the host has on the way out (kernel: `ip_rt_get_source`).
    private int egressAddress() {
        NextHop hop = decision.result.nextHop();
        OutputRoute route = decision.ownRoute;
        Flowi4 flow = route.ask(skb.source, skb.destination, skb.tos, 0);
        flow.inputDevice = decision.device;
        flow.outputDevice = hop.device();
        route.result.clear();
        if (decision.host.rules().lookup(flow, false, route.result) == Errno.NONE) {
            return OutputRoute.preferredSource(
                    decision.host, route.result.info(), route.result.nextHop());
        }
        int towards = hop.gateway() != 0 ? hop.gateway() : skb.destination;
        return decision.host.selectAddress(hop.device(), towards, FibInfo.SCOPE_UNIVERSE);
    }

    /// In every fragment but the first, options that are not to be copied become no-operations.
    static void keepCopied(MemorySegment bytes, long header, int headerLength) {
        long end = header + headerLength;
        for (long at = header + Skb.IPV4_HEADER; at < end; ) {
            int type = NetworkOrder.u8(bytes, at);
            if (type == END) {
                return;
            }
            int length = type == NO_OPERATION || at + 1 >= end ? 1 : NetworkOrder.u8(bytes, at + 1);
            if (length < 1 || type != NO_OPERATION && length < 2 || at + length > end) {
                return;
            }
            if ((type & COPIED) == 0) {
                bytes.asSlice(at, length).fill((byte) NO_OPERATION);
            }
            at += length;
        }
    }

    // ---- Echo ----

    /// Prepares the options of an answer.
    ///
    /// @return false if they cannot be echoed: then there is no answer
    boolean echo() {
        echoLength = echoRecordRoute = echoTimestamp = echoSourceRoute = 0;
        echoNeedsAddress = echoNeedsTimeAddress = echoNeedsTime = false;
        if (recordRoute != 0 && !echoRecordRoute() || timestamp != 0 && !echoTimestamp()) {
            return false;
        }
        if (sourceRoute != 0) {
            echoSourceRoute();
        }
        if (label != 0 && echoLength + skb.u8(label + 1) <= LONGEST) {
            copy(label);
        }
        while ((echoLength & 3) != 0) {
            echo[echoLength++] = END;
        }
        return true;
    }

    private int copy(int option) {
        int at = echoLength;
        int length = skb.u8(option + 1);
        for (int i = 0; i < length; i++) {
            echo[at + i] = (byte) skb.u8(option + i);
        }
        echoLength += length;
        return at;
    }

    private boolean echoRecordRoute() {
        int at = copy(recordRoute);
        int length = skb.u8(recordRoute + 1);
        int pointer = skb.u8(recordRoute + 2);
        if (needsAddress && pointer <= length) {
            if (pointer + 3 > length) {
                return false;
            }
            echo[at + 2] = (byte) (pointer + 4);
            echoNeedsAddress = true;
        }
        echoRecordRoute = Skb.IPV4_HEADER + at;
        return true;
    }

    private boolean echoTimestamp() {
        int at = copy(timestamp);
        int length = skb.u8(timestamp + 1);
        int pointer = skb.u8(timestamp + 2);
        if (pointer <= length) {
            if (needsTimeAddress) {
                if (pointer + 3 > length) {
                    return false;
                }
                echoNeedsTimeAddress = true;
                pointer += 4;
            }
            if (needsTime) {
                if (pointer + 3 > length) {
                    return false;
                }
                boolean given = (skb.u8(timestamp + 3) & 15) == TIME_OF_GIVEN_ADDRESS;
                if (!given) {
                    echoNeedsTime = true;
                    pointer += 4;
                } else if (pointer + 7 <= length && isOfHost(skb.i32(timestamp + pointer - 1))) {
                    echoNeedsTime = true;
                    pointer += 8;
                }
            }
            echo[at + 2] = (byte) pointer;
        }
        echoTimestamp = Skb.IPV4_HEADER + at;
        return true;
    }

    /// The way back is the way here, reversed.
    private void echoSourceRoute() {
        int length = skb.u8(sourceRoute + 1);
        int from = Math.min(skb.u8(sourceRoute + 2), length + 1) - 4;
        if (from <= 3) {
            return;
        }
        int first = skb.i32(sourceRoute + from - 1);
        int at = echoLength;
        int to = 4;
        for (from -= 4; from > 3; from -= 4) {
            for (int i = 0; i < 4; i++) {
                echo[at + to - 1 + i] = (byte) skb.u8(sourceRoute + from - 1 + i);
            }
            to += 4;
        }
        // RFC 1812 section 4.3.2.6: the source is not to be visited twice.
        if (skb.i32(sourceRoute + from + 3) == skb.source) {
            to -= 4;
        }
        if (to <= 3) {
            return;
        }
        firstHop = first;
        echo[at] = (byte) skb.u8(sourceRoute);
        echo[at + 1] = (byte) (to + 3);
        echo[at + 2] = 4;
        echoLength += to + 3;
        echoSourceRoute = Skb.IPV4_HEADER + at;
    }

    /// Bytes of options that an answer has.
    int echoLength() {
        return echoLength;
    }

    /// To whom an answer goes first.
    int firstHop() {
        return echoSourceRoute != 0 ? firstHop : skb.source;
    }

    /// Writes the options of an answer into its header.
    ///
    /// @param source address of the answer
    void writeEcho(Skb own, int source) {
        if (echoLength == 0) {
            return;
        }
        for (int i = 0; i < echoLength; i++) {
            own.put8(Skb.IPV4_HEADER + i, echo[i]);
        }
        own.put8(0, 0x40 | (Skb.IPV4_HEADER + echoLength) / 4);
        if (echoSourceRoute != 0) {
            own.put32(echoSourceRoute + own.u8(echoSourceRoute + 1) - 4, skb.source);
        }
        if (echoNeedsAddress) {
            own.put32(echoRecordRoute + own.u8(echoRecordRoute + 2) - 5, source);
        }
        if (echoNeedsTimeAddress) {
            own.put32(echoTimestamp + own.u8(echoTimestamp + 2) - 9, source);
        }
        if (echoNeedsTime) {
            own.put32(echoTimestamp + own.u8(echoTimestamp + 2) - 5, millisSinceMidnight());
        }
        own.readHeader();
    }
}
