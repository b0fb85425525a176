package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.DropReason;
import headgate.forwarding.Errno;
import headgate.forwarding.ForwardingCheck;

/// What do the rules and tables say of the destination, and may this device forward?
public final class RouteLookupCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-6";
    }

    @Override
    public String function() {
        return "fib_lookup";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.input != Input.UNDECIDED) {
            return false;
        }
        if (decision.host.noRoutes() != null) {
            return decision.incomplete(decision.host.noRoutes());
        }
        Errno error = decision.host.rules().lookup(decision.flow, false, decision.result);
        if (decision.result.incomplete != null) {
            return decision.incomplete(decision.result.incomplete);
        }
        return error == Errno.NONE ? decidesOnType(decision) : decidesOnError(decision, error);
    }

    /// While forwarding is off, every error reads EHOSTUNREACH.
    private static boolean decidesOnError(Decision decision, Errno error) {
        int forwarding = decision.device.conf().forwarding();
        if (decision.isUnknown(forwarding, "forwarding")) {
            return true;
        }
        decision.input = Input.ERROR;
        decision.error = forwarding == 0 ? Errno.EHOSTUNREACH : error;
        return false;
    }

    private static boolean decidesOnType(Decision decision) {
        return switch (decision.result.info().type()) {
            case BROADCAST -> decidesOnBroadcast(decision);
            case LOCAL -> {
                decision.input = Input.LOCAL;
                yield false;
            }
            case UNICAST -> decidesOnForwarding(decision);
            case ANYCAST, MULTICAST, BLACKHOLE, UNREACHABLE, PROHIBIT, THROW -> {
                int forwarding = decision.device.conf().forwarding();
                yield decision.isUnknown(forwarding, "forwarding")
                        || (forwarding == 0
                                ? decidesOnForwarding(decision)
                                : decision.drop(DropReason.IP_INVALID_DEST, "ip_rcv_finish_core"));
            }
        };
    }

    private static boolean decidesOnBroadcast(Decision decision) {
        int forwards = decision.device.conf().bcForwarding();
        if (decision.isUnknown(forwards, "bc_forwarding")) {
            return true;
        }
        if (forwards == 1) {
            return decision.incomplete("forwarding of directed broadcasts is not modelled");
        }
        decision.input = Input.BROADCAST;
        return false;
    }

    private static boolean decidesOnForwarding(Decision decision) {
        int forwarding = decision.device.conf().forwarding();
        if (decision.isUnknown(forwarding, "forwarding")) {
            return true;
        }
        decision.input = forwarding == 1 ? Input.FORWARD : Input.ERROR;
        decision.error = forwarding == 1 ? Errno.NONE : Errno.EHOSTUNREACH;
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        if (decision.result.info() == null && decision.error == Errno.NONE) {
            return null;
        }
        String rule = decision.result.rule == null ? "" : "rule " + decision.result.rule + ": ";
        String route = decision.result.info() == null ? "no route" : "" + decision.result.route();
        String error = decision.error == Errno.NONE ? "" : " (" + decision.error + ")";
        return rule + route + error;
    }
}
