package headgate.forwarding.conntrack;

import headgate.forwarding.conntrack.NatRange.Manip;
import headgate.forwarding.conntrack.NfPacket.Presence;
import headgate.packet.Checksum;
import headgate.packet.IpProtocol;

/// Writes translated addresses and ports into packets (kernel: `nf_nat_packet`,
/// `nf_nat_icmp_reply_translation`).
public final class Nat {
    private static final int ICMP_REDIRECT = 5;
    private static final int ICMP_HEADER = 8;
    private static final int TCP_HEADER = 20;

    private final QuotedTuple quoted = new QuotedTuple();
    private final Tuple named = new Tuple();
    private final Tuple target = new Tuple();

    /// Translates one address of the packet, as its connection has it.
    ///
    /// @return false if the packet is to be dropped
    public boolean translate(NfPacket packet, Manip manip) {
        NfConn connection = packet.connection;
        boolean reply = packet.ctInfo.isReply();
        boolean related = packet.ctInfo == CtInfo.RELATED || packet.ctInfo == CtInfo.RELATED_REPLY;
        boolean icmp =
                packet.transportProtocol
                        == (packet.family == NfPacket.IPV4 ? IpProtocol.ICMP : IpProtocol.ICMPV6);
        if (related && icmp) {
            return translateError(packet, manip, reply);
        }
        if (connection.has(statusBit(manip, reply))) {
            target.invert(reply ? connection.original : connection.reply);
            write(packet, manip, true);
        }
        return true;
    }

    /// What is a source in one direction is a destination in the other.
    private static int statusBit(Manip manip, boolean reply) {
        return (manip == Manip.SOURCE) != reply ? NfConn.SRC_NAT : NfConn.DST_NAT;
    }

    private void write(NfPacket packet, Manip manip, boolean ports) {
        boolean source = manip == Manip.SOURCE;
        writeAddress(
                packet,
                source,
                source ? target.sourceHigh : target.destinationHigh,
                source ? target.sourceLow : target.destinationLow);
        if (!ports || !packet.hasTransport || packet.fragmentOffset > 0) {
            return;
        }
        int at = packet.transport;
        boolean tcp = packet.transportProtocol == IpProtocol.TCP;
        packet.drawTogether(at + (tcp && packet.length - at >= TCP_HEADER ? TCP_HEADER : 8));
        if (Conntrack.hasPorts(packet.transportProtocol)) {
            if (packet.presence(at, 4) == Presence.HERE) {
                HeaderWriter.write16(
                        packet,
                        source ? at : at + 2,
                        source ? target.sourcePort : target.destinationPort);
            }
        } else if (target.isIcmp() && packet.presence(at, 8) == Presence.HERE) {
            HeaderWriter.write16(packet, at + 4, target.sourcePort);
        }
    }

    private static void writeAddress(NfPacket packet, boolean source, long high, long low) {
        if (packet.family == NfPacket.IPV4) {
            HeaderWriter.write32(packet, source ? 12 : 16, (int) low);
        } else {
            HeaderWriter.write64(packet, source ? 8 : 24, high);
            HeaderWriter.write64(packet, source ? 16 : 32, low);
        }
    }

    /// An ICMP error names addresses twice: in its own header, and in that of the packet it quotes,
    /// where source and destination are the other way round.
    private boolean translateError(NfPacket packet, Manip manip, boolean reply) {
        NfConn connection = packet.connection;
        boolean redirect =
                packet.family == NfPacket.IPV4
                        && packet.presence(packet.transport, 1) == Presence.HERE
                        && packet.u8(packet.transport) == ICMP_REDIRECT;
        if (redirect && (connection.has(NfConn.NAT) || !connection.hasAll(NfConn.NAT_DONE))) {
            return false;
        }
        if (!connection.has(statusBit(manip, reply))) {
            return true;
        }
        Tuple opposite = reply ? connection.original : connection.reply;
        target.copy(opposite);
        writeQuoted(packet, manip != Manip.SOURCE);
        target.invert(opposite);
        write(packet, manip, false);
        mendIcmp(packet);
        return true;
    }

    private void writeQuoted(NfPacket packet, boolean source) {
        int inner = QuotedTuple.start(packet);
        boolean ipv4 = packet.family == NfPacket.IPV4;
        int header = ipv4 ? 20 : 40;
        if (packet.presence(inner, header) != Presence.HERE) {
            return;
        }
        quoted.read(packet, named);
        int protocol = named.protocol;
        int transport = quoted.quotedTransport();
        int checksum = transport < 0 ? -1 : checksumPlace(packet, protocol, transport);
        int at = inner + (ipv4 ? source ? 12 : 16 : source ? 8 : 24);
        if (!ipv4) {
            long high = source ? target.sourceHigh : target.destinationHigh;
            writeQuoted32(packet, at, (int) (high >>> 32), -1, checksum);
            writeQuoted32(packet, at + 4, (int) high, -1, checksum);
            long low = source ? target.sourceLow : target.destinationLow;
            writeQuoted32(packet, at + 8, (int) (low >>> 32), -1, checksum);
            writeQuoted32(packet, at + 12, (int) low, -1, checksum);
        } else {
            int address = (int) (source ? target.sourceLow : target.destinationLow);
            int covered = protocol == IpProtocol.ICMP ? -1 : checksum;
            writeQuoted32(packet, at, address, inner + 10, covered);
        }
        if (transport < 0) {
            return;
        }
        if (Conntrack.hasPorts(protocol) && packet.presence(transport, 4) == Presence.HERE) {
            writeQuoted16(
                    packet,
                    source ? transport : transport + 2,
                    source ? target.sourcePort : target.destinationPort,
                    -1,
                    checksum);
        } else if (target.isIcmp() && packet.presence(transport, 8) == Presence.HERE) {
            writeQuoted16(packet, transport + 4, target.sourcePort, -1, checksum);
        }
    }

    /// Where the checksum of the quoted transport header is; -1 if it is not quoted, or none.
    private static int checksumPlace(NfPacket packet, int protocol, int transport) {
        int offset =
                switch (protocol) {
                    case IpProtocol.TCP -> 16;
                    case IpProtocol.UDP -> 6;
                    case IpProtocol.ICMP, IpProtocol.ICMPV6 -> 2;
                    default -> -1;
                };
        int needed = protocol == IpProtocol.TCP ? 20 : 8;
        if (offset < 0 || packet.presence(transport, needed) != Presence.HERE) {
            return -1;
        }
        boolean none = protocol == IpProtocol.UDP && packet.u16(transport + offset) == 0;
        return none ? -1 : transport + offset;
    }

    private static void writeQuoted32(
            NfPacket packet, int at, int value, int headerChecksum, int checksum) {
        writeQuoted16(packet, at, value >>> 16, headerChecksum, checksum);
        writeQuoted16(packet, at + 2, value & 0xffff, headerChecksum, checksum);
    }

    private static void writeQuoted16(
            NfPacket packet, int at, int value, int headerChecksum, int checksum) {
        int old = packet.u16(at);
        packet.set16(at, value);
        if (headerChecksum >= 0) {
            packet.set16(
                    headerChecksum, HeaderWriter.mended(packet.u16(headerChecksum), old, value));
        }
        if (checksum >= 0) {
            packet.set16(checksum, HeaderWriter.mended(packet.u16(checksum), old, value));
        }
    }

    /// Kernel: the sum is taken anew over the whole message.
    private static void mendIcmp(NfPacket packet) {
        int at = packet.transport;
        if (packet.captured < packet.length || packet.presence(at, ICMP_HEADER) != Presence.HERE) {
            return;
        }
        packet.set16(at + 2, 0);
        int length = packet.length - at;
        long sum = Checksum.sum(packet.bytes(), packet.network() + at, length);
        if (packet.family == NfPacket.IPV6) {
            sum += Checksum.sum(packet.bytes(), packet.network() + 8, 32);
            sum += IpProtocol.ICMPV6 + length;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        packet.set16(at + 2, (int) ~sum & 0xffff);
    }
}
