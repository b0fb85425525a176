package headgate.finding;

import headgate.finding.Finding.Severity;
import headgate.flow.FlowRecord;
import headgate.flow.app.Application;
import headgate.flow.join.FlowStep;
import java.util.List;

/// A name server leaves questions without answer or without result. Of `of` exchanges `flows`
/// failed, `outOf` of these without any answer, the others with SERVFAIL or REFUSED; `amount` got
/// NXDOMAIN.
final class DnsFailures implements Detector {
    private static final List<String> FAILED = List.of("2", "5");
    private static final String NXDOMAIN = "3";

    @Override
    public String kind() {
        return "dns-failures";
    }

    @Override
    public void observe(FlowStep step, Notebook notes) {
        FlowRecord flow = step.flow();
        if (!step.ends()
                || !flow.application().equals(Application.DNS.label())
                || flow.originator().payloadBytes() == 0) {
            return;
        }
        Note note = notes.about(Subject.address(flow, flow.responder()));
        note.of++;
        List<String> codes = flow.metadata().getOrDefault("dns.flags.rcode", List.of());
        boolean silent = flow.responder().packets() == 0;
        if (silent || codes.stream().anyMatch(FAILED::contains)) {
            note.show(flow.communityId(), flow.firstNanos(), flow.lastNanos());
            note.outOf += silent ? 1 : 0;
        } else if (codes.contains(NXDOMAIN)) {
            note.amount++;
        }
    }

    @Override
    public Finding judge(Evidence evidence, FindingThresholds thresholds) {
        long failed = evidence.flows();
        long absent = evidence.amount();
        boolean fails = failed >= thresholds.dnsFailedShare() * evidence.of();
        boolean knowsNone = absent >= thresholds.dnsAbsentShare() * evidence.of();
        if (evidence.of() < thresholds.dnsQuestions() || !fails && !knowsNone) {
            return null;
        }
        return new Finding(
                kind(),
                Severity.WARNING,
                null,
                evidence.subject(),
                evidence.firstNanos(),
                evidence.lastNanos(),
                failed + absent,
                "%d of %d exchanges with the name server %s brought no name"
                        .formatted(failed + absent, evidence.of(), evidence.subject()),
                List.of(
                        "%d without answer, %d SERVFAIL or REFUSED, %d NXDOMAIN"
                                .formatted(evidence.outOf(), failed - evidence.outOf(), absent),
                        evidence.examples().isEmpty()
                                ? "every question was answered"
                                : Wording.examples(evidence)),
                fails
                        ? "Ask it itself (`dig @%s NAME`), and see whether its own forwarders answer."
                                .formatted(evidence.subject())
                        : "Look at the names: `headgate flows --app dns -e src -e metadata`. A wrong search"
                                + " domain, a service that is gone, or names made up by malware.");
    }
}
