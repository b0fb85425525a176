package headgate.console.flows;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.packet.IpProtocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A flow in the fields of the Elastic Common Schema, one document each; `docs/flows.md` has the
/// mapping. What the schema has no field for is under `headgate.flow`, by its [FlowField#name].
public final class EcsDocument {
    /// The schema's version.
    public static final String ECS_VERSION = "8.17.0";

    /// tshark's names in [FlowRecord#metadata], and the schema's field for the first value.
    private static final Map<String, String> METADATA =
            Map.ofEntries(
                    Map.entry("dns.qry.name", "dns.question.name"),
                    Map.entry("http.host", "url.domain"),
                    Map.entry("http.request.method", "http.request.method"),
                    Map.entry("http.request.uri", "url.original"),
                    Map.entry("http.response.code", "http.response.status_code"),
                    Map.entry("http.user_agent", "user_agent.original"),
                    Map.entry("tls.handshake.extensions_server_name", "tls.client.server_name"),
                    Map.entry("tls.handshake.ja3", "tls.client.ja3"),
                    Map.entry("tls.handshake.ja3s", "tls.server.ja3s"));

    /// Names of hosts, for `related.hosts`.
    private static final List<String> HOST_NAMES =
            List.of("dns.qry.name", "http.host", "tls.handshake.extensions_server_name");

    /// Fields that have one of the schema's: of both sides, and of the flow.
    private static final Set<String> MAPPED =
            Set.of(
                    "proto",
                    "src",
                    "sport",
                    "dst",
                    "dport",
                    "start",
                    "start_time",
                    "duration",
                    "orig_pkts",
                    "resp_pkts",
                    "orig_ip_bytes",
                    "resp_ip_bytes",
                    "service",
                    "community_id",
                    "vlan",
                    "metadata");

    private final List<FlowField> own;

    /// @param chosen what `headgate.flow` has; empty for all that the schema has no field for
    public EcsDocument(List<FlowField> chosen) {
        own =
                chosen.isEmpty()
                        ? FlowField.ALL.stream()
                                .filter(field -> !MAPPED.contains(field.name()))
                                .toList()
                        : List.copyOf(chosen);
    }

    /// Writes the document.
    public void write(JsonGenerator json, FlowRecord record) throws IOException {
        String start = FlowField.time(record.firstNanos());
        json.writeStartObject();
        json.writeStringField("@timestamp", start);
        json.writeObjectFieldStart("ecs");
        json.writeStringField("version", ECS_VERSION);
        json.writeEndObject();
        event(json, record, start);
        side(json, "source", record, record.originator());
        side(json, "destination", record, record.responder());
        network(json, record);
        metadata(json, record);
        related(json, record);
        own(json, record);
        json.writeEndObject();
    }

    private static void event(JsonGenerator json, FlowRecord record, String start)
            throws IOException {
        json.writeObjectFieldStart("event");
        json.writeStringField("kind", "event");
        texts(json, "category", List.of("network"));
        texts(json, "type", List.of("connection", record.interim() ? "info" : "end"));
        json.writeStringField("action", "network_flow");
        json.writeStringField("module", "headgate");
        json.writeStringField("dataset", "headgate.flow");
        json.writeStringField("start", start);
        json.writeStringField("end", FlowField.time(record.lastNanos()));
        json.writeNumberField("duration", record.lastNanos() - record.firstNanos());
        json.writeEndObject();
    }

    private static void side(JsonGenerator json, String name, FlowRecord record, Side side)
            throws IOException {
        String address = FlowField.address(record, side);
        json.writeObjectFieldStart(name);
        json.writeStringField("address", address);
        json.writeStringField("ip", address);
        if (FlowField.hasPorts(record)) {
            json.writeNumberField("port", side.port());
        }
        json.writeNumberField("packets", side.packets());
        json.writeNumberField("bytes", side.ipBytes());
        json.writeEndObject();
    }

    private static void network(JsonGenerator json, FlowRecord record) throws IOException {
        json.writeObjectFieldStart("network");
        json.writeStringField("type", "ipv" + record.ipVersion());
        json.writeStringField("iana_number", Integer.toString(record.protocol()));
        String transport = transport(record.protocol());
        if (transport != null) {
            json.writeStringField("transport", transport);
        }
        if (!record.application().isEmpty()) {
            json.writeStringField("protocol", record.application());
        }
        json.writeStringField("community_id", record.communityId());
        json.writeNumberField("packets", record.packets());
        json.writeNumberField(
                "bytes", record.originator().ipBytes() + record.responder().ipBytes());
        vlans(json, record.vlanIds());
        json.writeEndObject();
    }

    /// IANA's keywords in lower case, as the schema asks.
    private static String transport(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> "tcp";
            case IpProtocol.UDP -> "udp";
            case IpProtocol.ICMP -> "icmp";
            case IpProtocol.ICMPV6 -> "ipv6-icmp";
            case IpProtocol.SCTP -> "sctp";
            case IpProtocol.IGMP -> "igmp";
            default -> null;
        };
    }

    /// The outer one is the network's, the next one that of `network.inner`.
    private static void vlans(JsonGenerator json, List<Integer> ids) throws IOException {
        if (!ids.isEmpty()) {
            vlan(json, ids.getFirst());
        }
        if (ids.size() > 1) {
            json.writeObjectFieldStart("inner");
            vlan(json, ids.get(1));
            json.writeEndObject();
        }
    }

    private static void vlan(JsonGenerator json, int id) throws IOException {
        json.writeObjectFieldStart("vlan");
        json.writeStringField("id", Integer.toString(id));
        json.writeEndObject();
    }

    // ---- What both sides said ----

    private static void metadata(JsonGenerator json, FlowRecord record) throws IOException {
        var fields = new TreeMap<String, Object>();
        METADATA.forEach((name, path) -> {
            List<String> values = record.metadata().get(name);
            if (values != null) {
                fields.put(path, value(path, values.getFirst()));
            }
        });
        nested(json, fields);
    }

    private static Object value(String path, String text) {
        boolean isCode = path.equals("http.response.status_code") && text.matches("[0-9]{1,9}");
        return isCode ? (Object) Integer.valueOf(text) : text;
    }

    /// Writes `a.b.c` as an object in an object; the paths are in order, so that those that begin
    /// alike are neighbours.
    private static void nested(JsonGenerator json, TreeMap<String, Object> fields)
            throws IOException {
        var open = new ArrayList<String>();
        for (var field : fields.entrySet()) {
            String[] path = field.getKey().split("\\.");
            int shared = 0;
            while (shared < Math.min(open.size(), path.length - 1)
                    && open.get(shared).equals(path[shared])) {
                shared++;
            }
            close(json, open, shared);
            for (int i = shared; i < path.length - 1; i++) {
                json.writeObjectFieldStart(path[i]);
                open.add(path[i]);
            }
            json.writeFieldName(path[path.length - 1]);
            json.writePOJO(field.getValue());
        }
        close(json, open, 0);
    }

    private static void close(JsonGenerator json, List<String> open, int left) throws IOException {
        while (open.size() > left) {
            json.writeEndObject();
            open.removeLast();
        }
    }

    private static void related(JsonGenerator json, FlowRecord record) throws IOException {
        json.writeObjectFieldStart("related");
        var addresses = new LinkedHashSet<String>();
        addresses.add(FlowField.address(record, record.originator()));
        addresses.add(FlowField.address(record, record.responder()));
        texts(json, "ip", addresses);
        var hosts = new LinkedHashSet<String>();
        HOST_NAMES.forEach(name -> hosts.addAll(record.metadata().getOrDefault(name, List.of())));
        if (!hosts.isEmpty()) {
            texts(json, "hosts", hosts);
        }
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, String name, Iterable<String> texts)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private void own(JsonGenerator json, FlowRecord record) throws IOException {
        json.writeObjectFieldStart("headgate");
        json.writeObjectFieldStart("flow");
        for (FlowField field : own) {
            field.write(json, record);
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
