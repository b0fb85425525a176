package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.LossPlace;
import headgate.flow.RoundTrips;
import headgate.flow.SideDetail;
import headgate.flow.Spread;
import headgate.flow.TcpDetail;
import headgate.flow.Tunnel;
import headgate.packet.IpAddress;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// One thing that `headgate flows` can say of a flow, as `-e` names it and as a key in JSON.
///
/// @param name as on the command line and in JSON
/// @param description one line for people
/// @param value a number, a text, a list of numbers or texts by name; null if it is not there
record FlowField(String name, String description, Function<FlowRecord, Object> value) {
    private static final int NANOS_DIGITS = 9;
    private static final int DECIMALS = 3;
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
        addDetail(fields);
        fields.add(field("end_reason", "why the record left", r -> word(r.endReason())));
        return List.copyOf(fields);
    }

    private static void addDetail(List<FlowField> fields) {
        fields.add(field("icmp_type", "ICMP type of the originator", r -> ifKnown(r.icmpType())));
        fields.add(field("icmp_code", "ICMP code of the originator", r -> ifKnown(r.icmpCode())));
        fields.add(field("tunnels", "packets around its own, outer to inner", FlowField::tunnels));
        fields.add(
                field(
                        "capture_points",
                        "where it was seen",
                        r -> r.capturePoints().isEmpty() ? null : r.capturePoints()));
        fields.add(
                field(
                        "missing_place",
                        "where missing bytes got lost",
                        r -> r.missingPlace() == LossPlace.NONE ? null : word(r.missingPlace())));
        bothOptions(fields, "traffic_class", "DSCP and ECN of its first frame", Side::trafficClass);
        bothIf(
                fields,
                "traffic_class_changed",
                "later frames had others",
                s -> s.trafficClass() < 0 ? null : s.trafficClassChanged());
        bothOptions(fields, "min_ttl", "lowest time to live or hop limit", Side::minTimeToLive);
        bothOptions(fields, "max_ttl", "highest time to live or hop limit", Side::maxTimeToLive);
        bothIf(
                fields,
                "sack",
                "selective acknowledgments permitted",
                s -> s.tcpFlags() == 0 ? null : s.sackPermitted());
        both(fields, "header_bytes", "IP and transport headers", Side::headerBytes);
        addTcp(fields);
        addPace(fields);
    }

    private static void addTcp(List<FlowField> fields) {
        bothTcp(
                fields,
                "initial_window",
                "window of its first segment",
                t -> (long) t.initialWindow());
        bothTcp(
                fields,
                "out_of_order",
                "retransmissions that filled a hole",
                TcpDetail::outOfOrder);
        bothTcp(
                fields,
                "fast_retrans",
                "retransmissions asked for by duplicate acks",
                TcpDetail::fastRetransmissions);
        bothTcp(
                fields,
                "timeout_retrans",
                "retransmissions after a timeout",
                TcpDetail::timeoutRetransmissions);
        bothTcp(
                fields,
                "spurious_retrans",
                "retransmissions of what had arrived",
                TcpDetail::spuriousRetransmissions);
        bothTcp(fields, "dup_acks", "acknowledgments repeated", TcpDetail::duplicateAcks);
        bothTcp(fields, "keep_alives", "keep-alive segments", TcpDetail::keepAlives);
        bothTcp(
                fields,
                "zero_window_time",
                "window closed, seconds",
                t -> seconds(t.zeroWindowNanos()));
        bothTcp(fields, "fins", "segments with FIN", TcpDetail::fins);
        bothTcp(fields, "syns", "segments with SYN", TcpDetail::syns);
        bothTcp(fields, "resets", "segments with RST", TcpDetail::resets);
        bothTcp(fields, "pushes", "segments with PSH", TcpDetail::pushes);
        bothTcp(fields, "acks", "segments with ACK", TcpDetail::acknowledgments);
        bothTcp(fields, "urgents", "segments with URG", TcpDetail::urgents);
        bothTcp(fields, "eces", "segments with ECE", TcpDetail::eces);
        bothTcp(fields, "cwrs", "segments with CWR", TcpDetail::cwrs);
        bothRtt(fields, "samples", "round trips measured", RoundTrips::samples);
        bothRtt(fields, "min", "shortest to the peer and back, s", r -> seconds(r.minNanos()));
        bothRtt(fields, "mean", "mean to the peer and back, s", r -> seconds(r.meanNanos()));
        bothRtt(fields, "p50", "median to the peer and back, s", r -> seconds(r.p50Nanos()));
        bothRtt(fields, "p95", "95 % to the peer and back, s", r -> seconds(r.p95Nanos()));
        bothRtt(fields, "max", "longest to the peer and back, s", r -> seconds(r.maxNanos()));
    }

    private static void addPace(List<FlowField> fields) {
        bothDetail(
                fields,
                "first",
                "its first frame, seconds since 1970",
                d -> d.payloadLength().count() == 0 ? null : seconds(d.firstNanos()));
        bothDetail(
                fields,
                "last",
                "its last frame, seconds since 1970",
                d -> d.payloadLength().count() == 0 ? null : seconds(d.lastNanos()));
        for (String side : List.of("orig", "resp")) {
            Function<FlowRecord, SideDetail> detail =
                    r -> (side.equals("orig") ? r.originator() : r.responder()).detail();
            spread(
                    fields,
                    side + "_length",
                    "bytes of payload a frame",
                    false,
                    r -> detail.apply(r) == null ? null : detail.apply(r).payloadLength());
            spread(
                    fields,
                    side + "_iat",
                    "seconds between its frames",
                    true,
                    r -> detail.apply(r) == null ? null : detail.apply(r).interArrivalNanos());
        }
        bothDetail(fields, "data_pkts", "frames with payload", SideDetail::dataPackets);
        bothDetail(fields, "bulks", "runs of 4 and more with payload", SideDetail::bulks);
        bothDetail(fields, "bulk_pkts", "frames in bulks", SideDetail::bulkPackets);
        bothDetail(fields, "bulk_bytes", "payload of bulks", SideDetail::bulkBytes);
        bothDetail(fields, "bulk_time", "bulks took, seconds", d -> seconds(d.bulkNanos()));
        spread(
                fields,
                "iat",
                "seconds between its frames",
                true,
                r -> r.detail() == null ? null : r.detail().interArrivalNanos());
        spread(
                fields,
                "active",
                "seconds without a pause over 5 s",
                true,
                r -> r.detail() == null ? null : r.detail().activeNanos());
        spread(
                fields,
                "idle",
                "seconds of pauses over 5 s",
                true,
                r -> r.detail() == null ? null : r.detail().idleNanos());
        fields.add(
                field(
                        "subflows",
                        "stretches without a pause over 1 s",
                        r -> r.detail() == null ? null : (Object) r.detail().subflows()));
    }

    private static void bothIf(
            List<FlowField> fields, String name, String what, Function<Side, Object> value) {
        fields.add(field("orig_" + name, what, r -> value.apply(r.originator())));
        fields.add(field("resp_" + name, what, r -> value.apply(r.responder())));
    }

    private static void bothDetail(
            List<FlowField> fields, String name, String what, Function<SideDetail, Object> value) {
        bothIf(fields, name, what, s -> s.detail() == null ? null : value.apply(s.detail()));
    }

    private static void bothTcp(
            List<FlowField> fields, String name, String what, Function<TcpDetail, Object> value) {
        bothDetail(fields, name, what, d -> d.tcp() == null ? null : value.apply(d.tcp()));
    }

    private static void bothRtt(
            List<FlowField> fields, String name, String what, Function<RoundTrips, Object> value) {
        bothTcp(
                fields,
                "rtt_" + name,
                what,
                t -> t.roundTrips() == null ? null : value.apply(t.roundTrips()));
    }

    /// Mean, deviation, least and most.
    private static void spread(
            List<FlowField> fields,
            String name,
            String what,
            boolean isNanos,
            Function<FlowRecord, Spread> value) {
        Function<ToDoubleFunction<Spread>, Function<FlowRecord, Object>> of =
                part ->
                        record -> {
                            Spread spread = value.apply(record);
                            return spread == null || spread.count() == 0
                                    ? null
                                    : number(part.applyAsDouble(spread), isNanos);
                        };
        fields.add(field(name + "_min", what + ": least", of.apply(Spread::min)));
        fields.add(field(name + "_mean", what + ": mean", of.apply(Spread::mean)));
        fields.add(field(name + "_max", what + ": most", of.apply(Spread::max)));
        fields.add(
                field(
                        name + "_std",
                        what + ": standard deviation",
                        of.apply(Spread::standardDeviation)));
    }

    private static Object number(double value, boolean isNanos) {
        return isNanos
                ? seconds(Math.round(value))
                : BigDecimal.valueOf(value)
                        .setScale(DECIMALS, RoundingMode.HALF_UP)
                        .stripTrailingZeros();
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
    String text(FlowRecord record) {
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

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Each as `vxlan 192.0.2.1>192.0.2.2 5000`.
    private static Object tunnels(FlowRecord record) {
        var texts = new ArrayList<String>();
        for (Tunnel tunnel : record.tunnels()) {
            String text =
                    "%s %s>%s".formatted(tunnel.type(), tunnel.source(), tunnel.destination());
            texts.add(tunnel.identifier() < 0 ? text : text + " " + tunnel.identifier());
        }
        return texts.isEmpty() ? null : texts;
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
