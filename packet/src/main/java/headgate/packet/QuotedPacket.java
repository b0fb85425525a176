package headgate.packet;

/// The headers that an ICMP error quotes of the packet it is about (RFC 792; RFC 4443 section 2.4):
/// noted as layers, so that the message's own facts stand. A quote may end anywhere, which is no
/// error.
final class QuotedPacket {
    /// RFC 792 promises this much of what follows the quoted IP header: ports, and where TCP has it
    /// the sequence number.
    private static final int LEAST_QUOTED = 8;

    private final Ipv4View ipv4 = new Ipv4View();
    private final Ipv6View ipv6 = new Ipv6View();
    private final Ipv6ExtensionView extension = new Ipv6ExtensionView();
    private final Ipv6FragmentView fragment = new Ipv6FragmentView();

    /// Whether an ICMP message of this type quotes a packet: destination unreachable, source
    /// quench, redirect, time exceeded, parameter problem.
    static boolean isIn(int icmpType) {
        return icmpType == 3 || icmpType == 4 || icmpType == 5 || icmpType == 11 || icmpType == 12;
    }

    /// Whether an ICMPv6 message of this type quotes a packet: errors have the smaller types.
    static boolean isInV6(int icmpType) {
        return icmpType >= 1 && icmpType <= 4;
    }

    void ipv4(Frame frame, int offset, long limit) {
        Check check = ipv4.wrap(frame.bytes, frame.start + offset, limit);
        if (check == Check.OK && frame.addLayer(Layer.IPV4, offset)) {
            if (ipv4.fragmentOffset() == 0) {
                int next = offset + ipv4.headerLength();
                transport(frame, ipv4.protocol(), next, limit);
            }
        }
    }

    void ipv6(Frame frame, int offset, long limit) {
        Check check = ipv6.wrap(frame.bytes, frame.start + offset, limit);
        if (check != Check.OK || !frame.addLayer(Layer.IPV6, offset)) {
            return;
        }
        int next = ipv6.nextHeader();
        int at = offset + Ipv6View.HEADER_LENGTH;
        while (FrameDecoder.isExtension(next)) {
            int length = extension(frame, next, at, limit);
            if (length == 0) {
                return;
            }
            next = NetworkOrder.u8(frame.bytes, frame.start + at);
            at += length;
        }
        transport(frame, next, at, limit);
    }

    /// Returns the length of an extension header, or 0 where the walk ends.
    private int extension(Frame frame, int kind, int offset, long limit) {
        long at = frame.start + offset;
        if (kind == IpProtocol.FRAGMENT) {
            boolean isRead =
                    fragment.wrap(frame.bytes, at, limit) == Check.OK
                            && frame.addLayer(Layer.IPV6_FRAGMENT, offset);
            return isRead && fragment.fragmentOffset() == 0 ? Ipv6FragmentView.HEADER_LENGTH : 0;
        }
        boolean isRead =
                extension.wrap(frame.bytes, at, limit) == Check.OK
                        && frame.addLayer(FrameDecoder.extensionLayer(kind), offset);
        return isRead ? extension.headerLength() : 0;
    }

    private static void transport(Frame frame, int protocol, int offset, long limit) {
        if (limit - (frame.start + offset) < LEAST_QUOTED) {
            return;
        }
        switch (protocol) {
            case IpProtocol.TCP -> frame.addLayer(Layer.TCP, offset);
            case IpProtocol.UDP -> frame.addLayer(Layer.UDP, offset);
            case IpProtocol.ICMP -> frame.addLayer(Layer.ICMP, offset);
            case IpProtocol.ICMPV6 -> frame.addLayer(Layer.ICMPV6, offset);
            case IpProtocol.SCTP -> frame.addLayer(Layer.SCTP, offset);
            case IpProtocol.DCCP -> frame.addLayer(Layer.DCCP, offset);
            case IpProtocol.ESP -> frame.addLayer(Layer.ESP, offset);
            default -> {}
        }
    }
}
