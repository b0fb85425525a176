package headgate.forwarding.conntrack;

import headgate.forwarding.conntrack.NfPacket.Presence;
import headgate.packet.IpProtocol;

/// Writes into headers so that their checksums stay as right, or as wrong, as they were (RFC 1624).
public final class HeaderWriter {
    private static final int IPV4_CHECKSUM = 10;
    private static final int IPV4_ADDRESSES = 12;
    private static final int IPV4_ADDRESSES_END = 20;
    private static final int IPV6_ADDRESSES = 8;
    private static final int IPV6_ADDRESSES_END = 40;

    private HeaderWriter() {}

    /// Writes one byte of the network or transport header, as a rule does. A field of UDP then
    /// changes the checksum even where there is none, which the packet has from there on (kernel:
    /// `nft_payload_csum_inet`).
    public static void write8(NfPacket packet, int at, int value) {
        int word = at & ~1;
        if (packet.presence(word, 2) != Presence.HERE) {
            packet.set8(at, value);
            return;
        }
        int old = packet.u16(word);
        int changed = (at & 1) == 0 ? old & 0xff | value << 8 : old & 0xff00 | value & 0xff;
        if (packet.family == NfPacket.IPV6 && at < packet.transport) {
            drift(packet, old, changed);
        }
        write16(packet, word, changed, packet.hasTransport && at >= packet.transport);
    }

    /// Writes one byte and mends no checksum.
    public static void write8AsItIs(NfPacket packet, int at, int value) {
        int shift = (at & 1) == 0 ? 8 : 0;
        drift(packet, packet.u8(at) << shift, value << shift);
        packet.set8(at, value);
    }

    /// The kernel does not hear that what it has summed up changed.
    private static void drift(NfPacket packet, int old, int changed) {
        if (packet.summed) {
            int drift = packet.sumDrift + old + (~changed & 0xffff);
            drift = (drift & 0xffff) + (drift >>> 16);
            packet.sumDrift = (drift & 0xffff) + (drift >>> 16);
        }
    }

    /// Writes 16 bits at an even offset.
    public static void write16(NfPacket packet, int at, int value) {
        write16(packet, at, value, false);
    }

    /// @param always whether a checksum that is absent changes as well
    private static void write16(NfPacket packet, int at, int value, boolean always) {
        int old = packet.u16(at);
        if (old == value) {
            return;
        }
        packet.set16(at, value);
        if (packet.family == NfPacket.IPV4 && at < headerEnd(packet) && at != IPV4_CHECKSUM) {
            packet.set16(IPV4_CHECKSUM, mended(packet.u16(IPV4_CHECKSUM), old, value));
        }
        if (isCovered(packet, at)) {
            mendTransport(packet, at, old, value, always);
        }
    }

    /// Writes 16 bits of a TCP option, which may lie at an odd offset; the checksum is mended as if
    /// it did not, as the kernel does (`inet_proto_csum_replace2`).
    public static void writeTcpOption16(NfPacket packet, int at, int value) {
        int old = packet.u8(at) << 8 | packet.u8(at + 1);
        packet.set8(at, value >>> 8);
        packet.set8(at + 1, value);
        int field = packet.transport + checksumOffset(packet);
        packet.set16(field, mended(packet.u16(field), old, value));
    }

    public static void write32(NfPacket packet, int at, int value) {
        write16(packet, at, value >>> 16);
        write16(packet, at + 2, value & 0xffff);
    }

    public static void write64(NfPacket packet, int at, long value) {
        write32(packet, at, (int) (value >>> 32));
        write32(packet, at + 4, (int) value);
    }

    private static int headerEnd(NfPacket packet) {
        return packet.hasTransport ? packet.transport : 20;
    }

    /// Whether the transport checksum is over these bytes: those of its header and data, and the
    /// addresses where a pseudo-header has them (kernel: `nft_payload_l4csum_offset`).
    private static boolean isCovered(NfPacket packet, int at) {
        if (!packet.hasTransport || packet.fragmentOffset > 0) {
            return false;
        }
        if (at >= packet.transport) {
            return true;
        }
        boolean address =
                packet.family == NfPacket.IPV4
                        ? at >= IPV4_ADDRESSES && at < IPV4_ADDRESSES_END
                        : at >= IPV6_ADDRESSES && at < IPV6_ADDRESSES_END;
        return address
                && switch (packet.transportProtocol) {
                    case IpProtocol.TCP, IpProtocol.UDP, IpProtocol.UDP_LITE, IpProtocol.ICMPV6 ->
                            true;
                    default -> false;
                };
    }

    private static void mendTransport(NfPacket packet, int at, int old, int value, boolean always) {
        int offset = checksumOffset(packet);
        int field = packet.transport + offset;
        if (offset < 0 || at == field || packet.presence(field, 2) != Presence.HERE) {
            return;
        }
        int checksum = packet.u16(field);
        boolean udp = packet.transportProtocol == IpProtocol.UDP;
        if (udp && checksum == 0 && !always) {
            return;
        }
        int mended = mended(checksum, old, value);
        packet.set16(field, udp && mended == 0 ? 0xffff : mended);
    }

    private static int checksumOffset(NfPacket packet) {
        return switch (packet.transportProtocol) {
            case IpProtocol.TCP -> 16;
            case IpProtocol.UDP, IpProtocol.UDP_LITE, IpProtocol.DCCP -> 6;
            case IpProtocol.ICMP, IpProtocol.ICMPV6, IpProtocol.IGMP -> 2;
            default -> -1;
        };
    }

    /// A checksum after one of the words under it changed (RFC 1624, equation 3).
    public static int mended(int checksum, int old, int value) {
        int sum = (~checksum & 0xffff) + (~old & 0xffff) + value;
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return ~sum & 0xffff;
    }
}
