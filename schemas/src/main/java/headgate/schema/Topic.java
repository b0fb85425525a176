package headgate.schema;

import java.time.Duration;
import org.apache.avro.Schema;

/// Every topic: what it is called without prefix, what its records are, how it is divided and how
/// long it is kept. `docs/topics.md` is made from this list and the schemas.
public enum Topic {
    FRAMES("frames", "agent/capture point/lane", 4, days(3), "frame", "frame-batch"),
    ARRIVALS("arrivals", "agent", 4, days(90), "arrival-batch"),
    HOSTS("hosts", "agent", 1, null, "host-snapshot"),
    PROFILES("profiles", "name", 1, null, "profile"),
    PATH_STATS("path-stats", "agent", 4, days(7), "drop-reason", "path-stats"),
    PATH_FATES("path-fates", "agent", 4, Duration.ofHours(6), "drop-reason", "path-fates"),
    FLOWS("flows", "community id", 4, days(90), "loss-place", "flow-record"),
    JOINED_FLOWS("joined-flows", "community id", 4, days(90), "joined-flow"),
    ROLL_UPS("roll-ups", "dimension/seconds", 4, days(30), "roll-up"),
    FLOW_EVIDENCE("flow-evidence", "kind/subject", 4, Duration.ofHours(6), "evidence"),
    VERDICTS("verdicts", "agent", 4, days(7), "flow-key", "fate", "flow-verdict"),
    VERDICT_STATS("verdict-stats", "agent", 4, days(7), "verdict-stats"),
    FATE_CHANGES("fate-changes", "agent", 4, days(7), "flow-key", "fate", "fate-change"),
    LEDGER("ledger", "agent", 1, days(90), "ledger"),
    LOSSES("losses", "agent/capture point", 1, null, "loss-place", "capture-losses"),
    FINDINGS("findings", "kind", 1, days(90), "finding"),
    DEAD_LETTERS("dead-letters", "none", 1, days(21), "dead-letter"),
    SCHEMAS("schemas", "fingerprint, 16 hexadecimal digits", 1, null);

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
    private final int partitions;
    private final Duration retention;
    private final String[] schemaFiles;

    Topic(String baseName, String key, int partitions, Duration retention, String... schemaFiles) {
        this.baseName = baseName;
        this.key = key;
        this.partitions = partitions;
        this.retention = retention;
        this.schemaFiles = schemaFiles;
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

    /// Of its values; null for [#SCHEMAS], whose values are schemas in JSON.
    public Schema schema() {
        return schemaFiles.length == 0 ? null : SchemaFiles.load(schemaFiles);
    }

    /// How many partitions it is created with.
    public int partitions() {
        return partitions;
    }

    /// What becomes of old records.
    public Cleanup cleanup() {
        return retention == null ? Cleanup.COMPACT : Cleanup.DELETE;
    }

    /// How long records are kept; null where the last one of each key is kept.
    public Duration retention() {
        return retention;
    }
}
