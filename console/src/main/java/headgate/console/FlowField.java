package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.packet.IpAddress;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// One thing that `headgate flows` can say of a flow, as `-e` names it and as a key in JSON.
///
/// @param name as on the command line and in JSON
/// @param description one line for people
/// @param value a number, a text, a list of numbers or texts by name; null if it is not there
record FlowField(String name, String description, Function<FlowRecord, Object> value) {
    private static final int NANOS_DIGITS = 9;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(NANOS_DIGITS).toFormatter(Locale.ROOT);
    private static final String[] TCP_FLAGS = {
        "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"
    };

    /// Every field, in the order in which JSON gives them.
    static final List<FlowField> ALL = all();

    private static List<FlowField> all() {
        var fields = new ArrayList<FlowField>();
        fields.add(field("proto", "IP protocol number", r -> (long) r.protocol()));
        fields.add(field("src", "originator's address", r -> address(r, r.originator())));
        fields.add(field("sport", "its port; ICMP type", r -> (long) r.originator().port()));
        fields.add(field("dst", "responder's address", r -> address(r, r.responder())));
        fields.add(
                field(
                        "dport",
                        "its port; ICMP code or type of the reply",
                        r -> (long) r.responder().port()));
        fields.add(field("start", "first frame, seconds since 1970", r -> seconds(r.firstNanos())));
        fields.add(field("start_time", "first frame, RFC 3339", r -> time(r.firstNanos())));
        fields.add(
                field(
                        "duration",
                        "from first to last frame, seconds",
                        r -> seconds(r.lastNanos() - r.firstNanos())));
        both(fields, "pkts", "frames", Side::packets);
        both(fields, "ip_bytes", "bytes by IP headers", Side::ipBytes);
        both(fields, "frame_bytes", "bytes of frames on the wire", Side::frameBytes);
        both(
                fields,
                "bytes",
                "bytes of payload; TCP: by sequence numbers, each once",
                Side::streamBytes);
        both(fields, "payload_bytes", "bytes of payload, repeated ones too", Side::payloadBytes);
        fields.add(field("state", "what became of it, Zeek's conn_state", FlowField::state));
        fields.add(
                field(
                        "history",
                        "what happened in order, Zeek's letters",
                        r -> r.history().isEmpty() ? null : r.history()));
        fields.add(
                field(
                        "service",
                        "application, told by what both sides say first",
                        r -> r.application().isEmpty() ? null : r.application()));
        fields.add(
                field(
                        "metadata",
                        "what they say first, under tshark's names",
                        r -> r.metadata().isEmpty() ? null : r.metadata()));
        fields.add(field("community_id", "Community ID v1", FlowRecord::communityId));
        fields.add(
                field(
                        "vlan",
                        "VLAN identifiers, outer to inner",
                        r -> r.vlanIds().isEmpty() ? null : r.vlanIds()));
        fields.add(
                field(
                        "server_rtt",
                        "SYN to SYN/ACK, seconds",
                        r -> secondsIfKnown(r.serverRttNanos())));
        fields.add(
                field(
                        "client_rtt",
                        "SYN/ACK to ACK, seconds",
                        r -> secondsIfKnown(r.clientRttNanos())));
        fields.add(
                field("rtt", "both together, seconds", r -> secondsIfKnown(r.handshakeRttNanos())));
        both(fields, "retrans", "segments sent again or late", Side::retransmissions);
        both(fields, "missing_bytes", "bytes acknowledged but never seen", Side::missingBytes);
        both(fields, "zero_windows", "segments that closed the window", Side::zeroWindows);
        both(fields, "fragments", "frames that were fragments", Side::fragments);
        fields.add(field("orig_flags", "TCP flags seen", r -> flags(r.originator())));
        fields.add(field("resp_flags", "TCP flags seen", r -> flags(r.responder())));
        bothOptions(fields, "mss", "maximum segment size of the SYN", Side::maximumSegmentSize);
        bothOptions(fields, "window_scale", "window scale of the SYN", Side::windowScale);
        fields.add(
                field(
                        "end_reason",
                        "why the record left",
                        r -> r.endReason().name().toLowerCase(Locale.ROOT).replace('_', '-')));
        return List.copyOf(fields);
    }

    private static FlowField field(
            String name, String description, Function<FlowRecord, Object> value) {
        return new FlowField(name, description, value);
    }

    private static void both(
            List<FlowField> fields, String name, String what, ToLongFunction<Side> value) {
        fields.add(field("orig_" + name, what, r -> (Object) value.applyAsLong(r.originator())));
        fields.add(field("resp_" + name, what, r -> (Object) value.applyAsLong(r.responder())));
    }

    private static void bothOptions(
            List<FlowField> fields, String name, String what, ToLongFunction<Side> value) {
        fields.add(field("orig_" + name, what, r -> ifKnown(value.applyAsLong(r.originator()))));
        fields.add(field("resp_" + name, what, r -> ifKnown(value.applyAsLong(r.responder()))));
    }

    /// The field of this name; null if there is none.
    static FlowField named(String name) {
        for (FlowField field : ALL) {
            if (field.name.equals(name)) {
                return field;
            }
        }
        return null;
    }

    /// Writes name and value; nothing if the value is not there.
    void write(JsonGenerator json, FlowRecord record) throws IOException {
        switch (value.apply(record)) {
            case null -> {}
            case Long number -> json.writeNumberField(name, number);
            case BigDecimal number -> json.writeNumberField(name, number);
            case List<?> numbers -> {
                json.writeArrayFieldStart(name);
                for (Object number : numbers) {
                    json.writeNumber((Integer) number);
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
    String text(FlowRecord record) {
        return switch (value.apply(record)) {
            case null -> "-";
            case BigDecimal number -> number.toPlainString();
            case List<?> numbers ->
                    String.join(".", numbers.stream().map(Object::toString).toList());
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

    static String address(FlowRecord record, Side side) {
        return IpAddress.format(record.ipVersion(), side.addressHigh(), side.addressLow());
    }

    /// RFC 3339, to the nanosecond.
    static String time(long nanos) {
        return TIME.format(
                Instant.ofEpochSecond(
                        Math.floorDiv(nanos, NANOS_PER_SECOND),
                        Math.floorMod(nanos, NANOS_PER_SECOND)));
    }

    private static BigDecimal seconds(long nanos) {
        return BigDecimal.valueOf(nanos, NANOS_DIGITS);
    }

    private static Object secondsIfKnown(long nanos) {
        return nanos < 0 ? null : seconds(nanos);
    }

    private static Object ifKnown(long value) {
        return value < 0 ? null : (Object) value;
    }

    private static String state(FlowRecord record) {
        return record.state().name();
    }

    private static String flags(Side side) {
        if (side.tcpFlags() == 0) {
            return null;
        }
        var names = new ArrayList<String>();
        for (int bit = 0; bit < TCP_FLAGS.length; bit++) {
            if ((side.tcpFlags() >> bit & 1) != 0) {
                names.add(TCP_FLAGS[bit]);
            }
        }
        return String.join(",", names);
    }
}
