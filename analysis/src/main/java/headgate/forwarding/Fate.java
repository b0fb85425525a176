package headgate.forwarding;

import headgate.forwarding.Decision.Outcome;
import headgate.packet.MacAddress;

/// What became of packets, in words: a verdict without its trail, as it is counted and published.
///
/// @param verdict `forward`, `forward+redirect`, `pending`, `local`, `reassembling`, `consumed`,
///   `reject`, `drop`, `incomplete`
/// @param reason for people; why it is incomplete; empty for packets that leave or stay
/// @param dropReason the kernel's word for a refusal; otherwise empty
/// @param icmp type and code of the ICMP error that answers a refusal: `3/13`; otherwise empty
/// @param rule the policy rule that decided; empty while the host has none of its own
/// @param route the route that decided; empty if none did
/// @param nextHop gateway or destination; empty for packets that do not leave
/// @param nextHopMac its link address; empty if it is not known or none is needed
/// @param outputDevice empty for packets that do not leave
public record Fate(
        String verdict,
        String reason,
        String dropReason,
        String icmp,
        String rule,
        String route,
        String nextHop,
        String nextHopMac,
        String outputDevice) {

    static final String INCOMPLETE = "incomplete";

    /// The fate that a decision holds.
    public static Fate of(Decision decision) {
        boolean refused = decision.outcome == Outcome.REFUSED;
        NextHop egress = decision.egress;
        return new Fate(
                verdict(decision),
                refused
                        ? ForwardingPath.reason(decision).name()
                        : decision.why == null ? "" : decision.why,
                refused ? decision.dropReason.name() : "",
                refused && decision.icmpType >= 0
                        ? decision.icmpType + "/" + decision.icmpCode
                        : "",
                decision.routed().rule == null ? "" : decision.routed().rule.toString(),
                decision.routed().route() == null ? "" : decision.routed().route().toString(),
                egress == null ? "" : ForwardingPath.nextHop(decision),
                decision.nextHopMac < 0 ? "" : MacAddress.format(decision.nextHopMac),
                egress == null ? "" : egress.device().name());
    }

    static Fate ofUnknownDevice(String device) {
        return new Fate(
                INCOMPLETE,
                "device " + device + " is not in the snapshot",
                "",
                "",
                "",
                "",
                "",
                "",
                "");
    }

    /// Whether a packet would notice: by which rule and route it comes about is no difference, and
    /// two answers that are incomplete tell of none.
    public boolean differsFrom(Fate other) {
        if (isIncomplete() && other.isIncomplete()) {
            return false;
        }
        return !(verdict.equals(other.verdict)
                && reason.equals(other.reason)
                && dropReason.equals(other.dropReason)
                && icmp.equals(other.icmp)
                && nextHop.equals(other.nextHop)
                && nextHopMac.equals(other.nextHopMac)
                && outputDevice.equals(other.outputDevice));
    }

    private boolean isIncomplete() {
        return verdict.equals(INCOMPLETE);
    }

    /// The verdict of [#of], without the rest.
    static String verdict(Decision decision) {
        return switch (decision.outcome) {
            case FORWARD -> decision.redirect ? "forward+redirect" : "forward";
            case PENDING -> "pending";
            case LOCAL -> "local";
            case REASSEMBLING -> "reassembling";
            case CONSUMED -> "consumed";
            case REFUSED -> decision.icmpType < 0 ? "drop" : "reject";
            case INCOMPLETE -> INCOMPLETE;
            case UNDECIDED -> throw new IllegalStateException("not decided");
        };
    }
}
