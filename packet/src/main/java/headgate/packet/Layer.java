package headgate.packet;

/// The headers that [FrameDecoder] knows. Their order is part of the wire format (`frame.avsc`
/// lists the same symbols): append, never reorder.
public enum Layer {
    ETHERNET,
    VLAN,
    LINUX_SLL,
    LINUX_SLL2,
    NULL_LOOPBACK,
    ARP,
    IPV4,
    IPV6,
    IPV6_HOP_BY_HOP,
    IPV6_ROUTING,
    IPV6_FRAGMENT,
    IPV6_DESTINATION,
    TCP,
    UDP,
    ICMP,
    ICMPV6,
    IGMP,
    LLC
}
