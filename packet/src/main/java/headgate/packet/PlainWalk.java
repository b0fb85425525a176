package headgate.packet;

/// The straight way through what most frames are: Ethernet, perhaps with a VLAN tag; a whole IPv4
/// packet without options or an IPv6 packet without extension headers; TCP or UDP. Nothing in them
/// is wrong, or open to more than one reading.
///
/// It is there for speed and says nothing that [FrameDecoder#walk] would not say, which decodes all
/// frames and has to be asked about every other one. What costs time in a walk is what it writes,
/// and what it reads again after it wrote: here each fact is written once, where the frame ends is
/// handed on instead of written, and layers are written when somebody asks for one.
final class PlainWalk {
    private final FrameDecoder decoder;
    private final VlanView vlan = new VlanView();

    PlainWalk(FrameDecoder decoder) {
        this.decoder = decoder;
    }

    /// Returns false, of a frame that is not plain, as soon as that is known. What was written by
    /// then the walk writes again, since it comes by the same headers.
    boolean decode(Frame frame) {
        int readable = Math.min(frame.lengthOnWire, frame.lengthCaptured);
        if (frame.ethernet.wrap(frame.bytes, frame.start, frame.start + readable) != Check.OK) {
            return false;
        }
        int type = frame.ethernet.lengthOrType();
        if (type == EtherType.VLAN) {
            return vlan(frame, readable);
        }
        frame.vlanCount = 0;
        return network(frame, type, EthernetView.HEADER_LENGTH, readable);
    }

    private boolean vlan(Frame frame, int readable) {
        int offset = EthernetView.HEADER_LENGTH;
        if (vlan.wrap(frame.bytes, frame.start + offset, frame.start + readable) != Check.OK) {
            return false;
        }
        frame.vlanTags[0] = EtherType.VLAN << 16 | vlan.tagControlInformation();
        frame.vlanCount = 1;
        return network(frame, vlan.lengthOrType(), offset + VlanView.HEADER_LENGTH, readable);
    }

    private boolean network(Frame frame, int type, int offset, int readable) {
        return switch (type) {
            case EtherType.IPV4 -> ipv4(frame, offset, readable);
            case EtherType.IPV6 -> ipv6(frame, offset, readable);
            default -> false;
        };
    }

    private boolean ipv4(Frame frame, int offset, int readable) {
        Ipv4View ipv4 = frame.ipv4;
        if (!ipv4.wrapPlain(frame.bytes, frame.start + offset, frame.start + readable)) {
            return false;
        }
        FrameDecoder.ipv4Facts(frame, offset, Ipv4View.MIN_HEADER_LENGTH);
        int end = offset + ipv4.totalLength();
        int next = offset + Ipv4View.MIN_HEADER_LENGTH;
        return transport(frame, Frame.IPV4, next, end, Math.min(readable, end));
    }

    /// A payload length of 0 is that of a jumbogram, or of segmentation offload.
    private boolean ipv6(Frame frame, int offset, int readable) {
        Ipv6View ipv6 = frame.ipv6;
        if (ipv6.wrap(frame.bytes, frame.start + offset, frame.start + readable) != Check.OK
                || ipv6.payloadLength() == 0) {
            return false;
        }
        FrameDecoder.ipv6Facts(frame, offset);
        frame.protocol = ipv6.nextHeader();
        int next = offset + Ipv6View.HEADER_LENGTH;
        int end = next + ipv6.payloadLength();
        return transport(frame, Frame.IPV6, next, end, Math.min(readable, end));
    }

    private boolean transport(Frame frame, int ip, int offset, int end, int readable) {
        if (end > frame.lengthOnWire) {
            return false;
        }
        return switch (frame.protocol) {
            case IpProtocol.TCP -> tcp(frame, ip, offset, end, readable);
            case IpProtocol.UDP -> udp(frame, ip, offset, end, readable);
            default -> false;
        };
    }

    private boolean tcp(Frame frame, int ip, int offset, int end, int readable) {
        TcpView tcp = frame.tcp;
        if (tcp.wrap(frame.bytes, frame.start + offset, frame.start + readable) != Check.OK) {
            return false;
        }
        FrameDecoder.tcpFacts(frame, offset);
        frame.setPlain(ip, Frame.TCP);
        payload(frame, offset + tcp.headerLength(), end, readable);
        return true;
    }

    /// A length of 0 leaves it to IP to say how long the datagram is.
    private boolean udp(Frame frame, int ip, int offset, int end, int readable) {
        UdpView udp = frame.udp;
        if (udp.wrap(frame.bytes, frame.start + offset, frame.start + readable) != Check.OK
                || udp.length() == 0
                || udp.length() > end - offset
                || decoder.mayTunnel(udp)) {
            return false;
        }
        FrameDecoder.udpFacts(frame, offset);
        frame.setPlain(ip, Frame.UDP);
        int udpEnd = offset + udp.length();
        payload(frame, offset + UdpView.HEADER_LENGTH, udpEnd, Math.min(readable, udpEnd));
        return true;
    }

    private static void payload(Frame frame, int offset, int end, int readable) {
        frame.payloadOffset = offset;
        frame.payloadLength = end - offset;
        frame.payloadCaptured = readable - offset;
    }
}
