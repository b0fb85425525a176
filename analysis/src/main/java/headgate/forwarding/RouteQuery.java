package headgate.forwarding;

import headgate.packet.IpAddress;

/// What `ip route get` is asked.
///
/// @param destination whose version is that of the question
/// @param source all zero if it is left open
/// @param inputDevice by which the packet is taken to have come in; empty for a packet of the
///   host's own
/// @param tos type of service, or traffic class
/// @param protocol -1 if it is left open, which the kernel then takes for UDP with ports 0
public record RouteQuery(
        IpAddress destination,
        IpAddress source,
        String inputDevice,
        int tos,
        int mark,
        int protocol,
        int sourcePort,
        int destinationPort) {

    public RouteQuery {
        if (destination.version() != source.version()) {
            throw new IllegalArgumentException(
                    destination + " and " + source + " are not of one version");
        }
    }

    /// Of IPv4.
    public RouteQuery(
            int destination,
            int source,
            String inputDevice,
            int tos,
            int mark,
            int protocol,
            int sourcePort,
            int destinationPort) {
        this(
                IpAddress.v4(destination),
                IpAddress.v4(source),
                inputDevice,
                tos,
                mark,
                protocol,
                sourcePort,
                destinationPort);
    }
}
