package headgate.finding;

import headgate.finding.Finding.Severity;
import headgate.flow.ConnState;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.join.FlowStep;
import headgate.packet.IpProtocol;
import java.util.ArrayList;

/// Large segments of one sender do not get through though its handshakes do: path MTU discovery
/// fails (RFC 2923, section 2.1). `flows` did not end properly after large segments were repeated,
/// `amount` such segments; `outOf` are ICMP messages that told the sender that packets are too big.
final class MtuBlackHole implements Detector {
    /// Once is a lost segment, twice bad luck (RFC 8899, section 4.3: three probes).
    private static final int ENOUGH_REPEATED = 3;

    /// Every fifth segment is repeated, or more: the flow does not go on.
    private static final int ONE_OF = 5;

    private static final int DESTINATION_UNREACHABLE = 3;
    private static final int FRAGMENTATION_NEEDED = 4;
    private static final int ICMPV6_PACKET_TOO_BIG = 2;

    @Override
    public String kind() {
        return "mtu-black-hole";
    }

    @Override
    public void observe(FlowStep step, Notebook notes) {
        FlowRecord flow = step.flow();
        if (isTooBig(flow)) {
            // One direction only: its receiver is the sender of the large packets.
            notes.about(Subject.address(flow, flow.responder())).outOf += step.packets();
        } else if (flow.protocol() == IpProtocol.TCP && step.ends() && isOpen(flow.state())) {
            observe(flow, flow.originator(), notes);
            observe(flow, flow.responder(), notes);
        }
    }

    private static boolean isTooBig(FlowRecord flow) {
        return switch (flow.protocol()) {
            case IpProtocol.ICMP ->
                    flow.originator().port() == DESTINATION_UNREACHABLE
                            && flow.responder().port() == FRAGMENTATION_NEEDED;
            case IpProtocol.ICMPV6 -> flow.originator().port() == ICMPV6_PACKET_TOO_BIG;
            default -> false;
        };
    }

    /// The handshake was done, and the connection was not closed by both.
    private static boolean isOpen(ConnState state) {
        return switch (state) {
            case S1, S2, S3, RSTO, RSTR -> true;
            case S0, SF, REJ, RSTOS0, RSTRH, SH, SHR, OTH -> false;
        };
    }

    private static void observe(FlowRecord flow, Side sender, Notebook notes) {
        long repeated = sender.retransmissions();
        long repeatedBytes = sender.payloadBytes() - sender.streamBytes();
        if (repeated >= ENOUGH_REPEATED
                && repeated * ONE_OF >= sender.packets()
                && repeatedBytes >= repeated * notes.thresholds().largeBytes()) {
            Note note = notes.about(Subject.address(flow, sender));
            note.show(flow.communityId(), flow.firstNanos(), flow.lastNanos());
            note.amount += repeated;
        }
    }

    @Override
    public Finding judge(Evidence evidence, FindingThresholds thresholds) {
        boolean told = evidence.outOf() > 0;
        if (evidence.flows() < (told ? 1 : thresholds.stalled())) {
            return null;
        }
        var why = new ArrayList<String>();
        why.add(
                "%d large segments were repeated in connections that were open and did not close"
                        .formatted(evidence.amount()));
        why.add(
                told
                        ? "%d ICMP messages told the sender that packets are too big"
                                .formatted(evidence.outOf())
                        : "no ICMP message said that packets are too big");
        why.add(Wording.examples(evidence));
        return new Finding(
                kind(),
                Severity.WARNING,
                null,
                evidence.subject(),
                evidence.firstNanos(),
                evidence.lastNanos(),
                evidence.flows(),
                "large segments of %s do not get through in %d connections"
                        .formatted(evidence.subject(), evidence.flows()),
                why,
                told
                        ? "The sender does not heed them: see its firewall for ICMP, its route's"
                                + " locked MTU (`ip route get`), and net.ipv4.ip_no_pmtu_disc."
                        : "Find the hop with `tracepath`; let ICMP type 3 code 4 (ICMPv6 type 2) through,"
                                + " clamp the MSS there, or set net.ipv4.tcp_mtu_probing=1 at the"
                                + " sender.");
    }
}
