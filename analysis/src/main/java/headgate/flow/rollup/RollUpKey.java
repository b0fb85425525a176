package headgate.flow.rollup;

import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;

/// What a row is about. Fields that its dimension does not need are 0 or empty.
///
/// @param ipVersion 4 or 6; 0 for ports and applications
/// @param high of an address or network
/// @param low of an address or network
/// @param otherHigh of a pair's second network
/// @param otherLow of a pair's second network
/// @param protocol of a port
/// @param port of a port; -1 for a protocol without
/// @param application of an application
record RollUpKey(
        int ipVersion,
        long high,
        long low,
        long otherHigh,
        long otherLow,
        int protocol,
        int port,
        String application)
        implements Comparable<RollUpKey> {

    static RollUpKey ofAddress(int ipVersion, long high, long low) {
        return new RollUpKey(ipVersion, high, low, 0, 0, 0, 0, "");
    }

    static RollUpKey ofPair(int ipVersion, long high, long low, long otherHigh, long otherLow) {
        return new RollUpKey(ipVersion, high, low, otherHigh, otherLow, 0, 0, "");
    }

    static RollUpKey ofPort(int protocol, int port) {
        boolean hasPorts =
                switch (protocol) {
                    case IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP -> true;
                    default -> false;
                };
        return new RollUpKey(0, 0, 0, 0, 0, protocol, hasPorts ? port : -1, "");
    }

    static RollUpKey ofApplication(String application) {
        return new RollUpKey(0, 0, 0, 0, 0, 0, 0, application);
    }

    /// Some order, which does not depend on how a table came about.
    @Override
    public int compareTo(RollUpKey other) {
        int order = Long.compare(low, other.low);
        order = order != 0 ? order : Long.compare(otherLow, other.otherLow);
        order = order != 0 ? order : Long.compare(high, other.high);
        order = order != 0 ? order : Long.compare(otherHigh, other.otherHigh);
        order = order != 0 ? order : Integer.compare(port, other.port);
        order = order != 0 ? order : Integer.compare(protocol, other.protocol);
        order = order != 0 ? order : Integer.compare(ipVersion, other.ipVersion);
        return order != 0 ? order : application.compareTo(other.application);
    }

    /// As people write it: `192.0.2.1`, `192.0.2.0/24`, `10.0.0.0/24 192.0.2.0/24`, `tcp/443`,
    /// `dns`; the application that is unknown is `unknown`.
    String text(Dimension dimension, Prefixes networks) {
        return switch (dimension) {
            case ADDRESS -> IpAddress.format(ipVersion, high, low);
            case NETWORK -> networks.text(ipVersion, high, low);
            case NETWORK_PAIR ->
                    networks.text(ipVersion, high, low)
                            + " "
                            + networks.text(ipVersion, otherHigh, otherLow);
            case PORT -> protocolName() + (port < 0 ? "" : "/" + port);
            case APPLICATION -> application.isEmpty() ? "unknown" : application;
        };
    }

    private String protocolName() {
        return switch (protocol) {
            case IpProtocol.TCP -> "tcp";
            case IpProtocol.UDP -> "udp";
            case IpProtocol.SCTP -> "sctp";
            case IpProtocol.ICMP -> "icmp";
            case IpProtocol.ICMPV6 -> "icmp6";
            case IpProtocol.IGMP -> "igmp";
            default -> "protocol " + protocol;
        };
    }
}
