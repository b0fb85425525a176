package headgate.forwarding.conntrack;

import headgate.forwarding.conntrack.NfPacket.Presence;
import headgate.packet.Checksum;
import headgate.packet.IpProtocol;
import java.util.zip.CRC32C;

/// Checksums over what IP carries (kernel: `nf_ip_checksum`, `nf_ip6_checksum`).
public final class TransportChecksum {
    private static final int SCTP_HEADER = 12;

    private TransportChecksum() {}

    /// Whether the ones' complement sum over the payload, with a pseudo-header where the protocol
    /// has one, is right. In IPv4, zeros throughout are right as well: the kernel sums up the
    /// network header with them. Where the capture cuts the packet that cannot be told, and it
    /// counts as right.
    public static boolean isRight(NfPacket packet) {
        if (packet.captured < packet.length) {
            return true;
        }
        int sum = sum(packet, packet.length - packet.transport, packet.transportProtocol);
        return sum == 0xffff || sum == 0 && packet.family == NfPacket.IPV4;
    }

    /// Whether the sum over the first bytes of UDP-Lite is right to tracking, whose pseudo-header
    /// bears the number of UDP (kernel: `udplite_error`): it is wrong in most packets that are
    /// right by RFC 3828.
    static boolean isUdpLiteRight(NfPacket packet, int coverage) {
        return packet.captured < packet.length || sum(packet, coverage, IpProtocol.UDP) == 0xffff;
    }

    /// RFC 9260 appendix A: CRC-32C with zero in its place, least significant byte first.
    static boolean isSctpRight(NfPacket packet) {
        int at = packet.transport;
        if (packet.captured < packet.length || packet.presence(at, SCTP_HEADER) != Presence.HERE) {
            return packet.captured < packet.length;
        }
        var crc = new CRC32C();
        for (int i = at; i < packet.length; i++) {
            boolean field = i >= at + 8 && i < at + SCTP_HEADER;
            crc.update(field ? 0 : packet.u8(i));
        }
        return (int) crc.getValue() == Integer.reverseBytes(packet.i32(at + 8));
    }

    /// @param covered bytes of the payload that are summed up
    /// @param protocol that the pseudo-header bears
    private static int sum(NfPacket packet, int covered, int protocol) {
        int at = packet.transport;
        int length = packet.length - at;
        long sum = Checksum.sum(packet.bytes(), packet.network() + at, covered);
        boolean pseudo =
                packet.family == NfPacket.IPV6
                        || protocol == IpProtocol.TCP
                        || protocol == IpProtocol.UDP;
        if (pseudo) {
            boolean ipv4 = packet.family == NfPacket.IPV4;
            sum += Checksum.sum(packet.bytes(), packet.network() + (ipv4 ? 12 : 8), ipv4 ? 8 : 32);
            sum += protocol + length;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return (int) ((sum & 0xffff) + (sum >>> 16));
    }
}
