package headgate.finding;

import headgate.finding.Finding.Severity;
import headgate.flow.FlowRecord;
import headgate.flow.join.FlowStep;
import headgate.packet.IpProtocol;
import java.util.List;

/// Many connections to one port that their senders never went on with (RFC 4987): a SYN, and no ACK
/// of the answer. `flows` of `of` attempts, `distinct` their senders' addresses.
final class SynFlood implements Detector {
    @Override
    public String kind() {
        return "syn-flood";
    }

    @Override
    public void observe(FlowStep step, Notebook notes) {
        FlowRecord flow = step.flow();
        var client = flow.originator();
        if (flow.protocol() != IpProtocol.TCP
                || !step.ends()
                || !TcpFlags.has(client, TcpFlags.SYN)) {
            return;
        }
        Note note = notes.about(Subject.addressAndPort(flow, flow.responder()));
        note.of++;
        if (!TcpFlags.has(client, TcpFlags.ACK)) {
            note.show(flow.communityId(), flow.firstNanos(), flow.lastNanos());
            note.tell(Long.hashCode(client.addressHigh() * 31 + client.addressLow()));
        }
    }

    @Override
    public Finding judge(Evidence evidence, FindingThresholds thresholds) {
        long halfOpen = evidence.flows();
        if (halfOpen < thresholds.halfOpen()
                || halfOpen < thresholds.halfOpenShare() * evidence.of()) {
            return null;
        }
        return new Finding(
                kind(),
                Severity.ERROR,
                null,
                evidence.subject(),
                evidence.firstNanos(),
                evidence.lastNanos(),
                halfOpen,
                "%d connections to %s were begun and not gone on with"
                        .formatted(halfOpen, evidence.subject()),
                List.of(
                        "%d of %d attempts in this minute sent a SYN and no ACK"
                                .formatted(halfOpen, evidence.of()),
                        "from %s addresses".formatted(evidence.different()),
                        Wording.examples(evidence)),
                "See whether the listener overflows (`nstat -az TcpExtListenOverflows"
                        + " TcpExtTCPReqQFullDoCookies`), keep net.ipv4.tcp_syncookies at 1, and"
                        + " drop forged senders where they come in (rp_filter).");
    }
}
