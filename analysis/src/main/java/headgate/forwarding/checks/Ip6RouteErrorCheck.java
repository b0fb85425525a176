package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.DropReason;
import headgate.forwarding.Errno;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Icmp6;
import headgate.forwarding.Inet6;
import headgate.forwarding.Ip6Header;
import headgate.forwarding.SnmpCounter;

/// What is the source told of a route that refuses?
public final class Ip6RouteErrorCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW6-6";
    }

    @Override
    public String function() {
        return "ip6_pkt_drop";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.input != Input.ERROR) {
            return false;
        }
        return switch (decision.error) {
            case EACCES -> tells(decision, Icmp6.PROHIBITED, "ip6_pkt_prohibit");
            case EHOSTUNREACH, ENETUNREACH -> tells(decision, Icmp6.NO_ROUTE, "ip6_pkt_discard");
            case NONE, EINVAL, EAGAIN, EMSGSIZE ->
                    decision.drop(DropReason.NOT_SPECIFIED, "dst_discard_out");
        };
    }

    private static boolean tells(Decision decision, int code, String function) {
        Ip6Header header = decision.header6;
        boolean nowhere = Inet6.isUnspecified(header.destinationHigh, header.destinationLow);
        decision.count(nowhere ? SnmpCounter.IP6_IN_ADDR_ERRORS : SnmpCounter.IP6_IN_NO_ROUTES);
        decision.icmp6.tell(Icmp6.UNREACHABLE, code, 0);
        return decision.isIncomplete()
                || decision.drop(
                        nowhere ? DropReason.IP_INADDRERRORS : DropReason.IP_INNOROUTES, function);
    }

    @Override
    public String evidence(Decision decision) {
        return decision.input != Input.ERROR
                ? null
                : decision.error == Errno.EINVAL ? "EINVAL: silent" : "" + decision.error;
    }
}
