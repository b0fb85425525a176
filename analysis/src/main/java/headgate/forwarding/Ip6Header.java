package headgate.forwarding;

import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// The fixed header of an IPv6 packet (RFC 8200, section 3), as numbers; reused from packet to
/// packet.
public final class Ip6Header {
    public static final int LENGTH = 40;

    static final int PAYLOAD_LENGTH = 4;
    static final int NEXT_HEADER = 6;
    static final int HOP_LIMIT = 7;
    static final int SOURCE = 8;
    static final int DESTINATION = 24;

    public int version;
    public int trafficClass;
    public int flowLabel;
    public int payloadLength;
    public int nextHeader;
    public int hopLimit;
    public long sourceHigh;
    public long sourceLow;
    public long destinationHigh;
    public long destinationLow;

    /// Reads 40 bytes from `at` on, which must be there.
    public void read(MemorySegment bytes, long at) {
        int first = NetworkOrder.i32(bytes, at);
        version = first >>> 28;
        trafficClass = first >>> 20 & 0xff;
        flowLabel = first & 0xfffff;
        payloadLength = NetworkOrder.u16(bytes, at + PAYLOAD_LENGTH);
        nextHeader = NetworkOrder.u8(bytes, at + NEXT_HEADER);
        hopLimit = NetworkOrder.u8(bytes, at + HOP_LIMIT);
        sourceHigh = NetworkOrder.i64(bytes, at + SOURCE);
        sourceLow = NetworkOrder.i64(bytes, at + SOURCE + 8);
        destinationHigh = NetworkOrder.i64(bytes, at + DESTINATION);
        destinationLow = NetworkOrder.i64(bytes, at + DESTINATION + 8);
    }

    public boolean isToMulticast() {
        return Inet6.isMulticast(destinationHigh);
    }

    /// The counter of packets with that congestion notification (RFC 3168).
    public static SnmpCounter ecnCounter(int trafficClass) {
        return switch (trafficClass & 3) {
            case 0 -> SnmpCounter.IP6_IN_NO_ECT_PKTS;
            case 1 -> SnmpCounter.IP6_IN_ECT1_PKTS;
            case 2 -> SnmpCounter.IP6_IN_ECT0_PKTS;
            default -> SnmpCounter.IP6_IN_CE_PKTS;
        };
    }

    public String source() {
        return Inet6.format(sourceHigh, sourceLow);
    }

    public String destination() {
        return Inet6.format(destinationHigh, destinationLow);
    }
}
