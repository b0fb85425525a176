package headgate.forwarding.conntrack;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import headgate.forwarding.NetDevice;
import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A packet as netfilter's hooks see it (kernel: `struct nft_pktinfo` and what of `struct sk_buff`
/// rules ask for). Reused from packet to packet. Offsets count from the network header.
public final class NfPacket {
    /// Kernel: `NFPROTO_…`.
    public static final int INET = 1;

    public static final int IPV4 = 2;
    public static final int ARP = 3;
    public static final int NETDEV = 5;
    public static final int BRIDGE = 7;
    public static final int IPV6 = 10;

    /// Bits of [#zoneDirections].
    public static final int ORIGINAL = 1;

    public static final int REPLY = 2;

    /// Whether bytes can be read: they are here; the packet ends before them; the packet has them,
    /// but the capture does not.
    public enum Presence {
        HERE,
        ABSENT,
        CUT
    }

    private static final int ETHERNET_HEADER = 14;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int MOST_EXTENSION_HEADERS = 64;

    private static final ValueLayout.OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);

    /// Family of the network header: [#IPV4], [#IPV6] or [#ARP]; 0 for anything else.
    public int family;

    /// Bytes from the network header on, without link-layer padding.
    public int length;

    /// Of these, how many are here.
    public int captured;

    /// EtherType (kernel: `skb->protocol`).
    public int etherType;

    /// Tag control information of the VLAN tag that was taken off; -1 if there was none.
    public int vlanTag;

    /// `sll_pkttype` of packet(7): 0 host, 1 broadcast, 2 multicast, 3 other host.
    public int packetType;

    public int mark;
    public int priority;

    public long timeNanos;

    /// Whether the network header could be read, and the two below have a meaning.
    public boolean hasTransport;

    /// Protocol behind all extension headers.
    public int transportProtocol;

    /// Where the transport header starts; 0 in later fragments of IPv6, as in the kernel.
    public int transport;

    /// Of this fragment; 0 for whole packets and first fragments.
    public int fragmentOffset;

    /// Whether more fragments follow.
    public boolean moreFragments;

    /// The connection that the packet belongs to; null if none, or before tracking.
    public NfConn connection;

    /// Kernel: `enum ip_conntrack_info`.
    public CtInfo ctInfo = CtInfo.ESTABLISHED;

    /// In which zone the packet's connection is looked for, if a rule said so (kernel: the template
    /// of `nft_ct_set_zone_eval`).
    public int zone;

    /// For which directions of the connection that zone counts: [#ORIGINAL], [#REPLY] or both; 0 if
    /// no rule said so, or the packet has been looked for.
    public int zoneDirections;

    /// Why nothing can be said of the packet's connection; null if it can.
    public String ctUnknown;

    /// Whether a rule wrote into the packet.
    public boolean mangled;

    /// Whether tracking has summed up the datagram, and the kernel keeps that sum (kernel:
    /// `skb->csum_complete_sw`).
    public boolean summed;

    /// What the kept sum is off by, in ones' complement: rules write into IPv6 headers, which have
    /// no checksum, without telling it.
    public int sumDrift;

    /// Whether the packet has an authentication header among its extension headers.
    private boolean authenticated;

    /// Whether that header counts as the transport.
    private boolean stopsAtAuthentication;

    /// How many bytes of the packet were needed in one place.
    private int drawn;

    private NetDevice input;
    private NetDevice output;

    /// Devices whose names the numbers below hold: most packets come by the device that the last
    /// one came by.
    private NetDevice namedInput;

    private NetDevice namedOutput;
    private long inputNameHigh;
    private long inputNameLow;
    private long outputNameHigh;
    private long outputNameLow;

    private MemorySegment bytes = MemorySegment.NULL;
    private long network;
    private long linkSource;
    private long linkDestination;

    /// Takes up a packet that nothing is known of yet.
    ///
    /// @param network where in `bytes` the network header starts
    /// @param length from there on, on the wire
    /// @param captured of these, how many are here
    public void take(int family, MemorySegment bytes, long network, int length, int captured) {
        this.family = family;
        this.bytes = bytes;
        this.network = network;
        this.length = length;
        this.captured = Math.min(length, captured);
        linkSource = linkDestination = -1;
        vlanTag = -1;
        packetType = 0;
        setInput(null);
        setOutput(null);
        mark = priority = 0;
        connection = null;
        ctInfo = CtInfo.ESTABLISHED;
        zone = zoneDirections = 0;
        ctUnknown = null;
        mangled = summed = false;
        sumDrift = 0;
        stopsAtAuthentication = false;
        drawn = 0;
        etherType = etherType(family);
        readHeaders();
    }

    /// Bytes up to `end` are needed in one place, to be written (kernel: `skb_ensure_writable`).
    public void drawTogether(int end) {
        drawn = Math.max(drawn, end);
    }

    /// How many bytes of the packet are in one place by that.
    public int drawn() {
        return drawn;
    }

    /// Other bytes of the same packet: it was reassembled, or changed on its way.
    public void replace(MemorySegment bytes, long network, int length, int captured) {
        this.bytes = bytes;
        this.network = network;
        this.length = length;
        this.captured = Math.min(length, captured);
        readHeaders();
    }

    /// The addresses of the Ethernet header, where the packet has one.
    public void takeLink(long source, long destination) {
        linkSource = source;
        linkDestination = destination;
    }

    private static int etherType(int family) {
        return switch (family) {
            case IPV4 -> 0x0800;
            case IPV6 -> 0x86dd;
            case ARP -> 0x0806;
            default -> -1;
        };
    }

    /// Device that the packet came in by; null for packets of the host's own.
    public NetDevice input() {
        return input;
    }

    /// Device by which it leaves; null while that is not decided.
    public NetDevice output() {
        return output;
    }

    public void setInput(NetDevice device) {
        input = device;
        if (device != null && device != namedInput) {
            namedInput = device;
            inputNameHigh = nameHigh(device.name());
            inputNameLow = nameLow(device.name());
        }
    }

    public void setOutput(NetDevice device) {
        output = device;
        if (device != null && device != namedOutput) {
            namedOutput = device;
            outputNameHigh = nameHigh(device.name());
            outputNameLow = nameLow(device.name());
        }
    }

    /// The first eight bytes of [#input]'s name; 0 if there is none.
    public long inputNameHigh() {
        return input == null ? 0 : inputNameHigh;
    }

    public long inputNameLow() {
        return input == null ? 0 : inputNameLow;
    }

    public long outputNameHigh() {
        return output == null ? 0 : outputNameHigh;
    }

    public long outputNameLow() {
        return output == null ? 0 : outputNameLow;
    }

    /// The first eight bytes of a device's name, filled up with zeros (kernel: `IFNAMSIZ` is 16).
    public static long nameHigh(String name) {
        return eightBytes(name, 0);
    }

    public static long nameLow(String name) {
        return eightBytes(name, 8);
    }

    private static long eightBytes(String name, int from) {
        long bytes = 0;
        for (int i = 0; i < 8; i++) {
            int c = from + i < name.length() ? name.charAt(from + i) : 0;
            bytes = bytes << 8 | c & 0xff;
        }
        return bytes;
    }

    public MemorySegment bytes() {
        return bytes;
    }

    /// Where in [#bytes] the network header starts.
    public long network() {
        return network;
    }

    /// Says which of the two transports of IPv6 packets with an authentication header is meant:
    /// that header, as in rules of nft (kernel: `IP6_FH_F_AUTH` in
    /// `__nft_set_pktinfo_ipv6_validate`), or what it protects, as everywhere else.
    public void stopAtAuthentication(boolean stops) {
        if (authenticated && stops != stopsAtAuthentication) {
            stopsAtAuthentication = stops;
            readHeaders();
        }
    }

    /// Finds the transport header again (kernel: `nft_set_pktinfo`).
    public void readHeaders() {
        hasTransport = false;
        transportProtocol = transport = fragmentOffset = 0;
        moreFragments = authenticated = false;
        if (family == IPV4 && captured >= IPV4_HEADER) {
            hasTransport = true;
            transport = (u8(0) & 15) * 4;
            transportProtocol = u8(9);
            fragmentOffset = (u16(6) & 0x1fff) * 8;
            moreFragments = (u16(6) & 0x2000) != 0;
        } else if (family == IPV6 && captured >= IPV6_HEADER) {
            readExtensionHeaders();
        }
    }

    /// Kernel: `ipv6_find_hdr` without a header to look for.
    private void readExtensionHeaders() {
        int protocol = u8(6);
        int at = IPV6_HEADER;
        for (int i = 0; i < MOST_EXTENSION_HEADERS && isExtension(protocol); i++) {
            if (presence(at, 8) != Presence.HERE) {
                return;
            }
            int next = u8(at);
            if (protocol == IpProtocol.AH) {
                authenticated = true;
                if (stopsAtAuthentication) {
                    settle(protocol, at, true);
                    return;
                }
            }
            if (protocol == IpProtocol.FRAGMENT) {
                fragmentOffset = u16(at + 2) & 0xfff8;
                moreFragments = (u16(at + 2) & 1) != 0;
                if (fragmentOffset > 0) {
                    settle(next, 0, !isExtension(next));
                    return;
                }
            }
            at += extensionLength(protocol, at);
            protocol = next;
        }
        settle(protocol, at, !isExtension(protocol));
    }

    private void settle(int protocol, int at, boolean found) {
        hasTransport = found;
        transportProtocol = protocol;
        transport = at;
    }

    /// Kernel: `ipv6_ext_hdr`, without NEXTHDR_NONE, which ends the walk as a protocol would.
    private static boolean isExtension(int protocol) {
        return switch (protocol) {
            case IpProtocol.HOP_BY_HOP,
                    IpProtocol.ROUTING,
                    IpProtocol.FRAGMENT,
                    IpProtocol.AH,
                    IpProtocol.DESTINATION_OPTIONS ->
                    true;
            default -> false;
        };
    }

    private int extensionLength(int protocol, int at) {
        return switch (protocol) {
            case IpProtocol.FRAGMENT -> 8;
            case IpProtocol.AH -> (u8(at + 1) + 2) * 4;
            default -> (u8(at + 1) + 1) * 8;
        };
    }

    /// Where the first IPv6 extension header of that protocol number starts; -1 if there is none
    /// that could be read.
    public int findExtensionHeader(int wanted) {
        if (family != IPV6 || captured < IPV6_HEADER) {
            return -1;
        }
        int protocol = u8(6);
        int at = IPV6_HEADER;
        for (int i = 0; i < MOST_EXTENSION_HEADERS && isExtension(protocol); i++) {
            if (presence(at, 8) != Presence.HERE) {
                return -1;
            }
            if (protocol == wanted) {
                return at;
            }
            if (protocol == IpProtocol.FRAGMENT && (u16(at + 2) & 0xfff8) != 0) {
                return -1;
            }
            int next = u8(at);
            at += extensionLength(protocol, at);
            protocol = next;
        }
        return -1;
    }

    public boolean isFragment() {
        return moreFragments || fragmentOffset > 0;
    }

    /// Whether `count` bytes can be read.
    public Presence presence(int offset, int count) {
        if (offset < 0 || (long) offset + count > length) {
            return Presence.ABSENT;
        }
        return offset + count > captured ? Presence.CUT : Presence.HERE;
    }

    public Presence linkPresence(int offset, int count) {
        boolean within = linkSource >= 0 && offset >= 0 && (long) offset + count <= ETHERNET_HEADER;
        return within ? Presence.HERE : Presence.ABSENT;
    }

    /// A byte of the Ethernet header.
    public int linkByte(int offset) {
        if (offset < 6) {
            return (int) (linkDestination >>> 40 - offset * 8) & 0xff;
        }
        if (offset < 12) {
            return (int) (linkSource >>> 40 - (offset - 6) * 8) & 0xff;
        }
        return etherType >>> (offset == 12 ? 8 : 0) & 0xff;
    }

    public int u8(int offset) {
        return NetworkOrder.u8(bytes, network + offset);
    }

    public int u16(int offset) {
        return NetworkOrder.u16(bytes, network + offset);
    }

    public int i32(int offset) {
        return NetworkOrder.i32(bytes, network + offset);
    }

    public long i64(int offset) {
        return NetworkOrder.i64(bytes, network + offset);
    }

    /// Upper half of the source address; 0 in IPv4.
    public long sourceHigh() {
        return family == IPV6 ? i64(8) : 0;
    }

    /// Lower half of the source address; the whole of it in IPv4.
    public long sourceLow() {
        return family == IPV6 ? i64(16) : Integer.toUnsignedLong(i32(12));
    }

    public long destinationHigh() {
        return family == IPV6 ? i64(24) : 0;
    }

    public long destinationLow() {
        return family == IPV6 ? i64(32) : Integer.toUnsignedLong(i32(16));
    }

    /// TCP flags; call only where the TCP header was captured.
    public int tcpFlags() {
        return u8(transport + 13);
    }

    /// As the one below: writes into the packet's own bytes, which must be writable.
    public void set8(int offset, int value) {
        mangled = true;
        bytes.set(JAVA_BYTE, network + offset, (byte) value);
    }

    public void set16(int offset, int value) {
        mangled = true;
        bytes.set(U16, network + offset, (short) value);
    }
}
