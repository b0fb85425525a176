package headgate.finding;

import headgate.finding.Finding.Severity;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.join.FlowStep;
import headgate.flow.join.SideSums;
import java.util.List;

/// An address closes its receive window again and again: its application does not read as fast as
/// it is sent to. `amount` segments closed it, `distinct` are flows.
final class ZeroWindowStall implements Detector {
    @Override
    public String kind() {
        return "zero-window-stall";
    }

    @Override
    public void observe(FlowStep step, Notebook notes) {
        FlowRecord flow = step.flow();
        observe(step, flow.originator(), step.originator(), notes);
        observe(step, flow.responder(), step.responder(), notes);
    }

    private static void observe(FlowStep step, Side side, SideSums sums, Notebook notes) {
        if (sums.zeroWindows() > 0) {
            FlowRecord flow = step.flow();
            Note note = notes.about(Subject.address(flow, side));
            note.show(flow.communityId(), step.fromNanos(), step.toNanos());
            note.amount += sums.zeroWindows();
            note.tell(flow.communityId().hashCode());
        }
    }

    @Override
    public Finding judge(Evidence evidence, FindingThresholds thresholds) {
        if (evidence.amount() < thresholds.zeroWindows()) {
            return null;
        }
        return new Finding(
                kind(),
                Severity.WARNING,
                null,
                evidence.subject(),
                evidence.firstNanos(),
                evidence.lastNanos(),
                evidence.amount(),
                "%s closed its receive window %d times"
                        .formatted(evidence.subject(), evidence.amount()),
                List.of(
                        "in %s flows in this minute".formatted(evidence.different()),
                        Wording.examples(evidence)),
                "The application there reads too slowly, or its buffer is small: see its Recv-Q with"
                        + " `ss -tim`, its CPU, and net.ipv4.tcp_rmem. The network is not at fault.");
    }
}
