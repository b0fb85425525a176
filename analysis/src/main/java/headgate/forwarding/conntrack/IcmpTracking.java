package headgate.forwarding.conntrack;

/// Which ICMP and ICMPv6 messages ask, answer and report (kernel: `nf_conntrack_proto_icmp.c`,
/// `nf_conntrack_proto_icmpv6.c`).
final class IcmpTracking {
    private static final int HIGHEST_ICMP_TYPE = 18;
    private static final int FIRST_ICMPV6_QUERY = 128;
    private static final int ICMPV6_REDIRECT = 137;

    private IcmpTracking() {}

    /// Type that answers, or is answered by, messages of this type; -1 if there is none.
    static int answerTo(int family, int type) {
        if (family == NfPacket.IPV4) {
            return switch (type) {
                case 8 -> 0;
                case 0 -> 8;
                case 13 -> 14;
                case 14 -> 13;
                case 15 -> 16;
                case 16 -> 15;
                case 17 -> 18;
                case 18 -> 17;
                default -> -1;
            };
        }
        return switch (type) {
            case 128 -> 129;
            case 129 -> 128;
            case 139 -> 140;
            case 140 -> 139;
            default -> -1;
        };
    }

    /// Whether a message of this type begins a conversation.
    static boolean isQuery(int family, int type) {
        return family == NfPacket.IPV4
                ? type == 8 || type == 13 || type == 15 || type == 17
                : type == 128 || type == 139;
    }

    /// Whether a message of this type is about another packet, which it quotes.
    static boolean isError(int family, int type) {
        return family == NfPacket.IPV4
                ? type == 3 || type == 4 || type == 5 || type == 11 || type == 12
                : type < FIRST_ICMPV6_QUERY || type == ICMPV6_REDIRECT;
    }

    static boolean isKnown(int family, int type) {
        return family != NfPacket.IPV4 || type <= HIGHEST_ICMP_TYPE;
    }

    /// Neighbour discovery and multicast listeners are not tracked.
    static boolean isUntracked(int family, int type) {
        return family == NfPacket.IPV6 && (type >= 130 && type <= 136 || type == 143);
    }
}
