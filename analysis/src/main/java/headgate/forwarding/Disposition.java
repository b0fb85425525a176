package headgate.forwarding;

import headgate.forwarding.Verdict.Reason;
import java.util.EnumSet;
import java.util.Set;

/// What becomes of a packet, in the words of reachability tools such as Batfish; the table in
/// `docs/forwarding.md` maps verdicts to them.
public enum Disposition {
    /// Taken up by the host itself.
    ACCEPTED,

    /// Sent to a gateway.
    EXITS_NETWORK,

    /// Sent to its destination, on a link of the host.
    DELIVERED_TO_SUBNET,

    /// Waits for a link address.
    NEIGHBOR_UNREACHABLE,

    NO_ROUTE,

    /// Refused by a route that says so.
    NULL_ROUTED,

    /// Refused before it had a way out.
    DENIED_IN,

    /// Refused on its way out.
    DENIED_OUT,

    INSUFFICIENT_INFO;

    private static final Set<Reason> WITHOUT_ROUTE =
            EnumSet.of(Reason.NO_ROUTE, Reason.UNREACHABLE, Reason.NOT_FORWARDING);

    private static final Set<Reason> REFUSING_ROUTE = EnumSet.of(Reason.BLACKHOLE, Reason.PROHIBIT);

    private static final Set<Reason> AT_THE_DOOR =
            EnumSet.of(
                    Reason.MARTIAN,
                    Reason.RP_FILTER,
                    Reason.NOT_FOR_US,
                    Reason.NOT_WANTED,
                    Reason.MALFORMED);

    /// That of a decision that was made.
    public static Disposition of(Decision decision) {
        return switch (decision.outcome) {
            case FORWARD -> decision.egress.hasGateway() ? EXITS_NETWORK : DELIVERED_TO_SUBNET;
            case PENDING -> NEIGHBOR_UNREACHABLE;
            case LOCAL, REASSEMBLING, CONSUMED -> ACCEPTED;
            case REFUSED -> refused(decision);
            case INCOMPLETE, UNDECIDED -> INSUFFICIENT_INFO;
        };
    }

    private static Disposition refused(Decision decision) {
        Reason reason = ForwardingPath.reason(decision);
        if (reason == Reason.NO_CARRIER) {
            return NEIGHBOR_UNREACHABLE;
        }
        if (WITHOUT_ROUTE.contains(reason)) {
            return NO_ROUTE;
        }
        if (REFUSING_ROUTE.contains(reason)) {
            return NULL_ROUTED;
        }
        return decision.input == Decision.Input.FORWARD && !AT_THE_DOOR.contains(reason)
                ? DENIED_OUT
                : DENIED_IN;
    }
}
