package headgate.console.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.Errno;
import headgate.forwarding.Fib6Info;
import headgate.forwarding.FibInfo;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.Inet4;
import headgate.forwarding.NextHop;
import headgate.forwarding.Prefix;
import headgate.forwarding.Prefix6;
import headgate.forwarding.Route4;
import headgate.forwarding.Route6;
import headgate.forwarding.RouteAnswer;
import headgate.forwarding.RouteQuery;
import headgate.forwarding.RouteType;
import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// What a path answers about routes, under the keys of the recording.
public final class RecordedRoutes {
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;

    private RecordedRoutes() {}

    /// Answers a recorded question: `get` and `fibmatch`. A family that is not modelled, or an
    /// answer that is not, has `incomplete` in place of them.
    ///
    /// @param line with the question under `q`
    /// @throws IllegalArgumentException if its addresses cannot be read
    public static ObjectNode of(ForwardingPath path, JsonNode line) {
        JsonNode q = line.get("q");
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        IpAddress destination = IpAddress.parse(q.path("dst").asText());
        RouteAnswer answer =
                path.route(
                        new RouteQuery(
                                destination,
                                q.has("src")
                                        ? IpAddress.parse(q.get("src").asText())
                                        : new IpAddress(destination.version(), 0, 0),
                                q.path("iif").asText(""),
                                q.path("tos").asInt(0),
                                0,
                                q.path("proto").asInt(-1),
                                q.path("sport").asInt(0),
                                q.path("dport").asInt(0)));
        if (!answer.incomplete().isEmpty()) {
            return json.put("incomplete", answer.incomplete());
        }
        json.set("get", get(answer));
        json.set("fibmatch", match(answer));
        return json;
    }

    /// What `ip route get` would say of a packet's addresses, protocol and ports.
    ///
    /// @param packet the bytes behind the link-layer header
    /// @param version of IP, by the frame's EtherType
    static JsonNode ofPacket(
            ForwardingPath path, MemorySegment packet, int version, String device) {
        if (packet.byteSize() < (version == 6 ? IPV6_HEADER : IPV4_HEADER)) {
            return JsonNodeFactory.instance.objectNode().put("incomplete", "no IP header");
        }
        RouteAnswer answer =
                path.route(version == 6 ? query6(packet, device) : query4(packet, device));
        return answer.incomplete().isEmpty()
                ? get(answer)
                : JsonNodeFactory.instance.objectNode().put("incomplete", answer.incomplete());
    }

    private static RouteQuery query4(MemorySegment packet, String device) {
        int protocol = NetworkOrder.u8(packet, 9);
        int ports = (NetworkOrder.u8(packet, 0) & 15) * 4;
        boolean hasPorts =
                hasPorts(protocol)
                        && (NetworkOrder.u16(packet, 6) & 0x1fff) == 0
                        && packet.byteSize() >= ports + 4;
        return new RouteQuery(
                NetworkOrder.i32(packet, 16),
                NetworkOrder.i32(packet, 12),
                device,
                NetworkOrder.u8(packet, 1),
                0,
                hasPorts || protocol == IpProtocol.ICMP ? protocol : -1,
                hasPorts ? NetworkOrder.u16(packet, ports) : 0,
                hasPorts ? NetworkOrder.u16(packet, ports + 2) : 0);
    }

    private static RouteQuery query6(MemorySegment packet, String device) {
        int protocol = NetworkOrder.u8(packet, 6);
        boolean hasPorts = hasPorts(protocol) && packet.byteSize() >= IPV6_HEADER + 4;
        return new RouteQuery(
                new IpAddress(6, NetworkOrder.i64(packet, 24), NetworkOrder.i64(packet, 32)),
                new IpAddress(6, NetworkOrder.i64(packet, 8), NetworkOrder.i64(packet, 16)),
                device,
                NetworkOrder.u16(packet, 0) >>> 4 & 0xff,
                0,
                hasPorts || protocol == IpProtocol.ICMPV6 ? protocol : -1,
                hasPorts ? NetworkOrder.u16(packet, IPV6_HEADER) : 0,
                hasPorts ? NetworkOrder.u16(packet, IPV6_HEADER + 2) : 0);
    }

    private static boolean hasPorts(int protocol) {
        return protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
    }

    private static ObjectNode get(RouteAnswer answer) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (answer.error() != Errno.NONE) {
            return json.put("err", answer.error().name());
        }
        json.put("type", answer.type().label());
        json.put("table", answer.table());
        json.put("dev", answer.device());
        if (!answer.via().isEmpty()) {
            json.put("via", answer.via());
        }
        if (!answer.preferredSource().isEmpty()) {
            json.put("prefsrc", answer.preferredSource());
        }
        if (!answer.flags().isEmpty()) {
            ArrayNode flags = json.putArray("flags");
            answer.flags().forEach(flags::add);
        }
        return json;
    }

    private static ObjectNode match(RouteAnswer answer) {
        if (answer.error() != Errno.NONE) {
            return JsonNodeFactory.instance.objectNode().put("err", answer.error().name());
        }
        return switch (answer.match()) {
            case Route4(Prefix prefix, int table, FibInfo info) -> {
                String match = Inet4.format(prefix.address()) + "/" + prefix.length();
                yield match(info.type(), match, table, info.tos(), info.metric(), info.nextHops());
            }
            case Route6(Prefix6 prefix, int table, Fib6Info info) -> {
                String match =
                        IpAddress.format(6, prefix.high(), prefix.low()) + "/" + prefix.length();
                yield match(info.type(), match, table, 0, info.metric(), info.nextHops());
            }
        };
    }

    private static ObjectNode match(
            RouteType type, String prefix, int table, int tos, int metric, List<NextHop> hops) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", type.label());
        json.put("table", table);
        json.put("match", prefix);
        if (tos != 0) {
            json.put("tos", tos);
        }
        if (metric != 0) {
            json.put("metric", Integer.toUnsignedLong(metric));
        }
        if (hops.size() == 1) {
            putHop(json, hops.getFirst());
            return json;
        }
        ArrayNode ways = json.putArray("nexthops");
        for (NextHop hop : hops) {
            putHop(ways.addObject().put("weight", hop.weight()), hop);
        }
        return json;
    }

    private static void putHop(ObjectNode json, NextHop hop) {
        json.put("dev", hop.device().name());
        if (hop.hasGateway()) {
            json.put("via", hop.via());
        }
    }
}
