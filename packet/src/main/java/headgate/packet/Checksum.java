package headgate.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// The Internet checksum, RFC 1071: the one's complement sum of 16-bit words. Not part of decoding:
/// it touches every byte, and interfaces that compute it late make it wrong in captures of their
/// own host.
public final class Checksum {
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

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

    /// Of the IPv4 header of a decoded frame.
    public static ChecksumStatus ofIpv4Header(Frame frame) {
        int headerLength = frame.networkHeaderLength;
        if (frame.networkOffset + headerLength > frame.lengthCaptured) {
            return ChecksumStatus.UNVERIFIED;
        }
        return status(sum(frame.bytes, frame.start + frame.networkOffset, headerLength));
    }

    /// Of the TCP, UDP, ICMP, ICMPv6 or IGMP message of a decoded frame, with the pseudo-header
    /// where the protocol has one. Unverified also if the frame has no such message.
    public static ChecksumStatus ofTransport(Frame frame) {
        if (frame.transportOffset < 0) {
            return ChecksumStatus.UNVERIFIED;
        }
        // RFC 768: no checksum. Over IPv6 it is an error (RFC 8200 section 8.1).
        if (frame.protocol == IpProtocol.UDP && frame.transportChecksum == 0) {
            return frame.ipVersion == 4 ? ChecksumStatus.NOT_PRESENT : ChecksumStatus.BAD;
        }
        if (frame.isFragment() || !isWhole(frame)) {
            return ChecksumStatus.UNVERIFIED;
        }
        int length = frame.payloadOffset + frame.payloadLength - frame.transportOffset;
        long sum = partial(frame.bytes, frame.start + frame.transportOffset, length);
        return status(fold(hasPseudoHeader(frame) ? sum + pseudoHeader(frame, length) : sum));
    }

    /// Whether all bytes of the message are here; a UDP length may promise more than the packet
    /// has.
    private static boolean isWhole(Frame frame) {
        int headerAndPayload = frame.payloadOffset + frame.payloadLength - frame.transportOffset;
        return frame.payloadCaptured == frame.payloadLength && frame.udpLength <= headerAndPayload;
    }

    private static boolean hasPseudoHeader(Frame frame) {
        return frame.protocol == IpProtocol.TCP
                || frame.protocol == IpProtocol.UDP
                || frame.protocol == IpProtocol.ICMPV6;
    }

    /// RFC 9293 section 3.1 and RFC 8200 section 8.1. The two protocols put the fields in other
    /// places, but the sum is the same.
    private static long pseudoHeader(Frame frame, int length) {
        long high = frame.destinationHigh;
        long low = frame.destinationLow;
        int routing = routingHeader(frame);
        if (routing >= 0) {
            long last = lastAddress(frame, routing);
            high = NetworkOrder.i64(frame.bytes, last);
            low = NetworkOrder.i64(frame.bytes, last + 8);
        }
        return nativeOrder(
                words(frame.sourceHigh)
                        + words(frame.sourceLow)
                        + words(high)
                        + words(low)
                        + frame.protocol
                        + length);
    }

    /// Where a routing header with addresses still to visit starts; -1 if there is none. The sum
    /// then covers the last address, not that in the IPv6 header.
    private static int routingHeader(Frame frame) {
        for (int i = 0; frame.ipVersion == 6 && i < frame.layerCount; i++) {
            if (frame.layer(i) == Layer.IPV6_ROUTING) {
                long at = frame.start + frame.layerOffset(i);
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

    private static long words(long value) {
        return (value >>> 48)
                + (value >>> 32 & 0xffff)
                + (value >>> 16 & 0xffff)
                + (value & 0xffff);
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
