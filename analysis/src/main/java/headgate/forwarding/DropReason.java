package headgate.forwarding;

/// Why the kernel freed a packet: `enum skb_drop_reason` without its prefix. The names are those of
/// Linux 6.18, which tells apart what 6.12 calls `NOT_SPECIFIED` or `IP_RPFILTER`.
public enum DropReason {
    NOT_SPECIFIED,
    OTHERHOST,
    UNHANDLED_PROTO,
    IP_INHDR,
    IP_CSUM,
    PKT_TOO_SMALL,
    IP_INVALID_SOURCE,
    IP_INVALID_DEST,
    IP_LOCALNET,
    IP_LOCAL_SOURCE,
    IP_RPFILTER,
    UNICAST_IN_L2_MULTICAST,
    IP_INADDRERRORS,
    IP_INNOROUTES,
    PKT_TOO_BIG,
    IP_NOPROTO,
    NO_SOCKET,
    UDP_CSUM,
    TCP_CSUM,
    TCP_FLAGS,
    TCP_RESET,
    ICMP_CSUM,
    INVALID_PROTO,
    DUP_FRAG,
    FRAG_REASM_TIMEOUT,
    IPV6DISABLED,
    IPV6_BAD_EXTHDR,
    IPV6_NDISC_FRAG,
    IPV6_NDISC_HOP_LIMIT,
    IPV6_NDISC_BAD_CODE,
    IPV6_NDISC_BAD_OPTIONS,
    IPV6_NDISC_NS_OTHERHOST,
    NETFILTER_DROP
}
