package headgate.forwarding.nft;

import headgate.forwarding.conntrack.NfPacket;
import headgate.packet.IpAddress;
import headgate.packet.MacAddress;
import java.util.HashMap;
import java.util.Map;

/// Type of a value in a rule: how many bits it has, and which names nft prints for its numbers.
/// Values are numbers of up to 128 bits, whatever byte order they have in the kernel; names of
/// devices are their 16 bytes, filled with zeros.
record Datatype(String name, int bits, Kind kind, Map<String, Long> symbols) {
    enum Kind {
        NUMBER,

        /// Several names stand for all their bits together.
        BITS,

        IPV4,
        IPV6,
        ETHER,
        DEVICE_NAME,

        /// Name of a device, for its index.
        DEVICE_INDEX
    }

    private static final Map<String, Datatype> BY_NAME = new HashMap<>();

    static final Datatype INTEGER = number("integer", 128, "");
    static final Datatype IPV4_ADDR = new Datatype("ipv4_addr", 32, Kind.IPV4, Map.of());
    static final Datatype IPV6_ADDR = new Datatype("ipv6_addr", 128, Kind.IPV6, Map.of());
    static final Datatype ETHER_ADDR = new Datatype("ether_addr", 48, Kind.ETHER, Map.of());
    static final Datatype IFNAME = new Datatype("ifname", 128, Kind.DEVICE_NAME, Map.of());
    static final Datatype IFACE_INDEX =
            new Datatype("iface_index", 32, Kind.DEVICE_INDEX, Map.of());
    static final Datatype INET_SERVICE = number("inet_service", 16, "");
    static final Datatype MARK = number("mark", 32, "");
    static final Datatype INET_PROTO =
            number(
                    "inet_proto",
                    8,
                    "hopopt=0 ip=0 icmp=1 igmp=2 ipencap=4 ipip=4 st=5 tcp=6 egp=8 igp=9 pup=12"
                            + " udp=17 idp=22 rdp=27 dccp=33 ipv6=41 ipv6-route=43 ipv6-frag=44"
                            + " rsvp=46 gre=47 esp=50 ah=51 skip=57 ipv6-icmp=58 icmpv6=58"
                            + " ipv6-nonxt=59 ipv6-opts=60 eigrp=88 ospf=89 etherip=97 encap=98"
                            + " pim=103 ipcomp=108 comp=108 vrrp=112 l2tp=115 sctp=132 fc=133"
                            + " mobility-header=135 udplite=136 mpls-in-ip=137 hip=139 shim6=140");
    static final Datatype ETHER_TYPE =
            number(
                    "ether_type",
                    16,
                    "ip=0x800 arp=0x806 ip6=0x86dd 8021q=0x8100 vlan=0x8100 8021ad=0x88a8");
    static final Datatype DSCP =
            number(
                    "dscp",
                    6,
                    "cs0=0 df=0 be=0 cs1=8 cs2=16 cs3=24 cs4=32 cs5=40 cs6=48 cs7=56 lephb=1"
                            + " af11=10 af12=12 af13=14 af21=18 af22=20 af23=22 af31=26 af32=28"
                            + " af33=30 af41=34 af42=36 af43=38 va=44 ef=46");
    static final Datatype ECN = number("ecn", 2, "not-ect=0 ect1=1 ect0=2 ce=3");
    static final Datatype TCP_FLAG =
            bits("tcp_flag", 8, "fin=1 syn=2 rst=4 psh=8 ack=16 urg=32 ecn=64 ece=64 cwr=128");
    static final Datatype ICMP_TYPE =
            number(
                    "icmp_type",
                    8,
                    "echo-reply=0 destination-unreachable=3 source-quench=4 redirect=5"
                            + " echo-request=8 router-advertisement=9 router-solicitation=10"
                            + " time-exceeded=11 parameter-problem=12 timestamp-request=13"
                            + " timestamp-reply=14 info-request=15 info-reply=16"
                            + " address-mask-request=17 address-mask-reply=18");
    static final Datatype ICMP_CODE =
            number(
                    "icmp_code",
                    8,
                    "net-unreachable=0 host-unreachable=1 prot-unreachable=2 port-unreachable=3"
                            + " frag-needed=4 net-prohibited=9 host-prohibited=10"
                            + " admin-prohibited=13");
    static final Datatype ICMPV6_TYPE =
            number(
                    "icmpv6_type",
                    8,
                    "destination-unreachable=1 packet-too-big=2 time-exceeded=3"
                            + " parameter-problem=4 echo-request=128 echo-reply=129"
                            + " mld-listener-query=130 mld-listener-report=131"
                            + " mld-listener-done=132 mld-listener-reduction=132"
                            + " nd-router-solicit=133 nd-router-advert=134"
                            + " nd-neighbor-solicit=135 nd-neighbor-advert=136 nd-redirect=137"
                            + " router-renumbering=138 ind-neighbor-solicit=141"
                            + " ind-neighbor-advert=142 mld2-listener-report=143");
    static final Datatype ICMPV6_CODE =
            number(
                    "icmpv6_code",
                    8,
                    "no-route=0 admin-prohibited=1 addr-unreachable=3 port-unreachable=4"
                            + " policy-fail=5 reject-route=6");
    static final Datatype ICMPX_CODE =
            number(
                    "icmpx_code",
                    8,
                    "no-route=0 port-unreachable=1 host-unreachable=2 admin-prohibited=3");
    static final Datatype IGMP_TYPE =
            number(
                    "igmp_type",
                    8,
                    "membership-query=17 membership-report-v1=18 membership-report-v2=22"
                            + " leave-group=23 membership-report-v3=34");
    static final Datatype ARP_OP =
            number(
                    "arp_op",
                    16,
                    "request=1 reply=2 rrequest=3 rreply=4 inrequest=8 inreply=9 nak=10");
    static final Datatype PKT_TYPE =
            number("pkt_type", 8, "host=0 unicast=0 broadcast=1 multicast=2 other=3");
    static final Datatype NF_PROTO = number("nf_proto", 8, "ipv4=2 ipv6=10");
    static final Datatype BOOLEAN = number("boolean", 1, "missing=0 exists=1 false=0 true=1");
    static final Datatype CT_STATE =
            bits("ct_state", 32, "invalid=1 established=2 related=4 new=8 untracked=64");
    static final Datatype CT_DIR = number("ct_dir", 8, "original=0 reply=1");
    static final Datatype CT_STATUS =
            bits(
                    "ct_status",
                    32,
                    "expected=1 seen-reply=2 assured=4 confirmed=8 snat=16 dnat=32 seq-adjust=64"
                            + " dying=512");
    static final Datatype FIB_ADDR =
            number(
                    "fib_addrtype",
                    32,
                    "unspec=0 unicast=1 local=2 broadcast=3 anycast=4 multicast=5 blackhole=6"
                            + " unreachable=7 prohibit=8");
    static final Datatype DEV_TYPE =
            number("devtype", 16, "ether=1 ppp=512 ipip=768 ipip6=769 loopback=772 sit=776");

    static final Datatype DEVICE_GROUP = number("devgroup", 32, "default=0");
    static final Datatype CLASS_ID = number("classid", 32, "none=0 root=0xffffffff");

    static {
        for (Datatype type :
                new Datatype[] {
                    INTEGER,
                    IPV4_ADDR,
                    IPV6_ADDR,
                    ETHER_ADDR,
                    IFNAME,
                    IFACE_INDEX,
                    INET_SERVICE,
                    MARK,
                    INET_PROTO,
                    ETHER_TYPE,
                    DSCP,
                    ECN,
                    TCP_FLAG,
                    ICMP_TYPE,
                    ICMP_CODE,
                    ICMPV6_TYPE,
                    ICMPV6_CODE,
                    IGMP_TYPE,
                    ARP_OP,
                    PKT_TYPE,
                    NF_PROTO,
                    BOOLEAN,
                    CT_STATE,
                    CT_DIR,
                    CT_STATUS,
                    FIB_ADDR,
                    DEV_TYPE,
                    DEVICE_GROUP,
                    CLASS_ID
                }) {
            BY_NAME.put(type.name, type);
        }
        BY_NAME.put("verdict", number("verdict", 32, ""));
        BY_NAME.put("iface_type", DEV_TYPE);
    }

    /// The type that a set names; null if it is not known.
    static Datatype of(String name) {
        return BY_NAME.get(name);
    }

    static Datatype number(int bits) {
        return bits == 128 ? INTEGER : new Datatype("integer", bits, Kind.NUMBER, Map.of());
    }

    private static Datatype number(String name, int bits, String symbols) {
        return new Datatype(name, bits, Kind.NUMBER, symbols(symbols));
    }

    private static Datatype bits(String name, int bits, String symbols) {
        return new Datatype(name, bits, Kind.BITS, symbols(symbols));
    }

    private static Map<String, Long> symbols(String text) {
        var symbols = new HashMap<String, Long>();
        for (String pair : text.isEmpty() ? new String[0] : text.split(" ")) {
            int equals = pair.indexOf('=');
            symbols.put(pair.substring(0, equals), Long.decode(pair.substring(equals + 1)));
        }
        return Map.copyOf(symbols);
    }

    /// Reads a value as nft prints it.
    ///
    /// @param devices index by name, for types that name a device
    /// @return null if it is no such value
    Interval parse(String text, Map<String, Integer> devices) {
        Long symbol = symbols.get(text);
        if (symbol != null) {
            return Interval.of(0, symbol);
        }
        try {
            return switch (kind) {
                case NUMBER, BITS -> parseNumber(text);
                case IPV4, IPV6 -> parseAddress(text);
                case ETHER -> Interval.of(0, MacAddress.parse(text));
                case DEVICE_NAME -> deviceName(text);
                case DEVICE_INDEX -> deviceIndex(text, devices);
            };
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private Interval parseNumber(String text) {
        int colon = this == CLASS_ID ? text.indexOf(':') : -1;
        if (colon >= 0) {
            long major = Integer.parseUnsignedInt(text.substring(0, colon), 16);
            long minor = Integer.parseUnsignedInt(text.substring(colon + 1), 16);
            return major >>> 16 != 0 || minor >>> 16 != 0
                    ? null
                    : Interval.of(0, major << 16 | minor);
        }
        if (text.startsWith("0x") && text.length() > 18 && text.length() <= 34) {
            int split = text.length() - 16;
            return Interval.of(
                    Long.parseUnsignedLong(text.substring(2, split), 16),
                    Long.parseUnsignedLong(text.substring(split), 16));
        }
        long value =
                text.startsWith("0x")
                        ? Long.parseUnsignedLong(text.substring(2), 16)
                        : Long.parseUnsignedLong(text);
        return bits < 64 && value >>> bits != 0 ? null : Interval.of(0, value);
    }

    private Interval parseAddress(String text) {
        IpAddress address = IpAddress.parse(text);
        boolean fits = address.version() == (kind == Kind.IPV4 ? 4 : 6);
        return fits ? Interval.of(address.high(), address.low()) : null;
    }

    /// `eth0`, or `eth*` for all that start so; a star that is meant stands behind a backslash.
    private static Interval deviceName(String text) {
        boolean wildcard = text.endsWith("*") && !text.endsWith("\\*");
        String plain = wildcard ? text.substring(0, text.length() - 1) : text.replace("\\*", "*");
        if (plain.length() > 15) {
            return null;
        }
        long high = NfPacket.nameHigh(plain);
        long low = NfPacket.nameLow(plain);
        return wildcard
                ? Interval.prefix(high, low, plain.length() * 8, 128)
                : Interval.of(high, low);
    }

    private static Interval deviceIndex(String text, Map<String, Integer> devices) {
        Integer index = devices.get(text);
        return Interval.of(0, index != null ? index : Long.parseUnsignedLong(text));
    }
}
