package headgate.console.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.Effects;
import headgate.forwarding.EgressFrames.Kind;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.NetDevice;
import headgate.forwarding.Verdict;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;
import headgate.packet.MacAddress;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// What a path says of a recorded frame, under the keys of the recording.
public final class PredictedFrame {
    private static final HexFormat HEX = HexFormat.of();
    private static final int ETHERNET = 14;
    private static final int ARP = 28;
    private static final int IPV6_HEADER = 40;
    private static final int EXTENSION = 8;

    private final ForwardingPath path;
    private final FrameDecoder decoder = new FrameDecoder();
    private final Frame frame = new Frame();

    /// Why the last answer is incomplete; empty if it is not.
    private String incomplete = "";

    public PredictedFrame(ForwardingPath path) {
        this.path = path;
    }

    /// Why the last prediction is incomplete; empty if it is not.
    public String incomplete() {
        return incomplete;
    }

    /// Judges a recorded frame. What the host learned of neighbours is then forgotten, as it was
    /// when the recording was made.
    ///
    /// @throws IllegalArgumentException if the line is not one of a frame
    public ObjectNode of(JsonNode line) {
        byte[] bytes = HEX.parseHex(line.get("frame_hex").asText());
        String device = line.get("ifname").asText();
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        decoder.decode(frame);
        Verdict verdict = path.decide(frame, device);
        path.state().forgetNeighbours();
        incomplete =
                verdict instanceof Verdict.Incomplete(String why, _)
                        ? why
                        : verdict.trail().consequences().incomplete();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Verdict.Consequences consequences = verdict.trail().consequences();
        putVerdict(json, verdict);
        json.set("egress", frames(consequences.egress()));
        putDrops(json, consequences.drops());
        putDeliveries(json, consequences.deliveries());
        ObjectNode counters = json.putObject("counters");
        new TreeMap<>(verdict.trail().counters()).forEach(counters::put);
        if (asksNeighbour(consequences.egress())) {
            json.set("on_neigh_failed", frames(consequences.onNeighbourFailed()));
        }
        // Of other frames the recording does not say.
        if (isArp(bytes) || line.path("expected").has("neigh_change")) {
            putNeighbours(json, consequences.neighbourChanges());
        }
        if (line.path("expected").has("route_get")) {
            json.set(
                    "route_get",
                    RecordedRoutes.ofPacket(path, packet(bytes), ipVersion(bytes), device));
        }
        return json;
    }

    private static boolean isArp(byte[] bytes) {
        return bytes.length >= ETHERNET + ARP && bytes[12] == 8 && bytes[13] == 6;
    }

    private static MemorySegment packet(byte[] bytes) {
        return MemorySegment.ofArray(bytes).asSlice(isTagged(bytes) ? ETHERNET + 4 : ETHERNET);
    }

    private static int ipVersion(byte[] bytes) {
        return bytes[isTagged(bytes) ? 16 : 12] == (byte) 0x86 ? 6 : 4;
    }

    private static boolean isTagged(byte[] bytes) {
        return bytes.length > ETHERNET + 4 && bytes[12] == (byte) 0x81 && bytes[13] == 0;
    }

    /// One word for all of it, and where the frame that stands for it went.
    private void putVerdict(ObjectNode json, Verdict verdict) {
        Verdict.Consequences consequences = verdict.trail().consequences();
        List<Verdict.EgressFrame> egress = consequences.egress();
        Verdict.EgressFrame chief = chief(egress);
        json.put("verdict", word(verdict, chief, egress));
        if (chief != null) {
            json.put("out_if", chief.device());
            byte[] bytes = chief.bytes();
            Verdict.EgressFrame asking = asking(egress);
            if (asking != null) {
                json.put("next_hop", target(asking));
            } else if (showsLinkAddress(chief.kind())) {
                json.put("next_hop_mac", MacAddress.format(mac(bytes)));
            }
            // A frame without an Ethernet header, on a tunnel, is not looked into.
            ArrayNode told = chief.kind() == Kind.ICMP_ERROR ? icmp(bytes) : null;
            if (told != null) {
                json.putObject("icmp")
                        .put("type", told.get(0).asInt())
                        .put("code", told.get(1).asInt());
            }
        }
        if (!consequences.drops().isEmpty()) {
            json.put("drop_reason", consequences.drops().getFirst().reason().name());
        }
    }

    /// The frame that a verdict is named after: the packet itself, or else what answers it.
    private static Verdict.EgressFrame chief(List<Verdict.EgressFrame> egress) {
        Verdict.EgressFrame best = null;
        for (Verdict.EgressFrame each : egress) {
            if (best == null || rank(each.kind()) < rank(best.kind())) {
                best = each;
            }
        }
        return best;
    }

    private static int rank(Kind kind) {
        return switch (kind) {
            case FORWARD, FORWARD_FRAGMENT -> 0;
            case ICMP_ERROR,
                    ECHO_REPLY,
                    TIMESTAMP_REPLY,
                    TCP_RESET,
                    SYN_ACK,
                    ARP_REPLY,
                    NEIGHBOUR_ADVERTISEMENT,
                    IGMP_REPORT,
                    MLD_REPORT ->
                    1;
            case ARP_REQUEST, NEIGHBOUR_SOLICITATION -> 2;
            case REDIRECT -> 3;
            case OTHER -> 4;
        };
    }

    private static boolean showsLinkAddress(Kind kind) {
        return switch (kind) {
            case FORWARD, FORWARD_FRAGMENT, ICMP_ERROR, ECHO_REPLY, TCP_RESET -> true;
            default -> false;
        };
    }

    private String word(
            Verdict verdict, Verdict.EgressFrame chief, List<Verdict.EgressFrame> egress) {
        if (chief == null) {
            return switch (verdict) {
                case Verdict.Reassembling _ -> "reassembly_pending";
                // Fragments that fail together are told from waiting ones by their counter alone.
                case Verdict.Consumed c ->
                        c.trail().counters().containsKey("Ip.ReasmReqds")
                                ? "reassembly_pending"
                                : "consumed";
                case Verdict.Incomplete _ -> "incomplete";
                default -> wasDelivered(verdict) ? "local" : "drop";
            };
        }
        return switch (chief.kind()) {
            case FORWARD ->
                    egress.stream().anyMatch(it -> it.kind() == Kind.REDIRECT)
                            ? "forward+redirect"
                            : "forward";
            case FORWARD_FRAGMENT -> frame.isFragment() ? "forward" : "forward_fragmented";
            case ARP_REQUEST -> "arp_pending";
            case NEIGHBOUR_SOLICITATION -> "nd_pending";
            case REDIRECT -> "redirect_only";
            default -> name(chief.kind());
        };
    }

    /// Whether a protocol of the host took the packet, or an error that the host itself was sent
    /// about it.
    private static boolean wasDelivered(Verdict verdict) {
        var counters = verdict.trail().counters();
        return counters.containsKey("Ip.InDelivers") || counters.containsKey("Ip6InDelivers");
    }

    private String name(Kind kind) {
        return switch (kind) {
            case NEIGHBOUR_SOLICITATION -> "ns";
            case NEIGHBOUR_ADVERTISEMENT -> "na";
            // What came in pieces and was put together leaves in these pieces again.
            case FORWARD_FRAGMENT -> frame.isFragment() ? "forward" : "forward_fragment";
            default -> kind.name().toLowerCase(Locale.ROOT);
        };
    }

    private static boolean asksNeighbour(List<Verdict.EgressFrame> egress) {
        return asking(egress) != null;
    }

    private static Verdict.EgressFrame asking(List<Verdict.EgressFrame> egress) {
        for (Verdict.EgressFrame each : egress) {
            if (each.kind() == Kind.ARP_REQUEST || each.kind() == Kind.NEIGHBOUR_SOLICITATION) {
                return each;
            }
        }
        return null;
    }

    /// Whom an ARP request or a neighbour solicitation asks for.
    private static String target(Verdict.EgressFrame asking) {
        boolean arp = asking.kind() == Kind.ARP_REQUEST;
        MemorySegment bytes = MemorySegment.ofArray(asking.bytes());
        return arp
                ? IpAddress.formatV4(NetworkOrder.i32(bytes, ETHERNET + 24))
                : IpAddress.format(
                        6,
                        NetworkOrder.i64(bytes, ETHERNET + 48),
                        NetworkOrder.i64(bytes, ETHERNET + 56));
    }

    private static long mac(byte[] bytes) {
        return NetworkOrder.u48(MemorySegment.ofArray(bytes), 0);
    }

    private ArrayNode frames(List<Verdict.EgressFrame> egress) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (Verdict.EgressFrame each : egress) {
            ObjectNode json = array.addObject();
            json.put("if", each.device());
            json.put("kind", name(each.kind()));
            json.put("hex", HEX.formatHex(each.bytes()));
            ArrayNode told = icmp(each.bytes());
            if (told != null) {
                json.set("icmp", told);
            }
        }
        return array;
    }

    /// Type and code of an ICMP message that starts in this frame; null if none does.
    private static ArrayNode icmp(byte[] bytes) {
        int at = ETHERNET;
        boolean ipv4 = bytes.length >= at + 20 && bytes[12] == 8 && bytes[13] == 0;
        boolean ipv6 =
                bytes.length >= at + 40 && bytes[12] == (byte) 0x86 && bytes[13] == (byte) 0xdd;
        if (ipv4 && bytes[at + 9] == 1 && (bytes[at + 6] & 0x1f | bytes[at + 7]) == 0) {
            at += (bytes[at] & 15) * 4;
        } else if (ipv6) {
            at = icmpv6At(bytes, at);
        } else {
            return null;
        }
        return at < 0 || bytes.length < at + 2
                ? null
                : JsonNodeFactory.instance
                        .arrayNode()
                        .add(bytes[at] & 255)
                        .add(bytes[at + 1] & 255);
    }

    /// Where behind the extension headers an ICMPv6 message starts; -1 if none does.
    private static int icmpv6At(byte[] bytes, int header) {
        int next = bytes[header + 6];
        int at = header + IPV6_HEADER;
        while (bytes.length >= at + EXTENSION
                && (next == IpProtocol.HOP_BY_HOP || next == IpProtocol.FRAGMENT)) {
            boolean isFragment = next == IpProtocol.FRAGMENT;
            if (isFragment && (bytes[at + 2] | bytes[at + 3] & 0xf8) != 0) {
                return -1;
            }
            next = bytes[at];
            at += isFragment ? EXTENSION : ((bytes[at + 1] & 255) + 1) * EXTENSION;
        }
        return next == IpProtocol.ICMPV6 ? at : -1;
    }

    private static void putDrops(ObjectNode json, List<Effects.Drop> drops) {
        ArrayNode array = json.putArray("drops");
        for (Effects.Drop drop : drops) {
            array.addObject()
                    .put("reason", drop.reason().name())
                    .put("at", drop.function())
                    .put("proto", "0x%04x".formatted(drop.protocol()));
        }
    }

    private static void putDeliveries(ObjectNode json, List<Effects.Delivery> deliveries) {
        if (deliveries.isEmpty()) {
            return;
        }
        ArrayNode array = json.putArray("delivered");
        for (Effects.Delivery delivery : deliveries) {
            boolean six = delivery.socket().kind().endsWith("6");
            array.addObject()
                    .put("sock", six ? delivery.socket().kind() : delivery.socket().kind() + "4")
                    .put("bind", delivery.socket().localAddress())
                    .put("port", delivery.socket().localPort())
                    .put("len", delivery.lengthBytes())
                    .put("from", delivery.source())
                    .put("fromport", delivery.sourcePort());
        }
    }

    private static void putNeighbours(ObjectNode json, List<Effects.NeighbourChange> changes) {
        ArrayNode array = json.putArray("neigh_change");
        for (Effects.NeighbourChange change : changes) {
            ObjectNode each = array.addObject();
            NetDevice device = change.device();
            each.put("dev", device.name());
            each.put("ip", change.address());
            each.put("state", change.state().name());
            if (change.mac() < 0) {
                each.putNull("lladdr");
            } else {
                each.put("lladdr", MacAddress.format(change.mac()));
            }
            each.put("router", change.router());
        }
    }
}
