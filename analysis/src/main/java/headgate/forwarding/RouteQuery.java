package headgate.forwarding;

/// What `ip route get` is asked.
///
/// @param destination unsigned 32-bit number
/// @param source 0 if it is left open
/// @param inputDevice by which the packet is taken to have come in; empty for a packet of the
///   host's own
/// @param protocol -1 if it is left open, which the kernel then takes for UDP with ports 0
public record RouteQuery(
        int destination,
        int source,
        String inputDevice,
        int tos,
        int mark,
        int protocol,
        int sourcePort,
        int destinationPort) {}
