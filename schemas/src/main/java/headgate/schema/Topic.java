package headgate.schema;

import java.time.Duration;

/// Every topic: what it is called without prefix, what its records are, how it is divided and how
/// long it is kept. `docs/topics.md` is made from this list and the schemas.
public enum Topic {
    FRAMES("frames", "agent/capture point/lane", "frame-batch", 4, Cleanup.DELETE, days(3)),
    ARRIVALS("arrivals", "agent", "arrival-batch", 4, Cleanup.DELETE, days(90)),
    HOSTS("hosts", "agent", "host-snapshot", 1, Cleanup.COMPACT, null),
    PROFILES("profiles", "name", "profile", 1, Cleanup.COMPACT, null),
    PATH_STATS("path-stats", "agent", "path-stats", 4, Cleanup.DELETE, days(7)),
    PATH_FATES("path-fates", "agent", "path-fates", 4, Cleanup.DELETE, Duration.ofHours(6)),
    FLOWS("flows", "community id", "flow-record", 4, Cleanup.DELETE, days(90)),
    VERDICTS("verdicts", "agent", "verdict", 4, Cleanup.DELETE, days(7)),
    FATE_CHANGES("fate-changes", "agent", "fate-change", 4, Cleanup.DELETE, days(7)),
    LEDGER("ledger", "agent", "ledger", 1, Cleanup.DELETE, days(90)),
    FINDINGS("findings", "kind", "finding", 1, Cleanup.DELETE, days(90)),
    DEAD_LETTERS("dead-letters", "none", "dead-letter", 1, Cleanup.DELETE, days(21)),
    SCHEMAS("schemas", "fingerprint, 16 hexadecimal digits", null, 1, Cleanup.COMPACT, null);

    /// What the broker does with old records (`cleanup.policy`).
    public enum Cleanup {
        DELETE,
        COMPACT
    }

    /// Largest record batch that every topic takes (`max.message.bytes`): more than one value and
    /// what the producer puts around it.
    public static final int MAX_MESSAGE_BYTES = 8 << 20;

    private final String baseName;
    private final String key;
    private final String schemaFile;
    private final int partitions;
    private final Cleanup cleanup;
    private final Duration retention;

    Topic(
            String baseName,
            String key,
            String schemaFile,
            int partitions,
            Cleanup cleanup,
            Duration retention) {
        this.baseName = baseName;
        this.key = key;
        this.schemaFile = schemaFile;
        this.partitions = partitions;
        this.cleanup = cleanup;
        this.retention = retention;
    }

    private static Duration days(int days) {
        return Duration.ofDays(days);
    }

    /// Its name without prefix.
    public String baseName() {
        return baseName;
    }

    /// What its records' keys are, in UTF-8.
    public String key() {
        return key;
    }

    /// Name of the value's `.avsc` without the ending; null for [#SCHEMAS], whose values are
    /// schemas in JSON.
    public String schemaFile() {
        return schemaFile;
    }

    /// How many partitions it is created with.
    public int partitions() {
        return partitions;
    }

    /// What becomes of old records.
    public Cleanup cleanup() {
        return cleanup;
    }

    /// How long records are kept; null where the last one of each key is kept.
    public Duration retention() {
        return retention;
    }
}
