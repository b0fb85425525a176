package headgate.finding;

import java.util.List;

/// Expert information; `finding.avsc` says what each field means.
///
/// @param agent null if it is about none
/// @param advice null if there is nothing to do
public record Finding(
        String kind,
        Severity severity,
        String agent,
        String subject,
        long fromNanos,
        long untilNanos,
        long count,
        String what,
        List<String> evidence,
        String advice) {

    /// How much a finding matters, in the order of the schema.
    public enum Severity {
        INFO,
        WARNING,
        ERROR
    }

    public Finding {
        evidence = List.copyOf(evidence);
    }
}
