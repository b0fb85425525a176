package headgate.finding;

import headgate.finding.Finding.Severity;
import headgate.flow.ConnState;
import headgate.flow.FlowRecord;
import headgate.flow.join.FlowStep;
import headgate.packet.IpProtocol;
import java.util.List;

/// One address fails to connect at many ports of one host, or at many hosts at the same port: what
/// Zeek's `scan.zeek` counts. TCP only. `distinct` are the ports, or the hosts; `amount` of the
/// attempts in `flows` were refused.
final class PortScan implements Detector {
    private final ScanShape shape;

    PortScan(ScanShape shape) {
        this.shape = shape;
    }

    @Override
    public String kind() {
        return shape == ScanShape.PORTS ? "port-scan" : "host-scan";
    }

    @Override
    public void observe(FlowStep step, Notebook notes) {
        FlowRecord flow = step.flow();
        if (flow.protocol() != IpProtocol.TCP || !step.ends() || !failed(flow.state())) {
            return;
        }
        var from = flow.originator();
        var to = flow.responder();
        Note note = shape.note(notes, flow, from, to);
        note.of++;
        note.show(flow.communityId(), flow.firstNanos(), flow.lastNanos());
        note.amount += flow.state() == ConnState.REJ ? 1 : 0;
        note.tell(shape.target(to));
    }

    /// Not answered, refused, or given up by the client before it was open.
    private static boolean failed(ConnState state) {
        return switch (state) {
            case S0, REJ, RSTOS0, SH -> true;
            case S1, S2, S3, SF, RSTO, RSTR, RSTRH, SHR, OTH -> false;
        };
    }

    @Override
    public Finding judge(Evidence evidence, FindingThresholds thresholds) {
        if (evidence.distinct().size() < shape.enough(thresholds)) {
            return null;
        }
        return new Finding(
                kind(),
                Severity.WARNING,
                null,
                evidence.subject(),
                evidence.firstNanos(),
                evidence.lastNanos(),
                evidence.flows(),
                "%s: attempts at %s %s failed"
                        .formatted(evidence.subject(), evidence.different(), shape.words()),
                List.of(
                        "%d attempts in this minute, %d of them refused"
                                .formatted(evidence.flows(), evidence.amount()),
                        Wording.examples(evidence)),
                "See which of them were open to it: `headgate flows … 'src host ADDRESS and tcp'`"
                        + " and its states other than S0 and REJ.");
    }
}
