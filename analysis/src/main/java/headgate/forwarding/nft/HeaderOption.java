package headgate.forwarding.nft;

import headgate.forwarding.conntrack.HeaderWriter;
import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.conntrack.NfPacket.Presence;
import headgate.packet.IpProtocol;
import java.util.HashMap;
import java.util.Map;

/// A field of an IPv6 extension header or a TCP option, or whether the header has one at all
/// (kernel: `nft_exthdr_ipv6_eval`, `nft_exthdr_tcp_eval`).
final class HeaderOption extends Operand {
    private static final int TCP_HEADER = 20;
    private static final int NO_OPERATION = 1;
    private static final int MAXSEG = 2;

    private static final Map<String, Integer> TCP_OPTIONS =
            Map.ofEntries(
                    Map.entry("eol", 0),
                    Map.entry("nop", 1),
                    Map.entry("maxseg", 2),
                    Map.entry("window", 3),
                    Map.entry("sack-perm", 4),
                    Map.entry("sack", 5),
                    Map.entry("sack0", 5),
                    Map.entry("timestamp", 8),
                    Map.entry("md5sig", 19),
                    Map.entry("mptcp", 30),
                    Map.entry("fastopen", 34));

    private static final Map<String, Integer> EXTENSION_HEADERS =
            Map.of(
                    "hbh", IpProtocol.HOP_BY_HOP,
                    "rt", IpProtocol.ROUTING,
                    "rt0", IpProtocol.ROUTING,
                    "rt2", IpProtocol.ROUTING,
                    "srh", IpProtocol.ROUTING,
                    "frag", IpProtocol.FRAGMENT,
                    "dst", IpProtocol.DESTINATION_OPTIONS);

    /// Each field's first bit and bits.
    private static final Map<String, int[]> FIELDS = new HashMap<>();

    static {
        FIELDS.put("eol kind", new int[] {0, 8});
        FIELDS.put("nop kind", new int[] {0, 8});
        for (String option :
                new String[] {
                    "maxseg",
                    "window",
                    "sack-perm",
                    "sack",
                    "sack0",
                    "timestamp",
                    "fastopen",
                    "mptcp",
                    "md5sig"
                }) {
            FIELDS.put(option + " kind", new int[] {0, 8});
            FIELDS.put(option + " length", new int[] {8, 8});
        }
        FIELDS.put("maxseg size", new int[] {16, 16});
        FIELDS.put("window count", new int[] {16, 8});
        FIELDS.put("sack left", new int[] {16, 32});
        FIELDS.put("sack right", new int[] {48, 32});
        FIELDS.put("sack0 left", new int[] {16, 32});
        FIELDS.put("sack0 right", new int[] {48, 32});
        FIELDS.put("timestamp tsval", new int[] {16, 32});
        FIELDS.put("timestamp tsecr", new int[] {48, 32});
        FIELDS.put("mptcp subtype", new int[] {16, 4});
        for (String header : new String[] {"hbh", "rt", "rt0", "rt2", "srh", "dst"}) {
            FIELDS.put(header + " nexthdr", new int[] {0, 8});
            FIELDS.put(header + " hdrlength", new int[] {8, 8});
        }
        FIELDS.put("rt type", new int[] {16, 8});
        FIELDS.put("rt seg-left", new int[] {24, 8});
        FIELDS.put("srh last-entry", new int[] {32, 8});
        FIELDS.put("srh flags", new int[] {40, 8});
        FIELDS.put("srh tag", new int[] {48, 16});
        FIELDS.put("frag nexthdr", new int[] {0, 8});
        FIELDS.put("frag reserved", new int[] {8, 8});
        FIELDS.put("frag frag-off", new int[] {16, 13});
        FIELDS.put("frag reserved2", new int[] {29, 2});
        FIELDS.put("frag more-fragments", new int[] {31, 1});
        FIELDS.put("frag id", new int[] {32, 32});
    }

    private final boolean tcp;

    /// TCP option kind or protocol number of the extension header.
    private final int number;

    /// Where the field starts; -1 if only the presence of the header is asked for.
    private final int bit;

    private final int bits;
    private final Datatype type;

    private HeaderOption(boolean tcp, int number, int bit, int bits, Datatype type) {
        this.tcp = tcp;
        this.number = number;
        this.bit = bit;
        this.bits = bits;
        this.type = type;
    }

    /// @param field empty for the question whether the option is there
    /// @return null if it is not known
    static HeaderOption tcpOption(String name, String field) {
        return of(true, TCP_OPTIONS.get(name), name + " " + field, field);
    }

    static HeaderOption extensionHeader(String name, String field) {
        return of(false, EXTENSION_HEADERS.get(name), name + " " + field, field);
    }

    private static HeaderOption of(boolean tcp, Integer number, String key, String field) {
        if (number == null) {
            return null;
        }
        if (field.isEmpty()) {
            return new HeaderOption(tcp, number, -1, 1, Datatype.BOOLEAN);
        }
        int[] place = FIELDS.get(key);
        Datatype type =
                place == null
                        ? null
                        : field.equals("nexthdr") ? Datatype.INET_PROTO : Datatype.number(place[1]);
        return place == null ? null : new HeaderOption(tcp, number, place[0], place[1], type);
    }

    @Override
    Datatype type() {
        return type;
    }

    /// Whether rules can write it: a field of two or four bytes of a TCP option.
    boolean isWritable() {
        return tcp && bit >= 0 && bit % 8 == 0 && (bits == 16 || bits == 32);
    }

    /// Writes the field; an option that is not there changes nothing (kernel:
    /// `nft_exthdr_tcp_set_eval`).
    int write(Evaluation e, long value) {
        NfPacket packet = e.packet;
        if (packet.captured < packet.length && isCut(packet)) {
            return e.unknown("the capture cuts the headers that a rule writes");
        }
        if (!hasWholeHeader(packet)) {
            return Step.BREAK;
        }
        int start = tcpOption(packet);
        int end = packet.transport + dataOffset(packet);
        packet.drawTogether(end);
        if (start < 0) {
            return Step.NEXT;
        }
        int length = optionLength(packet, start, end);
        if (start + length > end || (bit + bits) / 8 > length) {
            return Step.BREAK;
        }
        int at = start + bit / 8;
        if (number == MAXSEG && unsigned16(packet, at) <= value) {
            return Step.NEXT;
        }
        for (int i = 0; i < bits; i += 16) {
            HeaderWriter.writeTcpOption16(
                    packet, at + i / 8, (int) (value >>> bits - 16 - i) & 0xffff);
        }
        return Step.NEXT;
    }

    private static int unsigned16(NfPacket packet, int at) {
        return packet.u8(at) << 8 | packet.u8(at + 1);
    }

    @Override
    int load(Evaluation e, int at) {
        NfPacket packet = e.packet;
        if (!tcp && packet.family != NfPacket.IPV6) {
            return ABSENT;
        }
        if (packet.captured < packet.length && isCut(packet)) {
            return e.unknown("the capture cuts the headers that a rule reads");
        }
        int start = tcp ? tcpOption(packet) : packet.findExtensionHeader(number);
        if (bit < 0) {
            e.set(at, start < 0 ? 0 : 1);
            return OK;
        }
        int first = start + bit / 8;
        int count = (bit % 8 + bits + 7) / 8;
        if (start < 0 || packet.presence(first, count) != Presence.HERE) {
            return ABSENT;
        }
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | packet.u8(first + i);
        }
        e.set(at, value >>> count * 8 - bit % 8 - bits & (1L << bits) - 1);
        return OK;
    }

    private boolean isCut(NfPacket packet) {
        return tcp
                ? isTcp(packet)
                        && packet.presence(packet.transport, TCP_HEADER) == Presence.HERE
                        && packet.presence(packet.transport, dataOffset(packet)) == Presence.CUT
                : !packet.hasTransport;
    }

    private static boolean isTcp(NfPacket packet) {
        return packet.hasTransport
                && packet.transportProtocol == IpProtocol.TCP
                && packet.fragmentOffset == 0;
    }

    private static int dataOffset(NfPacket packet) {
        return (packet.u8(packet.transport + 12) >>> 4) * 4;
    }

    /// Where the first such option starts; -1 if there is none.
    private int tcpOption(NfPacket packet) {
        if (!hasWholeHeader(packet)) {
            return -1;
        }
        int end = packet.transport + dataOffset(packet);
        int at = packet.transport + TCP_HEADER;
        while (at < end - 1) {
            if (packet.u8(at) == number) {
                return at;
            }
            at += optionLength(packet, at, end);
        }
        return -1;
    }

    private static boolean hasWholeHeader(NfPacket packet) {
        return isTcp(packet)
                && packet.presence(packet.transport, TCP_HEADER) == Presence.HERE
                && dataOffset(packet) >= TCP_HEADER
                && packet.presence(packet.transport, dataOffset(packet)) == Presence.HERE;
    }

    /// The end of options is passed over like any other.
    private static int optionLength(NfPacket packet, int at, int end) {
        int kind = packet.u8(at);
        return kind <= NO_OPERATION || at + 1 >= end ? 1 : Math.max(1, packet.u8(at + 1));
    }
}
