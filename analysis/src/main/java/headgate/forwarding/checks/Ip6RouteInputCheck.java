package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.Errno;
import headgate.forwarding.Fib6Result;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Inet6;
import headgate.forwarding.RouteType;

/// What do the rules and tables say of the destination?
public final class Ip6RouteInputCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW6-4";
    }

    @Override
    public String function() {
        return "ip6_route_input";
    }

    @Override
    public boolean decides(Decision decision) {
        decision.takeFlow6();
        Errno error = decision.route6.input(decision.flow6, decision.skb, decision.result6);
        if (decision.result6.incomplete != null) {
            return decision.incomplete(decision.result6.incomplete);
        }
        decision.error =
                error == Errno.NONE && leadsNowhere(decision.result6) ? Errno.ENETUNREACH : error;
        decision.input = decision.error == Errno.NONE ? input(decision) : Input.ERROR;
        return false;
    }

    /// Routes by the loopback device that are not to addresses of the host's own refuse what they
    /// are for (kernel: `fib6_is_reject`).
    private static boolean leadsNowhere(Fib6Result result) {
        return !result.info().isOwnAddress()
                && result.nextHop().device().isLoopback()
                && !Inet6.isLoopback(result.prefix().high(), result.prefix().low());
    }

    /// Kernel: `ip6_rt_init_dst`.
    private static Input input(Decision decision) {
        RouteType type = decision.result6.info().type();
        if (type == RouteType.LOCAL || type == RouteType.ANYCAST) {
            return Input.LOCAL;
        }
        boolean toGroups =
                Inet6.isMulticast(decision.flow6.destinationHigh)
                        && Inet6.isMulticast(decision.result6.prefix().high());
        return toGroups ? Input.MULTICAST : Input.FORWARD;
    }

    @Override
    public String evidence(Decision decision) {
        if (decision.input == Input.UNDECIDED) {
            return null;
        }
        String rule = decision.result6.rule == null ? "" : "rule " + decision.result6.rule + ": ";
        String route = decision.result6.info() == null ? "no route" : "" + decision.result6.route();
        String error = decision.error == Errno.NONE ? "" : " (" + decision.error + ")";
        return rule + route + error;
    }
}
