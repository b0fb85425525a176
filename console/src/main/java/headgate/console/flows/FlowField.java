package headgate.console.flows;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.FlowTotals;
import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// One thing that `headgate flows` can say of a flow, as `-e`, `-s` and `--where` name it and as a
/// key in JSON.
///
/// @param name as on the command line and in JSON
/// @param description one line for people
/// @param type what its values are
/// @param order from the smallest, what is not there before it; null if values have no order
/// @param total the number that the order goes by, if that is known before the record is made; null
///   otherwise
/// @param value as JSON and tables have it; null if it is not there
public record FlowField(
        String name,
        String description,
        Type type,
        Comparator<FlowRecord> order,
        ToLongFunction<FlowTotals> total,
        Function<FlowRecord, Object> value) {

    /// What values are, and so what they may be compared with.
    public enum Type {
        /// A number.
        NUMBER,
        /// A time or duration in seconds.
        SECONDS,
        /// Yes or no.
        FLAG,
        /// A word.
        TEXT,
        /// An IP address.
        ADDRESS,
        /// Several numbers, or several texts.
        LIST,
        /// Lists of texts by name.
        NAMED_TEXTS
    }

    private static final int NANOS_DIGITS = 9;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(NANOS_DIGITS).toFormatter(Locale.ROOT);

    /// Every field of a JSON object, in its order.
    public static final List<FlowField> ALL = FlowFields.all();

    /// Fields that say again what those of [#ALL] say, under the words of the table that people
    /// read.
    public static final List<FlowField> SHORT = FlowFields.shortOnes();

    /// The order of a number. `Comparator.comparingLong` gives the same, but is serializable, and
    /// no AOT cache takes that: many a small command would take as long to make orders as to read.
    public static <F> Comparator<F> by(ToLongFunction<? super F> number) {
        return (a, b) -> Long.compare(number.applyAsLong(a), number.applyAsLong(b));
    }

    /// This field, ordered by a number that is known before the record is made.
    FlowField byTotal(ToLongFunction<FlowTotals> total) {
        return new FlowField(name, description, type, order, total, value);
    }

    /// The field of this name; null if there is none.
    public static FlowField named(String name) {
        return everyOne().filter(field -> field.name.equals(name)).findFirst().orElse(null);
    }

    /// What was said under one of tshark's names.
    static FlowField ofMetadata(String name) {
        return new FlowField(
                name,
                "metadata of this name",
                Type.NAMED_TEXTS,
                null,
                null,
                r -> {
                    List<String> texts = r.metadata().get(name);
                    return texts == null ? null : Map.of(name, texts);
                });
    }

    /// The names of all fields.
    public static List<String> names() {
        return everyOne().map(FlowField::name).toList();
    }

    /// [#ALL] and [#SHORT].
    public static Stream<FlowField> everyOne() {
        return Stream.concat(ALL.stream(), SHORT.stream());
    }

    /// Whether its values have an order.
    public boolean isOrdered() {
        return order != null;
    }

    /// The number, exactly; null if it is none.
    static BigDecimal decimal(Object value) {
        return switch (value) {
            case Long number -> BigDecimal.valueOf(number);
            case BigDecimal number -> number;
            case null, default -> null;
        };
    }

    /// Writes name and value; nothing if the value is not there.
    public void write(JsonGenerator json, FlowRecord record) throws IOException {
        switch (value.apply(record)) {
            case null -> {}
            case Long number -> json.writeNumberField(name, number);
            case BigDecimal number -> json.writeNumberField(name, number);
            case Boolean flag -> json.writeBooleanField(name, flag);
            case List<?> items -> {
                json.writeArrayFieldStart(name);
                for (Object item : items) {
                    if (item instanceof Integer number) {
                        json.writeNumber(number);
                    } else {
                        json.writeString((String) item);
                    }
                }
                json.writeEndArray();
            }
            case Map<?, ?> named -> {
                json.writeObjectFieldStart(name);
                for (var field : named.entrySet()) {
                    writeTexts(json, (String) field.getKey(), (List<?>) field.getValue());
                }
                json.writeEndObject();
            }
            case Object text -> json.writeStringField(name, text.toString());
        }
    }

    /// One value alone, several as an array, as `headgate packets` gives them.
    private static void writeTexts(JsonGenerator json, String name, List<?> texts)
            throws IOException {
        if (texts.size() == 1) {
            json.writeStringField(name, (String) texts.getFirst());
            return;
        }
        json.writeArrayFieldStart(name);
        for (Object text : texts) {
            json.writeString((String) text);
        }
        json.writeEndArray();
    }

    /// As a cell of a table.
    public String text(FlowRecord record) {
        return switch (value.apply(record)) {
            case null -> "-";
            case BigDecimal number -> number.toPlainString();
            case List<?> items ->
                    String.join(
                            items.getFirst() instanceof Integer ? "." : ", ",
                            items.stream().map(Object::toString).toList());
            case Map<?, ?> named -> texts(named);
            case Object other -> other.toString();
        };
    }

    private static String texts(Map<?, ?> named) {
        var texts = new ArrayList<String>();
        for (var field : named.entrySet()) {
            for (Object text : (List<?>) field.getValue()) {
                texts.add(field.getKey() + "=" + text);
            }
        }
        return String.join(" ", texts);
    }

    // ---- Values ----

    static IpAddress ipAddress(FlowRecord record, Side side) {
        return new IpAddress(record.ipVersion(), side.addressHigh(), side.addressLow());
    }

    public static String address(FlowRecord record, Side side) {
        return IpAddress.format(record.ipVersion(), side.addressHigh(), side.addressLow());
    }

    /// The name of an IP protocol for people; its number where it has none here.
    public static String protocol(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> "tcp";
            case IpProtocol.UDP -> "udp";
            case IpProtocol.ICMP -> "icmp";
            case IpProtocol.ICMPV6 -> "icmp6";
            case IpProtocol.SCTP -> "sctp";
            case IpProtocol.IGMP -> "igmp";
            default -> Integer.toString(protocol);
        };
    }

    /// Whether the ends of the flow have ports.
    public static boolean hasPorts(FlowRecord record) {
        return switch (record.protocol()) {
            case IpProtocol.TCP,
                    IpProtocol.UDP,
                    IpProtocol.SCTP,
                    IpProtocol.DCCP,
                    IpProtocol.UDP_LITE ->
                    true;
            default -> false;
        };
    }

    /// RFC 3339, to the nanosecond.
    public static String time(long nanos) {
        return TIME.format(
                Instant.ofEpochSecond(
                        Math.floorDiv(nanos, NANOS_PER_SECOND),
                        Math.floorMod(nanos, NANOS_PER_SECOND)));
    }
}
