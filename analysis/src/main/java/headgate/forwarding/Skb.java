package headgate.forwarding;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import headgate.packet.Checksum;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// A packet on its way through the host, as the kernel's `struct sk_buff` has it: the one that a
/// decision is about, or one that the host sends itself. The *outer* headers, read as the kernel
/// reads them, whatever lies inside. The bytes are a copy, so that what the path changes (time to
/// live, options, addresses) stays here; those behind the headers are copied when something asks
/// for them, so that the frame must stay as it is until the next one is judged. Reused.
///
/// Offsets count from the network header; what is read or written must lie below [#captured].
public final class Skb {
    public static final int ETH_P_IP = 0x0800;
    public static final int ETH_P_ARP = 0x0806;
    public static final int ETH_P_IPV6 = 0x86dd;

    static final int ETH_P_8021Q = 0x8100;
    static final int ETH_P_8021AD = 0x88a8;

    /// Pseudo types of IEEE 802.3 frames with a length: raw IPX, and all others.
    public static final int ETH_P_802_3 = 0x0001;

    public static final int ETH_P_802_2 = 0x0004;

    /// Bytes of an IPv4 header without options.
    public static final int IPV4_HEADER = 20;

    public static final int ICMP = 1;
    public static final int IGMP = 2;
    public static final int TCP = 6;
    public static final int UDP = 17;

    private static final int DCCP = 33;
    private static final int ESP = 50;
    private static final int AH = 51;
    private static final int SCTP = 132;
    private static final int UDPLITE = 136;

    private static final int ETHERNET_HEADER = 14;
    static final int VLAN_TAG = 4;
    private static final int SMALLEST_ETHERTYPE = 0x600;

    static final ValueLayout.OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    static final ValueLayout.OfInt U32 = JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);

    /// For whom the link layer says the packet is (`pkt_type`).
    public enum PacketType {
        HOST,
        BROADCAST,
        MULTICAST,
        OTHERHOST
    }

    public PacketType packetType = PacketType.HOST;

    /// EtherType behind the one VLAN tag that is taken off; -1 if the frame is too short for one.
    public int protocolType;

    /// VLAN identifier of the outermost tag; 0 if there is no tag, or a mere priority tag.
    public int vlanIdentifier;

    /// Bytes from the IP header to the end of the frame, with padding.
    public int length;

    /// Of these, how many were captured.
    public int captured;

    public int version;
    public int headerLength;
    public int tos;
    public int totalLength;
    public boolean dontFragment;
    public boolean moreFragments;

    /// In bytes.
    public int fragmentOffset;

    public int timeToLive;
    public int protocol;
    public int source;
    public int destination;

    /// What IP can carry; padding beyond it is not copied.
    private static final int MOST_BYTES = 65535 + Ip6Header.LENGTH;

    /// What is copied at once: more than the headers by which most packets are judged.
    private static final int HEADERS = 128;

    private final MemorySegment bytes = MemorySegment.ofArray(new byte[MOST_BYTES]);

    /// How many of [#captured] are in [#bytes]; the others are still in [#frame].
    private int copied = MOST_BYTES;

    private MemorySegment frame = MemorySegment.NULL;

    /// Where in [#frame] the network header starts.
    private long frameOffset;

    /// Source address of the link layer; -1 where it has none.
    public long sourceMac;

    /// Destination address of the link layer; -1 where it has none.
    public long destinationMac;

    /// The mark that rules gave the packet.
    public int mark;

    /// Bytes of payload of the fragments that it was put together from before it was routed, in
    /// their order; null if it came whole.
    int[] pieces;

    /// The largest of these fragments, with its header (kernel: `IPCB(skb)->frag_max_size`).
    int fragMaxSize;

    /// Bytes of headers before the payload of the pieces.
    int headOfPieces() {
        int head = length;
        for (int piece : pieces) {
            head -= piece;
        }
        return head;
    }

    /// Draws the first bytes of the payload into one place, out of later pieces (kernel:
    /// `pskb_may_pull`).
    void pull(int bytes) {
        while (pieces != null && pieces.length > 1 && pieces[0] < bytes) {
            int drawn = Math.min(bytes - pieces[0], pieces[1]);
            pieces[0] += drawn;
            pieces[1] -= drawn;
            if (pieces[1] == 0) {
                int first = pieces[0];
                pieces = Arrays.copyOfRange(pieces, 1, pieces.length);
                pieces[0] = first;
            }
        }
    }

    /// A packet that was put together from fragments leaves in the same ones, if they fit.
    ///
    /// @param room bytes of payload in each
    /// @return how many each has; null if it leaves in other ones
    int[] piecesThatFit(int room) {
        for (int i = 0; pieces != null && i < pieces.length; i++) {
            boolean even = pieces[i] % 8 == 0 || i > 0 && i == pieces.length - 1;
            if (!even || pieces[i] > room) {
                return null;
            }
        }
        return pieces != null && pieces.length > 1 ? pieces : null;
    }

    /// Whether it leaves in fragments for no other reason than that it came so (kernel:
    /// `ip6_finish_output`).
    boolean isLongerThanItsFragments() {
        return pieces != null && length > fragMaxSize;
    }

    /// Whether it may be fragmented again although it has the flag not to (kernel: `ignore_df`).
    public boolean mayBeSplitAgain(int mtuBytes) {
        return pieces != null && fragMaxSize <= mtuBytes;
    }

    /// Makes this the bare packet that the kernel invents for `ip route get` (kernel:
    /// `inet_rtm_getroute_build_skb`).
    void asOfFlow(Flowi4 flow) {
        boolean hasPorts = flow.protocol == TCP || flow.protocol == UDP;
        int payload = hasPorts ? 2 * Short.BYTES : 0;
        beginIpv4(IPV4_HEADER + payload, flow.tos, 0, flow.protocol, flow.source, flow.destination);
        if (hasPorts) {
            put16(IPV4_HEADER, flow.sourcePort);
            put16(IPV4_HEADER + Short.BYTES, flow.destinationPort);
        }
    }

    /// Makes this a packet that waited, of which only the bytes were kept.
    void beginAgain(int protocolType) {
        packetType = PacketType.HOST;
        this.protocolType = protocolType;
        vlanIdentifier = 0;
        sourceMac = destinationMac = -1;
        mark = 0;
        pieces = null;
    }

    /// Takes up the frame as `eth_type_trans` and `__netif_receive_skb_core` do.
    ///
    /// @param deviceMac of the device that received it; -1 for devices without
    void receive(Frame frame, long deviceMac) {
        packetType = PacketType.HOST;
        vlanIdentifier = 0;
        sourceMac = destinationMac = -1;
        mark = 0;
        pieces = null;
        protocolType = frame.etherType;
        int skip = frame.networkOffset < 0 ? frame.lengthCaptured : frame.networkOffset;
        switch (frame.linkType) {
            case LinkType.ETHERNET -> skip = receiveEthernet(frame, deviceMac);
            case LinkType.LINUX_SLL, LinkType.LINUX_SLL2 -> {
                packetType = cooked(frame.packetType);
                skip = frame.linkType == LinkType.LINUX_SLL ? 16 : 20;
            }
            case LinkType.RAW, LinkType.IPV4, LinkType.IPV6 -> {
                skip = 0;
                int first = present(frame) > 0 ? frame.bytes.get(JAVA_BYTE, frame.start) : 0;
                protocolType = (first & 0xf0) == 0x60 ? ETH_P_IPV6 : ETH_P_IP;
            }
            default -> {}
        }
        int there = Math.max(0, present(frame) - skip);
        captured = Math.min(there, MOST_BYTES);
        length = Math.max(there, frame.lengthOnWire - skip);
        this.frame = frame.bytes;
        frameOffset = frame.start + skip;
        copied = 0;
        copyUpTo(Math.min(captured, HEADERS));
    }

    private void copyUpTo(int end) {
        MemorySegment.copy(frame, frameOffset + copied, bytes, copied, end - copied);
        copied = end < captured ? end : MOST_BYTES;
    }

    /// Sees to it that bytes up to `end` can be read and written.
    private void need(int end) {
        if (end > copied) {
            copyUpTo(captured);
        }
    }

    /// Bytes that are here: an agent may have shed some of those that were captured.
    private static int present(Frame frame) {
        return (int) Math.min(frame.lengthCaptured, frame.bytes.byteSize() - frame.start);
    }

    private int receiveEthernet(Frame frame, long deviceMac) {
        if (present(frame) < ETHERNET_HEADER) {
            protocolType = -1;
            return present(frame);
        }
        destinationMac = NetworkOrder.u48(frame.bytes, frame.start);
        packetType = packetType(destinationMac, deviceMac);
        sourceMac = NetworkOrder.u48(frame.bytes, frame.start + 6);
        int type = NetworkOrder.u16(frame.bytes, frame.start + 12);
        int skip = ETHERNET_HEADER;
        if ((type == ETH_P_8021Q || type == ETH_P_8021AD) && present(frame) >= skip + VLAN_TAG) {
            vlanIdentifier = NetworkOrder.u16(frame.bytes, frame.start + skip) & 0xfff;
            type = NetworkOrder.u16(frame.bytes, frame.start + skip + 2);
            skip += VLAN_TAG;
        }
        if (type >= SMALLEST_ETHERTYPE) {
            protocolType = type;
        } else {
            boolean raw =
                    present(frame) >= skip + 2
                            && NetworkOrder.u16(frame.bytes, frame.start + skip) == 0xffff;
            protocolType = raw ? ETH_P_802_3 : ETH_P_802_2;
        }
        return skip;
    }

    private static PacketType packetType(long destinationMac, long deviceMac) {
        if (destinationMac == deviceMac) {
            return PacketType.HOST;
        }
        if ((destinationMac >>> 40 & 1) == 1) {
            return destinationMac == 0xffff_ffff_ffffL
                    ? PacketType.BROADCAST
                    : PacketType.MULTICAST;
        }
        return PacketType.OTHERHOST;
    }

    private static PacketType cooked(int packetType) {
        return switch (packetType) {
            case 1 -> PacketType.BROADCAST;
            case 2 -> PacketType.MULTICAST;
            case 3 -> PacketType.OTHERHOST;
            default -> PacketType.HOST;
        };
    }

    /// Reads the fixed part of the IPv4 header. Call only where 20 bytes were captured.
    public void readHeader() {
        int first = u8(0);
        version = first >>> 4;
        headerLength = (first & 15) * 4;
        tos = u8(1);
        totalLength = u16(2);
        int fragment = u16(6);
        dontFragment = (fragment & 0x4000) != 0;
        moreFragments = (fragment & 0x2000) != 0;
        fragmentOffset = (fragment & 0x1fff) * 8;
        timeToLive = u8(8);
        protocol = u8(9);
        source = i32(12);
        destination = i32(16);
    }

    /// Drops link-layer padding: from here on the packet is what its total length says.
    public void trim() {
        captured = Math.min(captured, totalLength);
        length = totalLength;
    }

    /// Drops what lies behind `length` bytes.
    public void trimTo(int length) {
        captured = Math.min(captured, length);
        this.length = length;
    }

    /// Whether the header's ones' complement sum is right (RFC 791). Call only where the whole
    /// header was captured.
    public boolean isHeaderChecksumRight() {
        return Checksum.sum(bytes, 0, headerLength) == 0xffff;
    }

    public boolean isFragment() {
        return moreFragments || fragmentOffset > 0;
    }

    public boolean hasOptions() {
        return headerLength > IPV4_HEADER;
    }

    /// Whether the kernel's flow dissector finds ports here: never in fragments, not even in a
    /// first one; and the security parameter index of ESP and AH passes for ports.
    boolean hasPorts() {
        int offset = portsOffset();
        return offset >= 0 && !isFragment() && captured >= headerLength + offset + 4;
    }

    private int portsOffset() {
        return switch (protocol) {
            case TCP, UDP, DCCP, ESP, SCTP, UDPLITE -> 0;
            case AH -> 4;
            default -> -1;
        };
    }

    int sourcePort() {
        return u16(headerLength + portsOffset());
    }

    int destinationPort() {
        return u16(headerLength + portsOffset() + 2);
    }

    /// ICMP type; -1 if this is not ICMP, or its first byte is not here.
    public int icmpType() {
        return protocol == ICMP && fragmentOffset == 0 && captured > headerLength
                ? u8(headerLength)
                : -1;
    }

    /// Whether this is an ICMP error that quotes at least an IPv4 header.
    public boolean quotesPacket() {
        return switch (icmpType()) {
            case 3, 4, 5, 11, 12 -> captured >= headerLength + 8 + IPV4_HEADER;
            default -> false;
        };
    }

    public int quotedSource() {
        return i32(headerLength + 8 + 12);
    }

    public int quotedDestination() {
        return i32(headerLength + 8 + 16);
    }

    /// The packet's bytes, from the network header on.
    public MemorySegment bytes() {
        need(captured);
        return bytes;
    }

    /// Whether the ones' complement sum of the payload's first `length` bytes is right.
    boolean isSumRight(int length) {
        return Checksum.sum(bytes(), headerLength, length) == 0xffff;
    }

    /// Whether a checksum over the pseudo-header and the payload's first `covered` bytes is right.
    /// One over bytes that were not captured is taken for right.
    ///
    /// @param length of the whole transport message, as the pseudo-header has it
    boolean isTransportSumRight(int covered, int length) {
        return captured < headerLength + covered || transportSum(covered, length) == 0xffff;
    }

    /// Writes the transport checksum at `offset` of the payload.
    void putTransportSum(int offset) {
        int size = length - headerLength;
        put16(headerLength + offset, 0);
        put16(headerLength + offset, ~transportSum(size, size));
    }

    private int transportSum(int covered, int length) {
        int sum = Checksum.sum(bytes(), headerLength, covered);
        sum += Checksum.sum(bytes, 12, 8) + protocol + length;
        sum = (sum & 0xffff) + (sum >>> 16);
        return (sum & 0xffff) + (sum >>> 16);
    }

    void clear(int offset, int length) {
        need(offset + length);
        bytes.asSlice(offset, length).fill((byte) 0);
    }

    /// Whether all of the packet was captured.
    public boolean isWhole() {
        return captured == length;
    }

    public int u8(int offset) {
        need(offset + 1);
        return Byte.toUnsignedInt(bytes.get(JAVA_BYTE, offset));
    }

    public int u16(int offset) {
        need(offset + 2);
        return Short.toUnsignedInt(bytes.get(U16, offset));
    }

    public int i32(int offset) {
        need(offset + 4);
        return bytes.get(U32, offset);
    }

    public long i64(int offset) {
        need(offset + 8);
        return NetworkOrder.i64(bytes, offset);
    }

    public void put8(int offset, int value) {
        need(offset + 1);
        bytes.set(JAVA_BYTE, offset, (byte) value);
    }

    public void put16(int offset, int value) {
        need(offset + 2);
        bytes.set(U16, offset, (short) value);
    }

    public void put32(int offset, int value) {
        need(offset + 4);
        bytes.set(U32, offset, value);
    }

    public void put64(int offset, long value) {
        put32(offset, (int) (value >>> 32));
        put32(offset + 4, (int) value);
    }

    /// Writes an option of neighbour discovery that holds a MAC address (RFC 4861, section 4.6.1).
    void putLinkAddressOption(int offset, int type, long mac) {
        put8(offset, type);
        put8(offset + 1, 1);
        put16(offset + 2, (int) (mac >>> 32));
        put32(offset + 4, (int) mac);
    }

    /// Writes the time to live and mends the header checksum by what that changes (RFC 1624).
    public void decreaseTimeToLive() {
        timeToLive--;
        put8(8, timeToLive);
        int sum = u16(10) + 0x100;
        put16(10, sum + (sum >= 0xffff ? 1 : 0));
    }

    /// Writes the IPv4 header checksum anew.
    public void putHeaderChecksum() {
        put16(10, 0);
        put16(10, Checksum.of(bytes, 0, headerLength));
    }

    /// Makes this a packet of the host's own, with an IPv4 header without options; its checksum
    /// and, where there are options, its header length are still to be written.
    ///
    /// @param length of the whole packet
    void beginIpv4(int length, int tos, int ttl, int protocol, int source, int destination) {
        beginAgain(ETH_P_IP);
        captured = this.length = length;
        bytes.asSlice(0, IPV4_HEADER).fill((byte) 0);
        put8(0, 0x45);
        put8(1, tos);
        put16(2, length);
        put8(8, ttl);
        put8(9, protocol);
        put32(12, source);
        put32(16, destination);
        readHeader();
    }

    /// Makes this a packet of the host's own, with an IPv6 header and `length` zero bytes behind
    /// it.
    void beginIpv6(
            int length,
            int trafficClass,
            int hopLimit,
            int nextHeader,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        beginAgain(ETH_P_IPV6);
        captured = this.length = Ip6Header.LENGTH + length;
        bytes.asSlice(0, captured).fill((byte) 0);
        put32(0, 0x6000_0000 | trafficClass << 20);
        put16(Ip6Header.PAYLOAD_LENGTH, length);
        put8(Ip6Header.NEXT_HEADER, nextHeader);
        put8(Ip6Header.HOP_LIMIT, hopLimit);
        put64(Ip6Header.SOURCE, sourceHigh);
        put64(Ip6Header.SOURCE + 8, sourceLow);
        put64(Ip6Header.DESTINATION, destinationHigh);
        put64(Ip6Header.DESTINATION + 8, destinationLow);
    }
}
