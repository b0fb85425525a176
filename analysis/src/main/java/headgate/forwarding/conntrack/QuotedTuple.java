package headgate.forwarding.conntrack;

import headgate.forwarding.conntrack.NfPacket.Presence;
import headgate.packet.IpProtocol;

/// The packet that an ICMP error quotes: which connection it belonged to. Reused.
final class QuotedTuple {
    private static final int ICMP_HEADER = 8;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int MOST_EXTENSION_HEADERS = 64;

    private NfPacket packet;
    private int quotedTransport;
    private boolean cut;

    /// Whether [#read] failed because the capture ends too early.
    boolean isCut() {
        return cut;
    }

    /// Where the quoted network header starts.
    static int start(NfPacket packet) {
        return packet.transport + ICMP_HEADER;
    }

    /// Where the quoted transport header starts, after [#read]; -1 if it is not quoted.
    int quotedTransport() {
        return quotedTransport;
    }

    /// @return false if the quotation does not tell
    boolean read(NfPacket packet, Tuple tuple) {
        this.packet = packet;
        cut = false;
        quotedTransport = -1;
        int inner = start(packet);
        tuple.family = packet.family;
        int transport;
        if (packet.family == NfPacket.IPV4) {
            if (!isHere(inner, IPV4_HEADER) || (packet.u16(inner + 6) & 0x1fff) != 0) {
                return false;
            }
            transport = quotedTransport = inner + (packet.u8(inner) & 15) * 4;
            tuple.protocol = packet.u8(inner + 9);
            tuple.sourceHigh = tuple.destinationHigh = 0;
            tuple.sourceLow = Integer.toUnsignedLong(packet.i32(inner + 12));
            tuple.destinationLow = Integer.toUnsignedLong(packet.i32(inner + 16));
        } else {
            if (!isHere(inner, IPV6_HEADER)) {
                return false;
            }
            transport = quotedTransport = readExtensions(inner, tuple);
            if (transport < 0) {
                return false;
            }
            tuple.sourceHigh = packet.i64(inner + 8);
            tuple.sourceLow = packet.i64(inner + 16);
            tuple.destinationHigh = packet.i64(inner + 24);
            tuple.destinationLow = packet.i64(inner + 32);
        }
        return readPorts(tuple, transport);
    }

    private int readExtensions(int inner, Tuple tuple) {
        int protocol = packet.u8(inner + 6);
        int at = inner + IPV6_HEADER;
        for (int i = 0; i < MOST_EXTENSION_HEADERS; i++) {
            switch (protocol) {
                case IpProtocol.HOP_BY_HOP,
                        IpProtocol.ROUTING,
                        IpProtocol.DESTINATION_OPTIONS,
                        IpProtocol.AH,
                        IpProtocol.FRAGMENT -> {
                    if (!isHere(at, 8)
                            || protocol == IpProtocol.FRAGMENT
                                    && (packet.u16(at + 2) & 0xfff8) != 0) {
                        return -1;
                    }
                    int length =
                            switch (protocol) {
                                case IpProtocol.FRAGMENT -> 8;
                                case IpProtocol.AH -> (packet.u8(at + 1) + 2) * 4;
                                default -> (packet.u8(at + 1) + 1) * 8;
                            };
                    protocol = packet.u8(at);
                    at += length;
                }
                default -> {
                    tuple.protocol = protocol;
                    return at;
                }
            }
        }
        return -1;
    }

    private boolean readPorts(Tuple tuple, int transport) {
        tuple.sourcePort = tuple.destinationPort = 0;
        if (tuple.isIcmp()) {
            if (!isHere(transport, 8)) {
                return false;
            }
            tuple.sourcePort = packet.u16(transport + 4);
            tuple.destinationPort = packet.u16(transport);
            return true;
        }
        if (!Conntrack.hasPorts(tuple.protocol)) {
            return true;
        }
        if (!isHere(transport, 4)) {
            return false;
        }
        tuple.sourcePort = packet.u16(transport);
        tuple.destinationPort = packet.u16(transport + 2);
        return true;
    }

    private boolean isHere(int at, int count) {
        Presence presence = packet.presence(at, count);
        cut |= presence == Presence.CUT;
        return presence == Presence.HERE;
    }
}
