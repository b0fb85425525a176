package headgate.finding;

import headgate.finding.Finding.Severity;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.join.FlowStep;
import headgate.packet.IpProtocol;
import java.util.List;

/// A capture point sees only one side of connections that do have two: the side that it sees
/// acknowledges what it does not. `flows` of `of` flows of TCP between two networks.
final class AsymmetricRoute implements Detector {
    /// A SYN, what acknowledges its answer, and one more.
    private static final int ENOUGH_PACKETS = 3;

    @Override
    public String kind() {
        return "asymmetric-route";
    }

    @Override
    public void observe(FlowStep step, Notebook notes) {
        FlowRecord flow = step.flow();
        if (flow.protocol() != IpProtocol.TCP
                || flow.interim()
                || flow.packets() < ENOUGH_PACKETS) {
            return;
        }
        boolean originatorIsAlone = flow.responder().packets() == 0;
        Side seen = originatorIsAlone ? flow.originator() : flow.responder();
        Side other = originatorIsAlone ? flow.responder() : flow.originator();
        Note note =
                notes.about(
                        Subject.networkToNetwork(
                                flow, seen, other, notes.networks(), step.capturePoint()));
        note.of++;
        if (other.packets() == 0 && TcpFlags.has(seen, TcpFlags.ACK)) {
            note.show(flow.communityId(), flow.firstNanos(), flow.lastNanos());
        }
    }

    @Override
    public Finding judge(Evidence evidence, FindingThresholds thresholds) {
        if (evidence.flows() < thresholds.oneWay()
                || evidence.flows() < thresholds.oneWayShare() * evidence.of()) {
            return null;
        }
        return new Finding(
                kind(),
                Severity.INFO,
                null,
                evidence.subject(),
                evidence.firstNanos(),
                evidence.lastNanos(),
                evidence.flows(),
                "%s: %d connections were seen in this direction only"
                        .formatted(evidence.subject(), evidence.flows()),
                List.of(
                        "of %d connections in this minute; acknowledgments show that the other side"
                                        .formatted(evidence.of())
                                + " does answer",
                        Wording.examples(evidence)),
                "The answers take another way, or the mirror port copies one direction. Find the other"
                        + " way with `ip route get ADDRESS` at both ends; stateful firewalls"
                        + " and rp_filter=1 drop such traffic.");
    }
}
