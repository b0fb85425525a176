package headgate.flow;

/// One packet around the packets of a flow.
///
/// @param type what is in it: the name of the header behind the outer IP (and UDP) header, in lower
///   case as in [headgate.packet.Layer]; `ipv4` or `ipv6` where that is an IP header
/// @param source its source address in the first frame of the flow, as text
/// @param destination its destination address, as text
/// @param identifier VNI of VXLAN and Geneve, key of GRE, TEID of GTP, session of L2TP; -1 if there
///   is none
public record Tunnel(String type, String source, String destination, long identifier) {}
