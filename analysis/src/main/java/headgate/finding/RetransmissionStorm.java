package headgate.finding;

import headgate.finding.Finding.Severity;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.join.FlowStep;
import headgate.flow.join.SideSums;
import headgate.packet.IpProtocol;
import java.util.List;

/// One network sends another one a good part of its segments twice. `amount` of `outOf` segments of
/// TCP, `distinct` are flows that repeated some.
final class RetransmissionStorm implements Detector {
    @Override
    public String kind() {
        return "retransmission-storm";
    }

    @Override
    public void observe(FlowStep step, Notebook notes) {
        FlowRecord flow = step.flow();
        if (flow.protocol() == IpProtocol.TCP) {
            observe(step, flow.originator(), flow.responder(), step.originator(), notes);
            observe(step, flow.responder(), flow.originator(), step.responder(), notes);
        }
    }

    private static void observe(FlowStep step, Side from, Side to, SideSums sums, Notebook notes) {
        if (sums.packets() == 0) {
            return;
        }
        FlowRecord flow = step.flow();
        Note note = notes.about(Subject.networkToNetwork(flow, from, to, notes.networks(), ""));
        note.outOf += sums.packets();
        if (sums.retransmissions() > 0) {
            note.amount += sums.retransmissions();
            note.show(flow.communityId(), step.fromNanos(), step.toNanos());
            note.tell(flow.communityId().hashCode());
        }
    }

    @Override
    public Finding judge(Evidence evidence, FindingThresholds thresholds) {
        if (evidence.amount() < thresholds.repeated()
                || evidence.amount() < thresholds.repeatedShare() * evidence.outOf()) {
            return null;
        }
        String share = Wording.percent(evidence.amount(), evidence.outOf());
        return new Finding(
                kind(),
                Severity.WARNING,
                null,
                evidence.subject(),
                evidence.firstNanos(),
                evidence.lastNanos(),
                evidence.amount(),
                "%s: %s of the segments were sent again".formatted(evidence.subject(), share),
                List.of(
                        "%d of %d segments in this minute, in %s flows"
                                .formatted(
                                        evidence.amount(), evidence.outOf(), evidence.different()),
                        Wording.examples(evidence)),
                "Look for the hop that loses them: `joined-flows` has what each capture point missed,"
                        + " `ethtool -S` and `tc -s qdisc` count drops, `headgate path` shows those of"
                        + " the receive path.");
    }
}
