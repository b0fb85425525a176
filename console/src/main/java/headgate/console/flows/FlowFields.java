package headgate.console.flows;

import headgate.console.flows.FlowField.Type;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.FlowTotals;
import headgate.flow.LossPlace;
import headgate.flow.RoundTrips;
import headgate.flow.SideDetail;
import headgate.flow.Spread;
import headgate.flow.TcpDetail;
import headgate.flow.Tunnel;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// The fields that there are: a new one is a line here.
final class FlowFields {
    private static final int NANOS_DIGITS = 9;
    private static final int DECIMALS = 3;
    private static final long ABSENT = Long.MIN_VALUE;
    private static final String[] TCP_FLAGS = {
        "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"
    };

    private FlowFields() {}

    /// Those of a JSON object, in its order.
    static List<FlowField> all() {
        var fields = new ArrayList<FlowField>();
        fields.add(number("proto", "IP protocol number", FlowRecord::protocol));
        fields.add(address("src", "originator's address", FlowRecord::originator));
        fields.add(number("sport", "its port; ICMP type", r -> r.originator().port()));
        fields.add(address("dst", "responder's address", FlowRecord::responder));
        fields.add(
                number(
                        "dport",
                        "its port; ICMP code or type of the reply",
                        r -> r.responder().port()));
        fields.add(
                seconds("start", "first frame, seconds since 1970", FlowRecord::firstNanos)
                        .byTotal(FlowTotals::firstNanos));
        fields.add(
                text("start_time", "first frame, RFC 3339", r -> FlowField.time(r.firstNanos())));
        fields.add(
                seconds("duration", "from first to last frame, seconds", FlowFields::duration)
                        .byTotal(FlowFields::duration));
        both(fields, "pkts", "frames", Side::packets);
        both(fields, "ip_bytes", "bytes by IP headers", Side::ipBytes);
        both(fields, "frame_bytes", "bytes of frames on the wire", Side::frameBytes);
        both(
                fields,
                "bytes",
                "bytes of payload; TCP: by sequence numbers, each once",
                Side::streamBytes);
        both(fields, "payload_bytes", "bytes of payload, repeated ones too", Side::payloadBytes);
        fields.add(text("state", "what became of it, Zeek's conn_state", r -> r.state().name()));
        fields.add(
                text(
                        "history",
                        "what happened in order, Zeek's letters",
                        r -> r.history().isEmpty() ? null : r.history()));
        fields.add(
                text(
                        "service",
                        "application, told by what both sides say first",
                        FlowFields::application));
        fields.add(
                unordered(
                        "metadata",
                        "what they say first, under tshark's names",
                        Type.NAMED_TEXTS,
                        r -> r.metadata().isEmpty() ? null : r.metadata()));
        fields.add(text("community_id", "Community ID v1", FlowRecord::communityId));
        fields.add(
                unordered(
                        "vlan",
                        "VLAN identifiers, outer to inner",
                        Type.LIST,
                        r -> r.vlanIds().isEmpty() ? null : r.vlanIds()));
        fields.add(
                secondsIfKnown(
                        "server_rtt", "SYN to SYN/ACK, seconds", FlowRecord::serverRttNanos));
        fields.add(
                secondsIfKnown(
                        "client_rtt", "SYN/ACK to ACK, seconds", FlowRecord::clientRttNanos));
        fields.add(secondsIfKnown("rtt", "both together, seconds", FlowRecord::handshakeRttNanos));
        both(fields, "retrans", "segments sent again or late", Side::retransmissions);
        both(fields, "missing_bytes", "bytes acknowledged but never seen", Side::missingBytes);
        both(fields, "zero_windows", "segments that closed the window", Side::zeroWindows);
        both(fields, "fragments", "frames that were fragments", Side::fragments);
        fields.add(text("orig_flags", "TCP flags seen", r -> flags(r.originator())));
        fields.add(text("resp_flags", "TCP flags seen", r -> flags(r.responder())));
        bothIfKnown(fields, "mss", "maximum segment size of the SYN", Side::maximumSegmentSize);
        bothIfKnown(fields, "window_scale", "window scale of the SYN", Side::windowScale);
        addDetail(fields);
        fields.add(text("end_reason", "why the record left", r -> word(r.endReason())));
        return List.copyOf(fields);
    }

    private static void addDetail(List<FlowField> fields) {
        fields.add(numberIfKnown("icmp_type", "ICMP type of the originator", FlowRecord::icmpType));
        fields.add(numberIfKnown("icmp_code", "ICMP code of the originator", FlowRecord::icmpCode));
        fields.add(
                unordered(
                        "tunnels",
                        "packets around its own, outer to inner",
                        Type.LIST,
                        FlowFields::tunnels));
        fields.add(
                unordered(
                        "capture_points",
                        "where it was seen",
                        Type.LIST,
                        r -> r.capturePoints().isEmpty() ? null : r.capturePoints()));
        fields.add(
                text(
                        "missing_place",
                        "where missing bytes got lost",
                        r -> r.missingPlace() == LossPlace.NONE ? null : word(r.missingPlace())));
        bothIfKnown(fields, "traffic_class", "DSCP and ECN of its first frame", Side::trafficClass);
        bothFlags(
                fields,
                "traffic_class_changed",
                "later frames had others",
                s -> s.trafficClass() < 0 ? null : s.trafficClassChanged());
        bothIfKnown(fields, "min_ttl", "lowest time to live or hop limit", Side::minTimeToLive);
        bothIfKnown(fields, "max_ttl", "highest time to live or hop limit", Side::maxTimeToLive);
        bothFlags(
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
                Type.NUMBER,
                t -> (long) t.initialWindow());
        bothTcp(
                fields,
                "out_of_order",
                "retransmissions that filled a hole",
                Type.NUMBER,
                TcpDetail::outOfOrder);
        bothTcp(
                fields,
                "fast_retrans",
                "retransmissions asked for by duplicate acks",
                Type.NUMBER,
                TcpDetail::fastRetransmissions);
        bothTcp(
                fields,
                "timeout_retrans",
                "retransmissions after a timeout",
                Type.NUMBER,
                TcpDetail::timeoutRetransmissions);
        bothTcp(
                fields,
                "spurious_retrans",
                "retransmissions of what had arrived",
                Type.NUMBER,
                TcpDetail::spuriousRetransmissions);
        bothTcp(
                fields,
                "dup_acks",
                "acknowledgments repeated",
                Type.NUMBER,
                TcpDetail::duplicateAcks);
        bothTcp(fields, "keep_alives", "keep-alive segments", Type.NUMBER, TcpDetail::keepAlives);
        bothTcp(
                fields,
                "zero_window_time",
                "window closed, seconds",
                Type.SECONDS,
                t -> seconds(t.zeroWindowNanos()));
        bothTcp(fields, "fins", "segments with FIN", Type.NUMBER, TcpDetail::fins);
        bothTcp(fields, "syns", "segments with SYN", Type.NUMBER, TcpDetail::syns);
        bothTcp(fields, "resets", "segments with RST", Type.NUMBER, TcpDetail::resets);
        bothTcp(fields, "pushes", "segments with PSH", Type.NUMBER, TcpDetail::pushes);
        bothTcp(fields, "acks", "segments with ACK", Type.NUMBER, TcpDetail::acknowledgments);
        bothTcp(fields, "urgents", "segments with URG", Type.NUMBER, TcpDetail::urgents);
        bothTcp(fields, "eces", "segments with ECE", Type.NUMBER, TcpDetail::eces);
        bothTcp(fields, "cwrs", "segments with CWR", Type.NUMBER, TcpDetail::cwrs);
        bothRtt(fields, "samples", "round trips measured", Type.NUMBER, RoundTrips::samples);
        bothRtt(
                fields,
                "min",
                "shortest to the peer and back, s",
                Type.SECONDS,
                r -> seconds(r.minNanos()));
        bothRtt(
                fields,
                "mean",
                "mean to the peer and back, s",
                Type.SECONDS,
                r -> seconds(r.meanNanos()));
        bothRtt(
                fields,
                "p50",
                "median to the peer and back, s",
                Type.SECONDS,
                r -> seconds(r.p50Nanos()));
        bothRtt(
                fields,
                "p95",
                "95 % to the peer and back, s",
                Type.SECONDS,
                r -> seconds(r.p95Nanos()));
        bothRtt(
                fields,
                "max",
                "longest to the peer and back, s",
                Type.SECONDS,
                r -> seconds(r.maxNanos()));
    }

    private static void addPace(List<FlowField> fields) {
        bothDetail(
                fields,
                "first",
                "its first frame, seconds since 1970",
                Type.SECONDS,
                d -> d.payloadLength().count() == 0 ? null : seconds(d.firstNanos()));
        bothDetail(
                fields,
                "last",
                "its last frame, seconds since 1970",
                Type.SECONDS,
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
        bothDetail(
                fields, "data_pkts", "frames with payload", Type.NUMBER, SideDetail::dataPackets);
        bothDetail(
                fields, "bulks", "runs of 4 and more with payload", Type.NUMBER, SideDetail::bulks);
        bothDetail(fields, "bulk_pkts", "frames in bulks", Type.NUMBER, SideDetail::bulkPackets);
        bothDetail(fields, "bulk_bytes", "payload of bulks", Type.NUMBER, SideDetail::bulkBytes);
        bothDetail(
                fields,
                "bulk_time",
                "bulks took, seconds",
                Type.SECONDS,
                d -> seconds(d.bulkNanos()));
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
                ordered(
                        "subflows",
                        "stretches without a pause over 1 s",
                        Type.NUMBER,
                        r -> r.detail() == null ? null : r.detail().subflows()));
    }

    private static void bothFlags(
            List<FlowField> fields, String name, String what, Function<Side, Boolean> value) {
        fields.add(unordered("orig_" + name, what, Type.FLAG, r -> value.apply(r.originator())));
        fields.add(unordered("resp_" + name, what, Type.FLAG, r -> value.apply(r.responder())));
    }

    private static void bothDetail(
            List<FlowField> fields,
            String name,
            String what,
            Type type,
            Function<SideDetail, Number> value) {
        Function<Side, Number> ofSide = s -> s.detail() == null ? null : value.apply(s.detail());
        fields.add(ordered("orig_" + name, what, type, r -> ofSide.apply(r.originator())));
        fields.add(ordered("resp_" + name, what, type, r -> ofSide.apply(r.responder())));
    }

    private static void bothTcp(
            List<FlowField> fields,
            String name,
            String what,
            Type type,
            Function<TcpDetail, Number> value) {
        bothDetail(fields, name, what, type, d -> d.tcp() == null ? null : value.apply(d.tcp()));
    }

    private static void bothRtt(
            List<FlowField> fields,
            String name,
            String what,
            Type type,
            Function<RoundTrips, Number> value) {
        bothTcp(
                fields,
                "rtt_" + name,
                what,
                type,
                t -> t.roundTrips() == null ? null : value.apply(t.roundTrips()));
    }

    /// Mean, deviation, least and most.
    private static void spread(
            List<FlowField> fields,
            String name,
            String what,
            boolean isNanos,
            Function<FlowRecord, Spread> value) {
        Type type = isNanos ? Type.SECONDS : Type.NUMBER;
        Function<ToDoubleFunction<Spread>, Function<FlowRecord, Number>> of =
                part ->
                        record -> {
                            Spread spread = value.apply(record);
                            return spread == null || spread.count() == 0
                                    ? null
                                    : decimal(part.applyAsDouble(spread), isNanos);
                        };
        fields.add(ordered(name + "_min", what + ": least", type, of.apply(Spread::min)));
        fields.add(ordered(name + "_mean", what + ": mean", type, of.apply(Spread::mean)));
        fields.add(ordered(name + "_max", what + ": most", type, of.apply(Spread::max)));
        fields.add(
                ordered(
                        name + "_std",
                        what + ": standard deviation",
                        type,
                        of.apply(Spread::standardDeviation)));
    }

    private static Number decimal(double value, boolean isNanos) {
        return isNanos
                ? seconds(Math.round(value))
                : BigDecimal.valueOf(value)
                        .setScale(DECIMALS, RoundingMode.HALF_UP)
                        .stripTrailingZeros();
    }

    /// Those that say again what others say, under the words of the table that people read.
    static List<FlowField> shortOnes() {
        return List.of(
                number("bytes", "bytes of frames, both ways", FlowRecord::frameBytes)
                        .byTotal(FlowTotals::frameBytes),
                number("packets", "frames, both ways", FlowRecord::packets)
                        .byTotal(FlowTotals::packets),
                number("retrans", "segments sent again or late", FlowRecord::retransmissions),
                text("app", "application, as service", FlowFields::application));
    }

    private static long duration(FlowTotals flow) {
        return flow.lastNanos() - flow.firstNanos();
    }

    // ---- Kinds of fields ----

    private static FlowField number(
            String name, String description, ToLongFunction<FlowRecord> amount) {
        return new FlowField(
                name,
                description,
                Type.NUMBER,
                FlowField.by(amount),
                null,
                r -> ifThere(amount.applyAsLong(r)));
    }

    private static FlowField numberIfKnown(
            String name, String description, ToLongFunction<FlowRecord> amount) {
        return number(name, description, r -> orAbsent(amount.applyAsLong(r)));
    }

    private static FlowField seconds(
            String name, String description, ToLongFunction<FlowRecord> nanos) {
        return new FlowField(
                name,
                description,
                Type.SECONDS,
                FlowField.by(nanos),
                null,
                r -> {
                    Long there = ifThere(nanos.applyAsLong(r));
                    return there == null ? null : seconds(there);
                });
    }

    private static FlowField secondsIfKnown(
            String name, String description, ToLongFunction<FlowRecord> nanos) {
        return seconds(name, description, r -> orAbsent(nanos.applyAsLong(r)));
    }

    /// A number that may be a decimal one; not there if it is null.
    private static FlowField ordered(
            String name, String description, Type type, Function<FlowRecord, Number> value) {
        Comparator<BigDecimal> absentFirst = Comparator.nullsFirst(Comparator.naturalOrder());
        Comparator<FlowRecord> order =
                (a, b) ->
                        absentFirst.compare(
                                FlowField.decimal(value.apply(a)),
                                FlowField.decimal(value.apply(b)));
        return new FlowField(name, description, type, order, null, value::apply);
    }

    private static FlowField unordered(
            String name, String description, Type type, Function<FlowRecord, Object> value) {
        return new FlowField(name, description, type, null, null, value);
    }

    private static FlowField text(
            String name, String description, Function<FlowRecord, Object> value) {
        return unordered(name, description, Type.TEXT, value);
    }

    private static FlowField address(
            String name, String description, Function<FlowRecord, Side> side) {
        return unordered(
                name, description, Type.ADDRESS, r -> FlowField.ipAddress(r, side.apply(r)));
    }

    private static void both(
            List<FlowField> fields, String name, String what, ToLongFunction<Side> value) {
        fields.add(number("orig_" + name, what, r -> value.applyAsLong(r.originator())));
        fields.add(number("resp_" + name, what, r -> value.applyAsLong(r.responder())));
    }

    private static void bothIfKnown(
            List<FlowField> fields, String name, String what, ToLongFunction<Side> value) {
        both(fields, name, what, side -> orAbsent(value.applyAsLong(side)));
    }

    // ---- Values ----

    private static long orAbsent(long value) {
        return value < 0 ? ABSENT : value;
    }

    private static Long ifThere(long amount) {
        return amount == ABSENT ? null : (Long) amount;
    }

    private static BigDecimal seconds(long nanos) {
        return BigDecimal.valueOf(nanos, NANOS_DIGITS);
    }

    private static String application(FlowRecord record) {
        return record.application().isEmpty() ? null : record.application();
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
