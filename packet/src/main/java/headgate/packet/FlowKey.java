package headgate.packet;

/// What makes frames belong together: addresses, protocol and ports, in the frame's direction. For
/// the cold path; engines keep the numbers themselves.
///
/// @param ipVersion 4 or 6
/// @param sourcePort of TCP, UDP, SCTP, DCCP and UDP-Lite; type of ICMP and ICMPv6; -1 where there
///   is none, as in fragments
/// @param destinationPort of the same; code of ICMP and ICMPv6; -1 where there is none
public record FlowKey(
        int ipVersion,
        long sourceHigh,
        long sourceLow,
        long destinationHigh,
        long destinationLow,
        int protocol,
        int sourcePort,
        int destinationPort) {

    public FlowKey {
        if (ipVersion != 4 && ipVersion != 6) {
            throw new IllegalArgumentException("IP version " + ipVersion + ": must be 4 or 6");
        }
        if (protocol < 0 || protocol > 255) {
            throw new IllegalArgumentException("protocol " + protocol + ": must be 0 to 255");
        }
    }

    /// The key of a decoded frame, or null if it carries no IP packet.
    public static FlowKey of(Frame frame) {
        if (frame.ipVersion == 0 || frame.protocol < 0) {
            return null;
        }
        int sourcePort = frame.sourcePort;
        int destinationPort = frame.destinationPort;
        if (frame.protocol == IpProtocol.ICMP || frame.protocol == IpProtocol.ICMPV6) {
            sourcePort = frame.icmpType();
            destinationPort = frame.icmpType() < 0 ? -1 : frame.icmpCode();
        }
        return new FlowKey(
                frame.ipVersion,
                frame.sourceHigh,
                frame.sourceLow,
                frame.destinationHigh,
                frame.destinationLow,
                frame.protocol,
                sourcePort,
                destinationPort);
    }

    /// The key of the other direction. That of ICMP is the same message the other way.
    public FlowKey reversed() {
        boolean isIcmp = protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6;
        return new FlowKey(
                ipVersion,
                destinationHigh,
                destinationLow,
                sourceHigh,
                sourceLow,
                protocol,
                isIcmp ? sourcePort : destinationPort,
                isIcmp ? destinationPort : sourcePort);
    }

    public boolean hasPorts() {
        return sourcePort >= 0 && destinationPort >= 0;
    }

    public String source() {
        return IpAddress.format(ipVersion, sourceHigh, sourceLow);
    }

    public String destination() {
        return IpAddress.format(ipVersion, destinationHigh, destinationLow);
    }
}
