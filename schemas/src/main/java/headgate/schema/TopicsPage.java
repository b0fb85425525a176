package headgate.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/// `docs/topics.md`: the topics and what each field of their values means, made from [Topic] and
/// the schemas' own words.
public final class TopicsPage {
    private static final String HEAD =
            """
            # Topics

            Made from `Topic` and the `doc` of the schemas in `schemas/src/main/avro`; do not edit. To make it again:
            `mvn -pl schemas -am test -Dtest=TopicsPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dtopics.write=true`

            Every name has a prefix, `headgate.` unless `--topic-prefix` says otherwise. Keys are text in UTF-8. A value is an Avro single
            object: `C3 01`, the CRC-64-AVRO fingerprint of its schema in eight bytes, lowest first, then the value in Avro's binary encoding.
            The topic `schemas` holds each schema under its fingerprint, so that no registry is needed. Headgate reads values of its former
            schemas too. A record's time is when it was
            published; what its content says about time is in its fields. Partitions of `frames` follow `--lanes`.

            """;

    private final StringBuilder page = new StringBuilder(HEAD);
    private final Set<String> described = new LinkedHashSet<>();

    private TopicsPage() {}

    /// Writes the page to the file that the only argument names.
    public static void main(String[] arguments) throws IOException {
        Files.writeString(Path.of(arguments[0]), text());
    }

    static String text() {
        var page = new TopicsPage();
        page.overview();
        for (Topic topic : Topic.values()) {
            page.topic(topic);
        }
        return page.page.toString();
    }

    private void overview() {
        page.append("| topic | key | value | partitions | kept |\n|---|---|---|---|---|\n");
        for (Topic topic : Topic.values()) {
            Schema schema = topic.schema();
            page.append(
                    "| [`%s`](#%s) | %s | %s | %d | %s |\n"
                            .formatted(
                                    topic.baseName(),
                                    topic.baseName(),
                                    topic.key(),
                                    schema == null
                                            ? "schema in JSON"
                                            : "`" + schema.getName() + "`",
                                    topic.partitions(),
                                    kept(topic)));
        }
    }

    private static String kept(Topic topic) {
        return switch (topic.cleanup()) {
            case COMPACT -> "last of each key";
            case DELETE -> length(topic.retention());
        };
    }

    private static String length(Duration retention) {
        return retention.toHours() < 48
                ? retention.toHours() + " hours"
                : retention.toDays() + " days";
    }

    private void topic(Topic topic) {
        Schema schema = topic.schema();
        page.append("\n## %s\n".formatted(topic.baseName()));
        if (schema == null) {
            page.append("\nThe schemas of all values, in JSON.\n");
            return;
        }
        page.append(
                "\nFingerprint `%016x`.\n"
                        .formatted(SchemaNormalization.parsingFingerprint64(schema)));
        described.clear();
        record(schema);
    }

    /// The record's table, and after it those of the records inside.
    private void record(Schema schema) {
        if (!described.add(schema.getFullName())) {
            return;
        }
        page.append("\n**%s**: %s\n\n".formatted(schema.getName(), schema.getDoc()));
        page.append("| field | type | meaning |\n|---|---|---|\n");
        var inside = new ArrayList<Schema>();
        for (Schema.Field field : schema.getFields()) {
            page.append(
                    "| `%s` | %s | %s |\n"
                            .formatted(
                                    field.name(),
                                    type(field.schema(), inside),
                                    field.doc().replace("|", "\\|")));
        }
        inside.forEach(this::record);
    }

    /// A type in words; records in it are added to `inside`.
    private static String type(Schema schema, List<Schema> inside) {
        return switch (schema.getType()) {
            case RECORD -> {
                inside.add(schema);
                yield schema.getName();
            }
            case ENUM -> "one of " + String.join(", ", schema.getEnumSymbols());
            case ARRAY -> "array of " + type(schema.getElementType(), inside);
            case MAP -> "map to " + type(schema.getValueType(), inside);
            case UNION -> union(schema, inside);
            case FIXED -> "%s (%d bytes)".formatted(schema.getName(), schema.getFixedSize());
            case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> plain(schema);
        };
    }

    private static String union(Schema schema, List<Schema> inside) {
        var words = new ArrayList<String>();
        for (Schema each : schema.getTypes()) {
            words.add(type(each, inside));
        }
        return String.join(" or ", words);
    }

    private static String plain(Schema schema) {
        String name = schema.getType().name().toLowerCase(Locale.ROOT);
        LogicalType logical = schema.getLogicalType();
        return logical == null ? name : name + " (" + logical.getName() + ")";
    }
}
