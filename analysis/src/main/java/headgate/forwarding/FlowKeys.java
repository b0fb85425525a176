package headgate.forwarding;

import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// What the kernel's flow dissector finds in a packet (kernel: `__skb_flow_dissect`, `struct
/// flow_keys`); reused from packet to packet.
public final class FlowKeys {
    /// No packet has more headers than the dissector walks.
    private static final int MOST_HEADERS = 15;

    private static final int ETHERNET_OVER_GRE = 0x6558;
    private static final int ETHERNET_HEADER = 14;
    private static final int PPP_OVER_GRE = 0x880b;
    private static final int PPP_HEADER = 4;

    private static final int GRE_HEADER = 4;
    private static final int GRE_ROUTING = 0x4000;
    private static final int GRE_KEY = 0x2000;

    /// Checksum, key, sequence number: a word each.
    private static final int GRE_OPTIONS = 0xb000;

    private static final int GRE_ACKNOWLEDGMENT = 0x0080;

    /// Version of GRE that carries PPTP.
    private static final int GRE_PPTP = 1;

    /// 4 or 6; 0 if no addresses were found.
    int version;

    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int flowLabel;
    int protocol;
    int sourcePort;
    int destinationPort;
    boolean isFragment;

    /// Whether a packet inside the packet was met, entered or not.
    boolean isEncapsulated;

    private final Ip6Header header = new Ip6Header();
    private MemorySegment bytes = MemorySegment.NULL;
    private long at;
    private long end;
    private int headers;

    /// @param at where the network header starts
    /// @param end behind the last byte
    /// @param entersTunnels whether what lies inside replaces what lies around it
    void dissect(MemorySegment bytes, long at, long end, int etherType, boolean entersTunnels) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
        version = 0;
        sourceHigh = sourceLow = destinationHigh = destinationLow = 0;
        flowLabel = protocol = sourcePort = destinationPort = 0;
        isFragment = isEncapsulated = false;
        headers = 0;
        int type = etherType;
        while (type >= 0) {
            type = headers++ < MOST_HEADERS ? network(type, entersTunnels) : -1;
        }
        this.bytes = MemorySegment.NULL;
    }

    /// Returns the type of the packet inside; -1 if none is entered.
    private int network(int type, boolean entersTunnels) {
        if ((type == Skb.ETH_P_8021Q || type == Skb.ETH_P_8021AD) && end - at >= Skb.VLAN_TAG) {
            at += Skb.VLAN_TAG;
            return NetworkOrder.u16(bytes, at - 2);
        }
        boolean read =
                switch (type) {
                    case Skb.ETH_P_IP -> ipv4();
                    case Skb.ETH_P_IPV6 -> ipv6();
                    default -> false;
                };
        if (!read) {
            return -1;
        }
        while (isExtension(protocol) && headers++ < MOST_HEADERS) {
            if (end - at < 2) {
                return -1;
            }
            protocol = NetworkOrder.u8(bytes, at);
            at += NetworkOrder.u8(bytes, at + 1) * 8L + 8;
        }
        if (protocol == IpProtocol.FRAGMENT && end - at >= 8) {
            isFragment = true;
            protocol = NetworkOrder.u8(bytes, at);
            return -1;
        }
        int inside = inside();
        if (inside >= 0) {
            isEncapsulated = true;
            return entersTunnels ? inside : -1;
        }
        readPorts();
        return -1;
    }

    /// Takes the keys from a question, or from a packet of the host's own.
    void ofFlow(Flowi6 flow) {
        version = 6;
        sourceHigh = flow.sourceHigh;
        sourceLow = flow.sourceLow;
        destinationHigh = flow.destinationHigh;
        destinationLow = flow.destinationLow;
        flowLabel = flow.flowLabel;
        protocol = flow.protocol;
        sourcePort = flow.sourcePort;
        destinationPort = flow.destinationPort;
        isFragment = isEncapsulated = false;
    }

    /// As the one above, for IPv4.
    void ofFlow(Flowi4 flow) {
        ofAddresses(flow.source, flow.destination);
        protocol = flow.protocol;
        sourcePort = flow.sourcePort;
        destinationPort = flow.destinationPort;
    }

    /// Takes two IPv4 addresses for the keys, and nothing else.
    void ofAddresses(int source, int destination) {
        version = 4;
        sourceHigh = destinationHigh = 0;
        sourceLow = Integer.toUnsignedLong(source);
        destinationLow = Integer.toUnsignedLong(destination);
        flowLabel = protocol = sourcePort = destinationPort = 0;
        isFragment = isEncapsulated = false;
    }

    /// Takes the keys from a fixed header alone.
    void ofHeader(Ip6Header header) {
        version = 6;
        sourceHigh = header.sourceHigh;
        sourceLow = header.sourceLow;
        destinationHigh = header.destinationHigh;
        destinationLow = header.destinationLow;
        flowLabel = header.flowLabel;
        protocol = header.nextHeader;
        sourcePort = destinationPort = 0;
    }

    private boolean ipv4() {
        if (end - at < Skb.IPV4_HEADER || (NetworkOrder.u8(bytes, at) & 0xf) < 5) {
            return false;
        }
        version = 4;
        sourceHigh = destinationHigh = 0;
        sourceLow = Integer.toUnsignedLong(NetworkOrder.i32(bytes, at + 12));
        destinationLow = Integer.toUnsignedLong(NetworkOrder.i32(bytes, at + 16));
        protocol = NetworkOrder.u8(bytes, at + 9);
        isFragment = (NetworkOrder.u16(bytes, at + 6) & 0x3fff) != 0;
        at += (NetworkOrder.u8(bytes, at) & 0xf) * 4L;
        return !isFragment;
    }

    private boolean ipv6() {
        if (end - at < Ip6Header.LENGTH) {
            return false;
        }
        int around = flowLabel;
        header.read(bytes, at);
        ofHeader(header);
        // A packet without a label keeps that of the one around it.
        flowLabel = flowLabel == 0 ? around : flowLabel;
        at += Ip6Header.LENGTH;
        return true;
    }

    private static boolean isExtension(int protocol) {
        return protocol == IpProtocol.HOP_BY_HOP
                || protocol == IpProtocol.ROUTING
                || protocol == IpProtocol.DESTINATION_OPTIONS;
    }

    /// EtherType of the packet inside a tunnel header, which is passed over; -1 if there is none.
    private int inside() {
        return switch (protocol) {
            case IpProtocol.IPV4 -> Skb.ETH_P_IP;
            case IpProtocol.IPV6 -> Skb.ETH_P_IPV6;
            case IpProtocol.GRE -> insideGre();
            default -> -1;
        };
    }

    /// RFC 2784 and 2890, version 0 without routing, and RFC 2637, version 1.
    private int insideGre() {
        int flags = end - at < GRE_HEADER ? GRE_ROUTING : NetworkOrder.u16(bytes, at);
        int version = flags & 7;
        if ((flags & GRE_ROUTING) != 0 || version > GRE_PPTP) {
            return -1;
        }
        int type = NetworkOrder.u16(bytes, at + 2);
        int options = Integer.bitCount(flags & GRE_OPTIONS);
        if (version == GRE_PPTP) {
            return type == PPP_OVER_GRE && (flags & GRE_KEY) != 0
                    ? insidePpp(options + Integer.bitCount(flags & GRE_ACKNOWLEDGMENT))
                    : -1;
        }
        at += GRE_HEADER + options * 4L;
        if (type == ETHERNET_OVER_GRE && end - at >= ETHERNET_HEADER) {
            type = NetworkOrder.u16(bytes, at + 12);
            at += ETHERNET_HEADER;
        }
        return type;
    }

    /// @param options words between the fixed part of the GRE header and PPP's
    private int insidePpp(int options) {
        long ppp = at + GRE_HEADER + options * 4L;
        if (end - ppp < PPP_HEADER) {
            return -1;
        }
        at = ppp + PPP_HEADER;
        return switch (NetworkOrder.u16(bytes, ppp + 2)) {
            case 0x0021 -> Skb.ETH_P_IP;
            case 0x0057 -> Skb.ETH_P_IPV6;
            default -> PPP_OVER_GRE;
        };
    }

    private void readPorts() {
        long ports =
                switch (protocol) {
                    case IpProtocol.TCP,
                            IpProtocol.UDP,
                            IpProtocol.DCCP,
                            IpProtocol.ESP,
                            IpProtocol.SCTP,
                            IpProtocol.UDP_LITE ->
                            at;
                    case IpProtocol.AH -> at + 4;
                    default -> -1;
                };
        if (ports >= 0 && end - ports >= 4) {
            sourcePort = NetworkOrder.u16(bytes, ports);
            destinationPort = NetworkOrder.u16(bytes, ports + 2);
        }
    }
}
