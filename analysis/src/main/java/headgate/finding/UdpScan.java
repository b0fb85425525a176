package headgate.finding;

import headgate.finding.Finding.Severity;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.join.FlowStep;
import headgate.packet.IpProtocol;
import java.util.List;

/// One address sends datagrams to many ports of one host, or to many hosts at the same port, and
/// nearly none answers. UDP has no refusal of its own, so silence is the evidence; what is silent
/// for other reasons is left out by [#isProbe]. `distinct` are the ports, or the hosts, that did
/// not answer; of `of` flows `flows` did not; `amount` of ICMP's "port unreachable" came back.
final class UdpScan implements Detector {
    private static final int ICMP_UNREACHABLE = 3;
    private static final int ICMP_PORT_UNREACHABLE = 3;
    private static final int ICMPV6_UNREACHABLE = 1;
    private static final int ICMPV6_PORT_UNREACHABLE = 4;

    private static final int PRIVILEGED_PORTS = 1024;

    /// Systems begin with 64, 128 or 255; packets of traceroute count up from 1.
    private static final int HOPS_OF_TRACEROUTE = 32;

    /// Scanners repeat a probe some times; calls and transfers of which one direction is seen send
    /// more.
    private static final int MOST_PROBES = 10;

    private final ScanShape shape;

    UdpScan(ScanShape shape) {
        this.shape = shape;
    }

    @Override
    public String kind() {
        return shape == ScanShape.PORTS ? "udp-port-scan" : "udp-host-scan";
    }

    @Override
    public void observe(FlowStep step, Notebook notes) {
        FlowRecord flow = step.flow();
        if (!step.ends()) {
            return;
        }
        Side from = flow.originator();
        Side to = flow.responder();
        if (shape == ScanShape.PORTS && isPortUnreachable(flow)) {
            shape.note(notes, flow, to, from).amount += from.packets();
        }
        if (flow.protocol() != IpProtocol.UDP || from.packets() == 0 || isToMany(flow, to)) {
            return;
        }
        Note note = shape.note(notes, flow, from, to);
        note.of++;
        if (isProbe(from, to)) {
            note.show(flow.communityId(), flow.firstNanos(), flow.lastNanos());
            note.tell(shape.target(to));
        }
    }

    /// Whether it looks like a scanner's: not answered, few datagrams, none of traceroute's, and
    /// not an answer whose question was not seen.
    private static boolean isProbe(Side from, Side to) {
        boolean isAnswer = from.port() < PRIVILEGED_PORTS && to.port() >= PRIVILEGED_PORTS;
        boolean isTraceroute =
                from.minTimeToLive() >= 0 && from.minTimeToLive() < HOPS_OF_TRACEROUTE;
        return to.packets() == 0 && from.packets() <= MOST_PROBES && !isAnswer && !isTraceroute;
    }

    private static boolean isPortUnreachable(FlowRecord flow) {
        return flow.ipVersion() == 4
                ? flow.icmpType() == ICMP_UNREACHABLE && flow.icmpCode() == ICMP_PORT_UNREACHABLE
                : flow.icmpType() == ICMPV6_UNREACHABLE
                        && flow.icmpCode() == ICMPV6_PORT_UNREACHABLE;
    }

    /// Multicast and broadcast are answered by others, or by nobody.
    private static boolean isToMany(FlowRecord flow, Side to) {
        return flow.ipVersion() == 4
                ? to.addressLow() >>> 28 >= 0xe
                : to.addressHigh() >>> 56 == 0xff;
    }

    @Override
    public Finding judge(Evidence evidence, FindingThresholds thresholds) {
        if (evidence.distinct().size() < shape.enough(thresholds)
                || evidence.flows() < thresholds.silentShare() * evidence.of()) {
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
                "%s: datagrams to %s %s were not answered"
                        .formatted(evidence.subject(), evidence.different(), shape.words()),
                List.of(
                        "%d of %d flows in this minute had no answer"
                                .formatted(evidence.flows(), evidence.of()),
                        shape == ScanShape.PORTS
                                ? "\"port unreachable\" came back %d times"
                                        .formatted(evidence.amount())
                                : "each with at most %d datagrams".formatted(MOST_PROBES),
                        Wording.examples(evidence)),
                "See what answered: `headgate flows … --where 'src = ADDRESS and resp_pkts > 0' udp`."
                        + " Management and discovery poll as well: ask whose address it is.");
    }
}
