package headgate.console;

import headgate.packet.ArpView;
import headgate.packet.Check;
import headgate.packet.ChecksumStatus;
import headgate.packet.DecodeError;
import headgate.packet.DecodeError.Limit;
import headgate.packet.Frame;
import headgate.packet.IcmpView;
import headgate.packet.IpAddress;
import headgate.packet.Ipv4View;
import headgate.packet.Ipv6View;
import headgate.packet.Layer;
import headgate.packet.TcpView;
import headgate.packet.UdpView;
import headgate.packet.VlanView;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The name of the header at which decoding stopped, and those of its fields that are there: what
/// lies before a cut, or before the length field that contradicts its header. Part of
/// [PacketFields].
final class CutHeaderFields {
    /// Of the headers below.
    private static final int MAX_HEADER_LENGTH = Ipv6View.HEADER_LENGTH;

    private final FieldOccurrences fields;

    /// The bytes of the header that are there, and zeros: views need a whole one.
    private final byte[] bytes = new byte[MAX_HEADER_LENGTH];

    private final MemorySegment header = MemorySegment.ofArray(bytes);
    private final VlanView vlan = new VlanView();
    private final ArpView arp = new ArpView();
    private final Ipv4View ipv4 = new Ipv4View();
    private final Ipv6View ipv6 = new Ipv6View();
    private final TcpView tcp = new TcpView();
    private final IcmpView icmp = new IcmpView();
    private final UdpView udp = new UdpView();

    /// How many of the bytes are those of the header.
    private int present;

    CutHeaderFields(FieldOccurrences fields) {
        this.fields = fields;
    }

    /// Adds nothing if decoding went on to the end, or stopped for want of room for another header.
    void add(Frame frame) {
        if (frame.check == Check.OK || frame.check == Check.TOO_DEEP) {
            return;
        }
        DecodeError error = frame.error();
        if (isNoted(frame, error) || isOutside(frame, error)) {
            return;
        }
        fields.protocol(name(frame, error.layer()));
        if (frame.check != Check.BAD_VERSION) {
            copy(frame, error);
            fields(frame, error);
        }
    }

    /// Whether the header's own fields were given, and only its promises are wrong.
    private static boolean isNoted(Frame frame, DecodeError error) {
        for (int i = 0; i < frame.layerCount; i++) {
            if (frame.layer(i) == error.layer() && frame.layerOffset(i) == error.offset()) {
                return true;
            }
        }
        return false;
    }

    /// Whether the packet around it ends where the header would begin.
    private static boolean isOutside(Frame frame, DecodeError error) {
        return frame.check == Check.TRUNCATED
                && error.bytesPresent() <= 0
                && error.limitedBy() != Limit.CAPTURE_LENGTH
                && error.limitedBy() != Limit.FRAME_LENGTH;
    }

    private static String name(Frame frame, Layer layer) {
        return switch (layer) {
            case ETHERNET -> "eth";
            case LINUX_SLL, LINUX_SLL2 -> "sll";
            case NULL_LOOPBACK -> "null";
            case IPV4 -> "ip";
            case IPV6_HOP_BY_HOP -> "ipv6.hopopts";
            case IPV6_ROUTING -> "ipv6.routing";
            case IPV6_FRAGMENT -> "ipv6.fraghdr";
            case IPV6_DESTINATION -> "ipv6.dstopts";
            case UDP_LITE -> "udplite";
            default -> EncapsulationFields.name(frame, layer);
        };
    }

    private void copy(Frame frame, DecodeError error) {
        int captured = frame.lengthCaptured - error.offset();
        int there = frame.check == Check.TRUNCATED ? error.bytesPresent() : captured;
        present = Math.clamp(there, 0, Math.min(captured, MAX_HEADER_LENGTH));
        MemorySegment.copy(frame.bytes, frame.start + error.offset(), header, 0, present);
        Arrays.fill(bytes, present, MAX_HEADER_LENGTH, (byte) 0);
    }

    private void fields(Frame frame, DecodeError error) {
        switch (error.layer()) {
            case VLAN -> vlan();
            case ARP -> arp();
            case IPV4 -> ipv4(frame.check == Check.BAD_LENGTH);
            case IPV6 -> ipv6();
            case TCP -> tcp(frame.payloadLength, frame.moreFragments());
            case ICMP -> icmp();
            case ICMPV6 -> icmpv6();
            case UDP -> udp();
            default -> {}
        }
    }

    private void vlan() {
        vlan.wrap(header, 0, MAX_HEADER_LENGTH);
        if (present >= 2) {
            fields.add("vlan.id", vlan.vlanIdentifier());
            fields.add("vlan.priority", vlan.priority());
            fields.add("vlan.dei", vlan.dropEligible());
        }
    }

    private void arp() {
        arp.wrap(header, 0, MAX_HEADER_LENGTH);
        if (present >= ArpView.HEADER_LENGTH) {
            fields.add("arp.opcode", arp.operation());
        }
    }

    private void ipv4(boolean isLengthBad) {
        ipv4.wrap(header, 0, MAX_HEADER_LENGTH);
        if (present >= 1) {
            fields.add("ip.hdr_len", ipv4.headerLength());
        }
        if (isLengthBad && ipv4.headerLength() < Ipv4View.MIN_HEADER_LENGTH) {
            return;
        }
        if (present >= 2) {
            fields.add("ip.dsfield", ipv4.typeOfService());
        }
        if (present >= 4) {
            fields.add("ip.len", ipv4.totalLength());
        }
        if (isLengthBad) {
            return;
        }
        if (present >= 6) {
            fields.add("ip.id", ipv4.identification());
        }
        if (present >= 8) {
            fields.add("ip.flags.df", ipv4.dontFragment());
            fields.add("ip.flags.mf", ipv4.moreFragments());
            fields.add("ip.frag_offset", ipv4.fragmentOffset() / 8);
        }
        if (present >= 9) {
            fields.add("ip.ttl", ipv4.timeToLive());
        }
        if (present >= 10) {
            fields.add("ip.proto", ipv4.protocol());
        }
        if (present >= 12) {
            fields.add("ip.checksum", ipv4.headerChecksum());
            fields.add("ip.checksum.status", ChecksumStatus.UNVERIFIED.ordinal());
        }
        if (present >= 16) {
            fields.add("ip.src", IpAddress.formatV4(ipv4.sourceAddress()));
        }
    }

    private void ipv6() {
        ipv6.wrap(header, 0, MAX_HEADER_LENGTH);
        if (present >= 4) {
            fields.add("ipv6.tclass", ipv6.trafficClass());
            fields.add("ipv6.flow", ipv6.flowLabel());
        }
        if (present >= 6) {
            fields.add("ipv6.plen", ipv6.payloadLength());
        }
        if (present >= 7) {
            fields.add("ipv6.nxt", ipv6.nextHeader());
        }
        if (present >= 8) {
            fields.add("ipv6.hlim", ipv6.hopLimit());
        }
        if (present >= 24) {
            fields.add("ipv6.src", IpAddress.format(6, ipv6.sourceHigh(), ipv6.sourceLow()));
        }
    }

    /// A data offset that is too small comes behind the sequence number, and makes tshark give no
    /// field but that.
    private void tcp(int segmentLength, boolean isFragment) {
        tcp.wrap(header, 0, MAX_HEADER_LENGTH);
        boolean isLengthBad = tcp.headerLength() < TcpView.MIN_HEADER_LENGTH;
        if (present >= 4) {
            fields.add("tcp.srcport", tcp.sourcePort());
            fields.add("tcp.dstport", tcp.destinationPort());
        }
        if (present >= 16) {
            fields.add("tcp.seq_raw", Integer.toUnsignedLong(tcp.sequenceNumber()));
            fields.add("tcp.hdr_len", tcp.headerLength());
            if (!isFragment && segmentLength >= tcp.headerLength()) {
                fields.add("tcp.len", segmentLength - tcp.headerLength());
            }
        }
        if (present >= 16 && !isLengthBad) {
            fields.add("tcp.ack_raw", Integer.toUnsignedLong(tcp.acknowledgmentNumber()));
            fields.add("tcp.flags", tcp.flags());
            fields.add("tcp.window_size_value", tcp.window());
        }
    }

    private void icmp() {
        icmp.wrap(header, 0, MAX_HEADER_LENGTH);
        if (present >= 6) {
            fields.add("icmp.type", icmp.type());
            fields.add("icmp.code", icmp.code());
            fields.add("icmp.checksum.status", ChecksumStatus.UNVERIFIED.ordinal());
            if (IcmpView.hasIdentifier(icmp.type())) {
                fields.add("icmp.ident", icmp.identifier());
            }
        }
    }

    private void icmpv6() {
        icmp.wrap(header, 0, MAX_HEADER_LENGTH);
        if (present >= 2) {
            fields.add("icmpv6.type", icmp.type());
            fields.add("icmpv6.code", icmp.code());
        }
        if (present >= 4) {
            fields.add("icmpv6.checksum.status", ChecksumStatus.UNVERIFIED.ordinal());
        }
        if (present >= 6 && IcmpView.v6HasIdentifier(icmp.type())) {
            fields.add("icmpv6.echo.identifier", icmp.identifier());
        }
    }

    private void udp() {
        udp.wrap(header, 0, MAX_HEADER_LENGTH);
        if (present >= 4) {
            fields.add("udp.srcport", udp.sourcePort());
            fields.add("udp.dstport", udp.destinationPort());
        }
        if (present >= 6) {
            fields.add("udp.length", udp.length());
        }
    }
}
