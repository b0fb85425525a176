package headgate.forwarding;

/// The options of a hop-by-hop or destination options header (RFC 8200, section 4.2; kernel:
/// `ip6_parse_tlv`); reused.
final class Ip6Options {
    private static final int PAD1 = 0;
    private static final int PADN = 1;
    private static final int ROUTER_ALERT = 5;
    private static final int CALIPSO = 7;
    private static final int IOAM = 0x31;
    private static final int JUMBO = 0xc2;

    /// Longest run of padding.
    private static final int MOST_PADDING = 7;

    /// Value of the Router Alert option; -1 if there was none.
    int routerAlert;

    /// Parses the options of the header at `start`.
    ///
    /// @param length of that header
    /// @param mostOptions how many there may be besides padding; if it is negative, the magnitude
    ///   counts and unknown ones are refused
    /// @return whether one of them ended the packet's way
    boolean refuses(Decision decision, int start, int length, boolean hopByHop, int mostOptions) {
        routerAlert = -1;
        Skb skb = decision.skb;
        int count = 0;
        int padding = 0;
        int end = start + length;
        for (int at = start + 2; at < end; ) {
            int type = skb.u8(at);
            if (type == PAD1) {
                if (++padding > MOST_PADDING) {
                    return isBad(decision);
                }
                at++;
                continue;
            }
            int size = at + 1 < end ? skb.u8(at + 1) + 2 : Integer.MAX_VALUE;
            if (size > end - at) {
                return isBad(decision);
            }
            if (type == PADN) {
                padding += size;
                if (padding > MOST_PADDING || !isZero(skb, at + 2, at + size)) {
                    return isBad(decision);
                }
            } else {
                padding = 0;
                if (++count > Math.abs(mostOptions)
                        || refuses(decision, at, size, hopByHop, mostOptions < 0)) {
                    return decision.outcome != Decision.Outcome.UNDECIDED || isBad(decision);
                }
            }
            at += size;
        }
        return false;
    }

    private static boolean isZero(Skb skb, int from, int to) {
        for (int i = from; i < to; i++) {
            if (skb.u8(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBad(Decision decision) {
        return decision.drop(DropReason.IP_INHDR, "ip6_parse_tlv");
    }

    private boolean refuses(
            Decision decision, int at, int size, boolean hopByHop, boolean refusesUnknown) {
        if (hopByHop) {
            switch (decision.skb.u8(at)) {
                case ROUTER_ALERT -> {
                    routerAlert = size == 4 ? decision.skb.u16(at + 2) : -1;
                    return size != 4;
                }
                case JUMBO -> {
                    return refusesJumbo(decision, at, size);
                }
                // Without labels configured, none is valid.
                case CALIPSO -> {
                    return true;
                }
                // RFC 9486, section 3: aligned to four bytes, also where the option is not used.
                case IOAM -> {
                    return (at & 3) != 0 || isTracing(decision);
                }
                default -> {}
            }
        }
        return refusesUnknown(decision, at, refusesUnknown);
    }

    private static boolean isTracing(Decision decision) {
        String key = "net.ipv6.conf." + decision.device + ".ioam6_enabled";
        return decision.host.sysctl(key, 0) == 1 && decision.incomplete("in-situ measurement");
    }

    /// RFC 2675, section 2: only for more than 65,535 bytes, and only where the fixed header has no
    /// length.
    private static boolean refusesJumbo(Decision decision, int at, int size) {
        Skb skb = decision.skb;
        if (size != 6 || (at & 3) != 2) {
            return true;
        }
        long length = skb.i32(at + 2) & 0xffff_ffffL;
        if (length <= 0xffff) {
            decision.icmp6.tell(Icmp6.PARAMETER_PROBLEM, Icmp6.HEADER_FIELD, at + 2);
            return true;
        }
        if (skb.u16(Ip6Header.PAYLOAD_LENGTH) != 0) {
            decision.icmp6.tell(Icmp6.PARAMETER_PROBLEM, Icmp6.HEADER_FIELD, at);
            return true;
        }
        decision.count(SnmpCounter.IP6_IN_TRUNCATED_PKTS);
        return decision.drop(DropReason.PKT_TOO_SMALL, "ip6_parse_tlv");
    }

    /// The two highest bits of the type say what to do with an option that is not known; where all
    /// of them are refused, nobody is told.
    private static boolean refusesUnknown(Decision decision, int at, boolean refusesAll) {
        int action = decision.skb.u8(at) >>> 6;
        if (action == 0 && !refusesAll) {
            return false;
        }
        boolean tells =
                action == 2
                        || action == 3
                                && !Inet6.isMulticast(
                                        (long) decision.skb.u8(Ip6Header.DESTINATION) << 56);
        if (tells && !refusesAll) {
            decision.icmp6.tell(Icmp6.PARAMETER_PROBLEM, Icmp6.UNKNOWN_OPTION, at);
        }
        return decision.outcome != Decision.Outcome.UNDECIDED
                || decision.drop(DropReason.UNHANDLED_PROTO, "ip6_tlvopt_unknown");
    }
}
