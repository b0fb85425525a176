package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.DropReason;
import headgate.forwarding.Errno;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.SnmpCounter;

/// What is the source told of a route that refuses?
public final class RouteErrorCheck extends ForwardingCheck {
    private static final int UNREACHABLE = 3;
    private static final int NETWORK = 0;
    private static final int HOST = 1;
    private static final int PROHIBITED = 13;

    @Override
    public String rule() {
        return "FW-12";
    }

    @Override
    public String function() {
        return "ip_error";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.input != Input.ERROR) {
            return false;
        }
        return decision.device.conf().forwarding() == 0
                ? decidesForHost(decision)
                : decidesForRouter(decision);
    }

    private boolean decidesForHost(Decision decision) {
        decision.count(SnmpCounter.IP_IN_ADDR_ERRORS);
        return decision.drop(DropReason.IP_INADDRERRORS, function());
    }

    private boolean decidesForRouter(Decision decision) {
        return switch (decision.error) {
            case EHOSTUNREACH -> tell(decision, DropReason.NOT_SPECIFIED, HOST);
            case EACCES -> tell(decision, DropReason.NOT_SPECIFIED, PROHIBITED);
            case ENETUNREACH -> {
                decision.count(SnmpCounter.IP_EXT_IN_NO_ROUTES);
                yield tell(decision, DropReason.IP_INNOROUTES, NETWORK);
            }
            case NONE, EINVAL, EAGAIN, EMSGSIZE ->
                    decision.drop(DropReason.NOT_SPECIFIED, function());
        };
    }

    private boolean tell(Decision decision, DropReason reason, int code) {
        return decision.dropAndTell(reason, function(), UNREACHABLE, code, 0);
    }

    @Override
    public String evidence(Decision decision) {
        return decision.input != Input.ERROR
                ? null
                : decision.error == Errno.EINVAL ? "EINVAL: silent" : "" + decision.error;
    }
}
