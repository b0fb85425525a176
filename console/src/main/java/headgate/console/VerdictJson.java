package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.forwarding.Errno;
import headgate.forwarding.Fate;
import headgate.forwarding.FlowVerdict;
import headgate.forwarding.RouteAnswer;
import headgate.forwarding.Verdict;
import headgate.packet.CommunityId;
import headgate.packet.FlowKey;
import java.io.IOException;
import java.util.TreeMap;

/// Verdicts and route answers as JSON objects.
final class VerdictJson {
    private VerdictJson() {}

    static void write(JsonGenerator json, long number, FlowKey flow, Verdict verdict)
            throws IOException {
        json.writeStartObject();
        json.writeNumberField("frame", number);
        writeFlow(json, flow);
        json.writeStringField("verdict", verdict.kind());
        json.writeStringField("explanation", VerdictText.explain(verdict));
        json.writeStringField("disposition", verdict.trail().disposition().name());
        writeEnd(json, verdict);
        json.writeArrayFieldStart("steps");
        for (Verdict.Step step : verdict.trail().steps()) {
            json.writeStartObject();
            json.writeStringField("rule", step.rule());
            json.writeStringField("function", step.function());
            json.writeStringField("evidence", step.evidence());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("counters");
        for (var counter : new TreeMap<>(verdict.trail().counters()).entrySet()) {
            json.writeNumberField(counter.getKey(), counter.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeEnd(JsonGenerator json, Verdict verdict) throws IOException {
        switch (verdict) {
            case Verdict.Forward f -> {
                json.writeStringField("output_device", f.device());
                json.writeStringField("next_hop", f.nextHop());
                writeUnlessEmpty(json, "next_hop_mac", f.nextHopMac());
                json.writeNumberField("fragments", f.fragments());
                json.writeStringField("route", f.route().toString());
            }
            case Verdict.Pending p -> {
                json.writeStringField("output_device", p.device());
                json.writeStringField("next_hop", p.nextHop());
                json.writeStringField("route", p.route().toString());
            }
            case Verdict.Local l -> json.writeStringField("route_type", l.type().label());
            case Verdict.Reassembling _, Verdict.Consumed _ -> {}
            case Verdict.Refused r -> {
                json.writeStringField("reason", r.reason().name());
                json.writeStringField("drop_reason", r.dropReason().name());
                json.writeStringField("function", r.function());
                if (r.answer() != null) {
                    json.writeNumberField("icmp_type", r.answer().type());
                    json.writeNumberField("icmp_code", r.answer().code());
                }
                if (r.route() != null) {
                    json.writeStringField("route", r.route().toString());
                }
            }
            case Verdict.Incomplete i -> json.writeStringField("reason", i.why());
        }
    }

    private static void writeUnlessEmpty(JsonGenerator json, String key, String value)
            throws IOException {
        if (!value.isEmpty()) {
            json.writeStringField(key, value);
        }
    }

    static void write(JsonGenerator json, RouteAnswer answer) throws IOException {
        json.writeStartObject();
        if (!answer.incomplete().isEmpty()) {
            json.writeStringField("incomplete", answer.incomplete());
        } else if (answer.error() != Errno.NONE) {
            json.writeStringField("error", answer.error().name());
        } else {
            json.writeStringField("type", answer.type().label());
            json.writeNumberField("table", answer.table());
            json.writeStringField("dev", answer.device());
            writeUnlessEmpty(json, "via", answer.via());
            writeUnlessEmpty(json, "prefsrc", answer.preferredSource());
            json.writeArrayFieldStart("flags");
            for (String flag : answer.flags()) {
                json.writeString(flag);
            }
            json.writeEndArray();
            if (answer.match() != null) {
                json.writeStringField("match", answer.match().prefix().toString());
                json.writeStringField("route", answer.match().toString());
            }
        }
        if (answer.rule() != null) {
            json.writeStringField("rule", answer.rule().toString());
        }
        json.writeEndObject();
    }

    static void write(JsonGenerator json, FlowVerdict verdict) throws IOException {
        json.writeStartObject();
        json.writeStringField("input_device", verdict.device());
        writeFlow(json, verdict.flow());
        writeFate(json, verdict.fate());
        json.writeNumberField("packets", verdict.packets());
        json.writeNumberField("bytes", verdict.bytes());
        json.writeEndObject();
    }

    static void writeFate(JsonGenerator json, Fate fate) throws IOException {
        json.writeStringField("verdict", fate.verdict());
        writeUnlessEmpty(json, "reason", fate.reason());
        writeUnlessEmpty(json, "drop_reason", fate.dropReason());
        writeUnlessEmpty(json, "icmp", fate.icmp());
        writeUnlessEmpty(json, "rule", fate.rule());
        writeUnlessEmpty(json, "route", fate.route());
        writeUnlessEmpty(json, "output_device", fate.outputDevice());
        writeUnlessEmpty(json, "next_hop", fate.nextHop());
        writeUnlessEmpty(json, "next_hop_mac", fate.nextHopMac());
    }

    static void writeFlow(JsonGenerator json, FlowKey flow) throws IOException {
        if (flow == null) {
            return;
        }
        json.writeStringField("community_id", CommunityId.of(flow));
        json.writeStringField("src", flow.source());
        json.writeStringField("dst", flow.destination());
        json.writeNumberField("protocol", flow.protocol());
        if (flow.hasPorts()) {
            json.writeNumberField("src_port", flow.sourcePort());
            json.writeNumberField("dst_port", flow.destinationPort());
        }
    }
}
