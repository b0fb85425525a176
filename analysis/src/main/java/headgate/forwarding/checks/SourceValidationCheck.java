package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.DropReason;
import headgate.forwarding.Errno;
import headgate.forwarding.FibResult;
import headgate.forwarding.Flowi4;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.InDevice;
import headgate.forwarding.Inet4;
import headgate.forwarding.NetDevice;
import headgate.forwarding.RouteType;
import headgate.forwarding.SnmpCounter;

/// Would an answer to the source leave by the device that the packet came in by? Asks for what
/// `rp_filter` and `accept_local` want to know.
public final class SourceValidationCheck extends ForwardingCheck {
    private static final int STRICT = 1;

    @Override
    public String rule() {
        return "FW-8";
    }

    @Override
    public String function() {
        return "fib_validate_source";
    }

    @Override
    public boolean decides(Decision decision) {
        return switch (decision.input) {
            case UNDECIDED, ERROR -> false;
            case LOCAL -> validates(decision, decision.flow.destination, null);
            case BROADCAST, MULTICAST -> decision.flow.source != 0 && validates(decision, 0, null);
            case FORWARD ->
                    validates(
                            decision,
                            decision.flow.destination,
                            decision.result.nextHop().device());
        };
    }

    /// @param outputDevice by which the packet will leave; null if it stays
    private boolean validates(Decision decision, int destination, NetDevice outputDevice) {
        InDevice conf = decision.device.conf();
        if (decision.isUnknown(conf.rpFilter(), "rp_filter")
                || decision.isUnknown(conf.acceptLocal(), "accept_local")
                || decision.isUnknown(conf.sendRedirects(), "send_redirects")) {
            return true;
        }
        if (conf.rpFilter() == 0
                && !decision.host.hasRealms()
                && (decision.device != outputDevice || conf.sendRedirects() == 0)) {
            if (conf.acceptLocal() == 1) {
                return false;
            }
            if (!decision.host.customLocalRoutes() && !decision.host.rules().isCustom()) {
                return decision.host.hasAddress(decision.flow.source)
                        && refuses(decision, DropReason.IP_LOCAL_SOURCE);
            }
        }
        return decidesByReverseLookup(decision, destination, outputDevice);
    }

    private boolean decidesByReverseLookup(
            Decision decision, int destination, NetDevice outputDevice) {
        InDevice conf = decision.device.conf();
        FibResult result = decision.reverseResult;
        if (prepares(decision, destination, outputDevice)) {
            return true;
        }
        decision.reverseLookedUp = true;
        Errno error = decision.host.rules().lookup(decision.reverse, false, result);
        if (isIncomplete(decision)) {
            return true;
        }
        if (error != Errno.NONE) {
            return conf.rpFilter() != 0 && refusesByFilter(decision);
        }
        RouteType type = result.info().type();
        if (type != RouteType.UNICAST && !(type == RouteType.LOCAL && conf.acceptLocal() == 1)) {
            return refuses(
                    decision,
                    type == RouteType.LOCAL
                            ? DropReason.IP_LOCAL_SOURCE
                            : DropReason.IP_INVALID_SOURCE);
        }
        if (result.info().uses(decision.device)) {
            decision.sourceOnLink = !result.nextHop().hasGateway();
            return false;
        }
        if (decision.device.addresses().isEmpty()) {
            return conf.rpFilter() != 0 && refusesByFilter(decision);
        }
        return conf.rpFilter() == STRICT ? refusesByFilter(decision) : decidesByDevice(decision);
    }

    /// What leaves by the device itself is on its link, whatever the best route says.
    private static boolean decidesByDevice(Decision decision) {
        decision.reverse.outputDevice = decision.device;
        FibResult result = decision.reverseResult;
        Errno error = decision.host.rules().lookup(decision.reverse, true, result);
        if (isIncomplete(decision)) {
            return true;
        }
        decision.sourceOnLink =
                error == Errno.NONE
                        && result.info().type() == RouteType.UNICAST
                        && !result.nextHop().hasGateway();
        return false;
    }

    private static boolean isIncomplete(Decision decision) {
        String why = decision.reverseResult.incomplete;
        return why != null && decision.incomplete(why);
    }

    /// The packet as its answer would be.
    private static boolean prepares(Decision decision, int destination, NetDevice outputDevice) {
        Flowi4 flow = decision.flow;
        Flowi4 reverse = decision.reverse;
        int marks = decision.device.conf().srcValidMark();
        if (flow.mark != 0 && decision.isUnknown(marks, "src_valid_mark")) {
            return true;
        }
        if (decision.host.noRoutes() != null) {
            return decision.incomplete(decision.host.noRoutes());
        }
        reverse.inputDevice = outputDevice == null ? decision.host.loopback() : outputDevice;
        reverse.outputDevice = null;
        reverse.source = destination;
        reverse.destination = flow.source;
        reverse.tos = flow.tos;
        reverse.mark = marks == 1 ? flow.mark : 0;
        boolean dissected = decision.host.rules().dissect();
        reverse.protocol = dissected ? flow.protocol : 0;
        reverse.sourcePort = dissected ? flow.destinationPort : 0;
        reverse.destinationPort = dissected ? flow.sourcePort : 0;
        return false;
    }

    private static boolean refusesByFilter(Decision decision) {
        decision.count(SnmpCounter.TCP_EXT_IP_REVERSE_PATH_FILTER);
        return refuses(decision, DropReason.IP_RPFILTER);
    }

    private static boolean refuses(Decision decision, DropReason reason) {
        return decision.drop(reason, "ip_rcv_finish_core");
    }

    @Override
    public String evidence(Decision decision) {
        if (decision.input == Input.UNDECIDED || decision.input == Input.ERROR) {
            return null;
        }
        String source = Inet4.format(decision.flow.source);
        String filter = "rp_filter " + decision.device.conf().rpFilter() + ", ";
        if (!decision.reverseLookedUp) {
            return filter + "own addresses searched for " + source;
        }
        return filter
                + (decision.reverseResult.info() == null
                        ? "no route back to " + source
                        : "route back to " + source + ": " + decision.reverseResult.route());
    }
}
