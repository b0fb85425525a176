package headgate.forwarding.nft;

import static headgate.forwarding.nft.PayloadField.Base.LINK;
import static headgate.forwarding.nft.PayloadField.Base.NETWORK;
import static headgate.forwarding.nft.PayloadField.Base.TRANSPORT;

import headgate.forwarding.conntrack.NfPacket;
import headgate.packet.IpProtocol;
import java.util.HashMap;
import java.util.Map;

/// A header field as nft names it: `tcp dport`, `ip saddr`.
///
/// @param needs family of the network header for [Base#NETWORK], protocol number for
///   [Base#TRANSPORT]; -1 for any. nft tests it without saying so in its listing
/// @param bit where the field starts in its header, the highest bit of the first byte being 0
record PayloadField(Base base, int needs, int bit, int bits, Datatype type) {
    enum Base {
        LINK,
        NETWORK,
        TRANSPORT,

        /// Behind the transport header.
        INNER
    }

    private static final int IP = NfPacket.IPV4;
    private static final int IP6 = NfPacket.IPV6;
    private static final int ARP = NfPacket.ARP;
    private static final Map<String, PayloadField> FIELDS = new HashMap<>();

    static {
        add(LINK, -1, "ether", 0, 48, "daddr", Datatype.ETHER_ADDR);
        add(LINK, -1, "ether", 48, 48, "saddr", Datatype.ETHER_ADDR);
        add(LINK, -1, "ether", 96, 16, "type", Datatype.ETHER_TYPE);

        add(NETWORK, ARP, "arp", 0, 16, "htype", null);
        add(NETWORK, ARP, "arp", 16, 16, "ptype", Datatype.ETHER_TYPE);
        add(NETWORK, ARP, "arp", 32, 8, "hlen", null);
        add(NETWORK, ARP, "arp", 40, 8, "plen", null);
        add(NETWORK, ARP, "arp", 48, 16, "operation", Datatype.ARP_OP);
        add(NETWORK, ARP, "arp", 64, 48, "saddr ether", Datatype.ETHER_ADDR);
        add(NETWORK, ARP, "arp", 112, 32, "saddr ip", Datatype.IPV4_ADDR);
        add(NETWORK, ARP, "arp", 144, 48, "daddr ether", Datatype.ETHER_ADDR);
        add(NETWORK, ARP, "arp", 192, 32, "daddr ip", Datatype.IPV4_ADDR);

        add(NETWORK, IP, "ip", 0, 4, "version", null);
        add(NETWORK, IP, "ip", 4, 4, "hdrlength", null);
        add(NETWORK, IP, "ip", 8, 6, "dscp", Datatype.DSCP);
        add(NETWORK, IP, "ip", 14, 2, "ecn", Datatype.ECN);
        add(NETWORK, IP, "ip", 16, 16, "length", null);
        add(NETWORK, IP, "ip", 32, 16, "id", null);
        add(NETWORK, IP, "ip", 48, 16, "frag-off", null);
        add(NETWORK, IP, "ip", 64, 8, "ttl", null);
        add(NETWORK, IP, "ip", 72, 8, "protocol", Datatype.INET_PROTO);
        add(NETWORK, IP, "ip", 80, 16, "checksum", null);
        add(NETWORK, IP, "ip", 96, 32, "saddr", Datatype.IPV4_ADDR);
        add(NETWORK, IP, "ip", 128, 32, "daddr", Datatype.IPV4_ADDR);

        add(NETWORK, IP6, "ip6", 0, 4, "version", null);
        add(NETWORK, IP6, "ip6", 4, 6, "dscp", Datatype.DSCP);
        add(NETWORK, IP6, "ip6", 10, 2, "ecn", Datatype.ECN);
        add(NETWORK, IP6, "ip6", 12, 20, "flowlabel", null);
        add(NETWORK, IP6, "ip6", 32, 16, "length", null);
        add(NETWORK, IP6, "ip6", 48, 8, "nexthdr", Datatype.INET_PROTO);
        add(NETWORK, IP6, "ip6", 56, 8, "hoplimit", null);
        add(NETWORK, IP6, "ip6", 64, 128, "saddr", Datatype.IPV6_ADDR);
        add(NETWORK, IP6, "ip6", 192, 128, "daddr", Datatype.IPV6_ADDR);

        addPorts("th", -1);
        addPorts("tcp", IpProtocol.TCP);
        add(TRANSPORT, IpProtocol.TCP, "tcp", 32, 32, "sequence", null);
        add(TRANSPORT, IpProtocol.TCP, "tcp", 64, 32, "ackseq", null);
        add(TRANSPORT, IpProtocol.TCP, "tcp", 96, 4, "doff", null);
        add(TRANSPORT, IpProtocol.TCP, "tcp", 100, 4, "reserved", null);
        add(TRANSPORT, IpProtocol.TCP, "tcp", 104, 8, "flags", Datatype.TCP_FLAG);
        add(TRANSPORT, IpProtocol.TCP, "tcp", 112, 16, "window", null);
        add(TRANSPORT, IpProtocol.TCP, "tcp", 128, 16, "checksum", null);
        add(TRANSPORT, IpProtocol.TCP, "tcp", 144, 16, "urgptr", null);
        addPorts("udp", IpProtocol.UDP);
        add(TRANSPORT, IpProtocol.UDP, "udp", 32, 16, "length", null);
        add(TRANSPORT, IpProtocol.UDP, "udp", 48, 16, "checksum", null);
        addPorts("udplite", IpProtocol.UDP_LITE);
        add(TRANSPORT, IpProtocol.UDP_LITE, "udplite", 32, 16, "csumcov", null);
        add(TRANSPORT, IpProtocol.UDP_LITE, "udplite", 48, 16, "checksum", null);
        addPorts("sctp", IpProtocol.SCTP);
        add(TRANSPORT, IpProtocol.SCTP, "sctp", 32, 32, "vtag", null);
        add(TRANSPORT, IpProtocol.SCTP, "sctp", 64, 32, "checksum", null);
        addPorts("dccp", IpProtocol.DCCP);
        add(TRANSPORT, IpProtocol.DCCP, "dccp", 67, 4, "type", null);
        add(TRANSPORT, IpProtocol.ESP, "esp", 0, 32, "spi", null);
        add(TRANSPORT, IpProtocol.ESP, "esp", 32, 32, "sequence", null);
        add(TRANSPORT, IpProtocol.AH, "ah", 0, 8, "nexthdr", Datatype.INET_PROTO);
        add(TRANSPORT, IpProtocol.AH, "ah", 8, 8, "hdrlength", null);
        add(TRANSPORT, IpProtocol.AH, "ah", 16, 16, "reserved", null);
        add(TRANSPORT, IpProtocol.AH, "ah", 32, 32, "spi", null);
        add(TRANSPORT, IpProtocol.AH, "ah", 64, 32, "sequence", null);
        add(TRANSPORT, IpProtocol.GRE, "gre", 0, 5, "flags", null);
        add(TRANSPORT, IpProtocol.GRE, "gre", 13, 3, "version", null);
        add(TRANSPORT, IpProtocol.GRE, "gre", 16, 16, "protocol", Datatype.ETHER_TYPE);
        add(TRANSPORT, IpProtocol.IGMP, "igmp", 0, 8, "type", Datatype.IGMP_TYPE);
        add(TRANSPORT, IpProtocol.IGMP, "igmp", 8, 8, "mrt", null);
        add(TRANSPORT, IpProtocol.IGMP, "igmp", 16, 16, "checksum", null);
        add(TRANSPORT, IpProtocol.IGMP, "igmp", 32, 32, "group", Datatype.IPV4_ADDR);
        add(TRANSPORT, IpProtocol.ICMP, "icmp", 0, 8, "type", Datatype.ICMP_TYPE);
        add(TRANSPORT, IpProtocol.ICMP, "icmp", 8, 8, "code", Datatype.ICMP_CODE);
        add(TRANSPORT, IpProtocol.ICMP, "icmp", 16, 16, "checksum", null);
        add(TRANSPORT, IpProtocol.ICMP, "icmp", 32, 16, "id", null);
        add(TRANSPORT, IpProtocol.ICMP, "icmp", 48, 16, "sequence", null);
        add(TRANSPORT, IpProtocol.ICMP, "icmp", 32, 32, "gateway", null);
        add(TRANSPORT, IpProtocol.ICMP, "icmp", 48, 16, "mtu", null);
        add(TRANSPORT, IpProtocol.ICMPV6, "icmpv6", 0, 8, "type", Datatype.ICMPV6_TYPE);
        add(TRANSPORT, IpProtocol.ICMPV6, "icmpv6", 8, 8, "code", Datatype.ICMPV6_CODE);
        add(TRANSPORT, IpProtocol.ICMPV6, "icmpv6", 16, 16, "checksum", null);
        add(TRANSPORT, IpProtocol.ICMPV6, "icmpv6", 32, 32, "parameter-problem", null);
        add(TRANSPORT, IpProtocol.ICMPV6, "icmpv6", 32, 32, "mtu", null);
        add(TRANSPORT, IpProtocol.ICMPV6, "icmpv6", 32, 16, "id", null);
        add(TRANSPORT, IpProtocol.ICMPV6, "icmpv6", 48, 16, "sequence", null);
        add(TRANSPORT, IpProtocol.ICMPV6, "icmpv6", 32, 16, "max-delay", null);
        add(TRANSPORT, IpProtocol.ICMPV6, "icmpv6", 64, 128, "taddr", Datatype.IPV6_ADDR);
    }

    private static void addPorts(String protocol, int number) {
        add(TRANSPORT, number, protocol, 0, 16, "sport", Datatype.INET_SERVICE);
        add(TRANSPORT, number, protocol, 16, 16, "dport", Datatype.INET_SERVICE);
    }

    private static void add(
            Base base, int needs, String protocol, int bit, int bits, String name, Datatype type) {
        Datatype known = type == null ? Datatype.number(bits) : type;
        FIELDS.put(protocol + " " + name, new PayloadField(base, needs, bit, bits, known));
    }

    /// The field of that name; null if it is not known.
    static PayloadField of(String protocol, String field) {
        return FIELDS.get(protocol + " " + field);
    }

    /// `@nh,96,32`: bits by their place. The kernel reads whole bytes, nft shifts.
    static PayloadField raw(Base base, int bit, int bits) {
        return new PayloadField(base, -1, bit, bits, Datatype.number(bits));
    }

    /// Whether nft knows a checksum over it, which is mended when the field is written; of bits by
    /// their place it does not, nor of `th`, and DCCP's it leaves alone.
    boolean hasChecksum() {
        return needs >= 0 && !(base == Base.TRANSPORT && needs == IpProtocol.DCCP);
    }

    /// ICMP types that have this field at all; none if all do. nft tests them without saying so.
    static int[] typesWith(String protocol, String field) {
        return switch (protocol + " " + field) {
            case "icmp id", "icmp sequence" -> new int[] {0, 8};
            case "icmp gateway" -> new int[] {5};
            case "icmp mtu" -> new int[] {3};
            case "icmpv6 id", "icmpv6 sequence" -> new int[] {128, 129};
            case "icmpv6 mtu" -> new int[] {2};
            case "icmpv6 parameter-problem" -> new int[] {4};
            case "icmpv6 max-delay" -> new int[] {130, 131, 132};
            case "icmpv6 taddr" -> new int[] {135, 136};
            default -> new int[0];
        };
    }
}
