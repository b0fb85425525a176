package headgate.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The Internet checksum, RFC 1071: the one's complement sum of 16-bit words. Not part of decoding:
/// it touches every byte, and interfaces that compute it late make it wrong in captures of their
/// own host.
public final class Checksum {
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    /// Where an SCTP common header has its checksum.
    private static final int SCTP_CHECKSUM = 8;

    private Checksum() {}

    /// One's complement sum of these bytes; an odd last byte counts as the upper half of a word.
    ///
    /// @return 0 to 65535; over a range with its correct checksum in it, 65535
    public static int sum(MemorySegment bytes, long offset, long length) {
        return fold(partial(bytes, offset, length));
    }

    /// What to write into the checksum field, which must be zero while summing (RFC 1071 section
    /// 1).
    public static int of(MemorySegment bytes, long offset, long length) {
        return ~sum(bytes, offset, length) & 0xffff;
    }

    /// Of the innermost IPv4 header of a decoded frame.
    public static ChecksumStatus ofIpv4Header(Frame frame) {
        return ofIpv4Header(frame, layerAt(frame, frame.networkOffset));
    }

    /// Of the IPv4 header that is header number `index` of a decoded frame.
    public static ChecksumStatus ofIpv4Header(Frame frame, int index) {
        if (index < 0 || frame.layer(index) != Layer.IPV4) {
            return ChecksumStatus.UNVERIFIED;
        }
        int offset = frame.layerOffset(index);
        long at = frame.start + offset;
        int headerLength = (NetworkOrder.u8(frame.bytes, at) & 0xf) * 4;
        return offset + headerLength > frame.lengthCaptured
                ? ChecksumStatus.UNVERIFIED
                : status(sum(frame.bytes, at, headerLength));
    }

    /// Of the innermost transport message of a decoded frame. Unverified also if the frame has
    /// none.
    public static ChecksumStatus ofTransport(Frame frame) {
        return ofTransport(frame, layerAt(frame, frame.transportOffset));
    }

    /// Of the TCP, UDP, UDP-Lite, SCTP, ICMP, ICMPv6 or IGMP message whose header is number `index`
    /// of a decoded frame, with the pseudo-header where the protocol has one. Unverified also if
    /// that is no such header.
    public static ChecksumStatus ofTransport(Frame frame, int index) {
        int packet = index < 0 ? -1 : frame.packetOf(index);
        if (packet < 0) {
            return ChecksumStatus.UNVERIFIED;
        }
        int length = frame.layerEnd(index) - frame.layerOffset(index);
        return switch (frame.layer(index)) {
            case TCP -> withPseudoHeader(frame, packet, index, IpProtocol.TCP, length);
            case ICMPV6 -> withPseudoHeader(frame, packet, index, IpProtocol.ICMPV6, length);
            case UDP -> ofUdp(frame, packet, index, length);
            case UDP_LITE -> ofUdpLite(frame, packet, index, length);
            case SCTP -> ofSctp(frame, packet, index, length);
            case ICMP, IGMP ->
                    isWhole(frame, packet, index, length)
                            ? status(sum(frame.bytes, at(frame, index), length))
                            : ChecksumStatus.UNVERIFIED;
            default -> ChecksumStatus.UNVERIFIED;
        };
    }

    private static int layerAt(Frame frame, int offset) {
        for (int i = frame.ownLayerCount() - 1; i >= 0; i--) {
            if (frame.layerOffset(i) == offset) {
                return i;
            }
        }
        return -1;
    }

    private static long at(Frame frame, int index) {
        return frame.start + frame.layerOffset(index);
    }

    /// Whether all bytes of the message are here.
    private static boolean isWhole(Frame frame, int packet, int index, int length) {
        return length > 0
                && frame.layerOffset(index) + length <= frame.lengthCaptured
                && !isFragment(frame, packet, index);
    }

    private static boolean isFragment(Frame frame, int packet, int index) {
        if (frame.layer(packet) == Layer.IPV4) {
            return (NetworkOrder.u16(frame.bytes, at(frame, packet) + 6) & 0x3fff) != 0;
        }
        for (int i = packet + 1; i < index; i++) {
            if (frame.layer(i) == Layer.IPV6_FRAGMENT) {
                return (NetworkOrder.u16(frame.bytes, at(frame, i) + 2) & 0xfff9) != 0;
            }
        }
        return false;
    }

    private static ChecksumStatus ofUdp(Frame frame, int packet, int index, int length) {
        if (frame.layerOffset(index) + UdpView.HEADER_LENGTH > frame.lengthCaptured) {
            return ChecksumStatus.UNVERIFIED;
        }
        // RFC 768: no checksum. Over IPv6 it is an error (RFC 8200 section 8.1).
        if (NetworkOrder.u16(frame.bytes, at(frame, index) + 6) == 0) {
            return frame.layer(packet) == Layer.IPV4
                    ? ChecksumStatus.NOT_PRESENT
                    : ChecksumStatus.BAD;
        }
        // Zero is the length of a jumbogram (RFC 2675 section 4); more than there is, is a lie.
        int claimed = NetworkOrder.u16(frame.bytes, at(frame, index) + 4);
        return claimed > length
                ? ChecksumStatus.UNVERIFIED
                : withPseudoHeader(
                        frame, packet, index, IpProtocol.UDP, claimed == 0 ? length : claimed);
    }

    /// RFC 3828 section 3.1: the length field tells how much is covered, 0 all, and there is no
    /// message without a checksum; the pseudo-header has the length of the whole.
    private static ChecksumStatus ofUdpLite(Frame frame, int packet, int index, int length) {
        if (!isWhole(frame, packet, index, length) || length < UdpView.HEADER_LENGTH) {
            return ChecksumStatus.UNVERIFIED;
        }
        long at = at(frame, index);
        int field = NetworkOrder.u16(frame.bytes, at + 4);
        int covered = field == 0 ? length : field;
        if (covered < UdpView.HEADER_LENGTH || covered > length) {
            return ChecksumStatus.BAD;
        }
        long pseudo = pseudoHeader(frame, packet, index, IpProtocol.UDP_LITE, length);
        return status(fold(partial(frame.bytes, at, covered) + pseudo));
    }

    /// RFC 9260 section 6.8 and appendix A: CRC-32C with zero in its place, least significant byte
    /// first.
    private static ChecksumStatus ofSctp(Frame frame, int packet, int index, int length) {
        if (!isWhole(frame, packet, index, length) || length < SctpView.HEADER_LENGTH) {
            return ChecksumStatus.UNVERIFIED;
        }
        long at = at(frame, index);
        var crc = new CRC32C();
        crc.update(frame.bytes.asSlice(at, SCTP_CHECKSUM).asByteBuffer());
        crc.update(new byte[Integer.BYTES]);
        int covered = SCTP_CHECKSUM + Integer.BYTES;
        crc.update(frame.bytes.asSlice(at + covered, length - covered).asByteBuffer());
        int found = LittleEndian.i32(frame.bytes, at + SCTP_CHECKSUM);
        return (int) crc.getValue() == found ? ChecksumStatus.GOOD : ChecksumStatus.BAD;
    }

    private static ChecksumStatus withPseudoHeader(
            Frame frame, int packet, int index, int protocol, int length) {
        if (!isWhole(frame, packet, index, length)) {
            return ChecksumStatus.UNVERIFIED;
        }
        long pseudo = pseudoHeader(frame, packet, index, protocol, length);
        return status(fold(partial(frame.bytes, at(frame, index), length) + pseudo));
    }

    /// RFC 9293 section 3.1 and RFC 8200 section 8.1. The two protocols put the fields in other
    /// places, but the sum is the same.
    private static long pseudoHeader(Frame frame, int packet, int index, int protocol, int length) {
        long at = at(frame, packet);
        long rest = nativeOrder((long) protocol + length);
        if (frame.layer(packet) == Layer.IPV4) {
            return rest + partial(frame.bytes, at + 12, 8);
        }
        int routing = routingHeader(frame, packet, index);
        long destination = routing >= 0 ? lastAddress(frame, routing) : at + 24;
        return rest + partial(frame.bytes, at + 8, 16) + partial(frame.bytes, destination, 16);
    }

    /// Where a routing header with addresses still to visit starts; -1 if there is none. The sum
    /// then covers the last address, not that in the IPv6 header.
    private static int routingHeader(Frame frame, int packet, int index) {
        for (int i = packet + 1; i < index; i++) {
            if (frame.layer(i) == Layer.IPV6_ROUTING) {
                long at = at(frame, i);
                boolean hasAddress = NetworkOrder.u8(frame.bytes, at + 1) >= 2;
                boolean isUnderway = NetworkOrder.u8(frame.bytes, at + 3) > 0;
                if (hasAddress
                        && isUnderway
                        && isAddressList(NetworkOrder.u8(frame.bytes, at + 2))) {
                    return frame.layerOffset(i);
                }
            }
        }
        return -1;
    }

    /// Types 0 (RFC 2460), 2 (RFC 6275) and 4 (RFC 8754) list whole addresses.
    private static boolean isAddressList(int routingType) {
        return routingType == 0 || routingType == 2 || routingType == 4;
    }

    /// Segment routing lists the last address first (RFC 8754 section 2).
    private static long lastAddress(Frame frame, int routing) {
        long at = frame.start + routing;
        int addresses = NetworkOrder.u8(frame.bytes, at + 1) / 2;
        return NetworkOrder.u8(frame.bytes, at + 2) == 4 ? at + 8 : at + 8 + (addresses - 1) * 16L;
    }

    private static ChecksumStatus status(int sum) {
        return sum == 0xffff ? ChecksumStatus.GOOD : ChecksumStatus.BAD;
    }

    /// Sums in the byte order of this machine, which changes nothing but the order of the result's
    /// bytes (RFC 1071 section 2.B), 32 bits at a time into 64 (section 2.C).
    private static long partial(MemorySegment bytes, long offset, long length) {
        long even = 0;
        long odd = 0;
        long at = offset;
        long end = offset + length;
        for (; end - at >= 16; at += 16) {
            long first = bytes.get(JAVA_LONG_UNALIGNED, at);
            long second = bytes.get(JAVA_LONG_UNALIGNED, at + 8);
            even += (first & 0xffff_ffffL) + (second & 0xffff_ffffL);
            odd += (first >>> 32) + (second >>> 32);
        }
        for (; end - at >= 4; at += 4) {
            even += Integer.toUnsignedLong(bytes.get(JAVA_INT_UNALIGNED, at));
        }
        if (end - at >= 2) {
            odd += Short.toUnsignedLong(bytes.get(JAVA_SHORT_UNALIGNED, at));
            at += 2;
        }
        if (at < end) {
            odd += nativeOrder(Byte.toUnsignedLong(bytes.get(JAVA_BYTE, at)) << 8);
        }
        return even + odd;
    }

    /// Folds to 16 bits and puts the result's bytes into network order.
    private static int fold(long sum) {
        return (int) nativeOrder(fold16(sum));
    }

    private static long fold16(long sum) {
        long folded = (sum >>> 32) + (sum & 0xffff_ffffL);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        return (folded >>> 16) + (folded & 0xffff);
    }

    private static long nativeOrder(long sum) {
        long folded = fold16(sum);
        return LITTLE_ENDIAN ? (folded & 0xff) << 8 | folded >>> 8 : folded;
    }
}
