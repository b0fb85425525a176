package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.forwarding.Effects;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.Verdict;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import headgate.packet.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every recorded IPv6 frame: the frames that leave byte for byte, drops with reason and function,
/// counters, datagrams to sockets, neighbour entries.
class Ip6CasesTest {
    private static final String ENDING = ".jsonl.gz";
    private static final int ETHERTYPE = 24;
    private static final int REDIRECTS_AT_ONCE = 6;
    private static final HexFormat HEX = HexFormat.of();

    @TestFactory
    Stream<DynamicTest> doesAsTheKernelDid() {
        return ForwardingCases.scenarios(ENDING).stream()
                .filter(s -> s.matches("v6_.*|rand6_[0-9]+|ecmp6_.*|nft_v6.*|l2_ipv4_sanity_1"))
                .map(s -> DynamicTest.dynamicTest(s, () -> doesAsTheKernelDid(s)));
    }

    private static void doesAsTheKernelDid(String scenario) throws Exception {
        var differences = new ArrayList<String>();
        int frames = compare(scenario, differences);
        assertTrue(frames > 0, "no IPv6 frames in " + scenario);
        assertEquals(
                List.of(),
                differences.stream().limit(10).toList(),
                () -> differences.size() + " of " + frames + " in " + scenario);
    }

    /// Returns how many IPv6 frames there are.
    static int compare(String scenario, List<String> differences) throws Exception {
        HostSnapshot host = ForwardingCases.snapshot(scenario);
        var path = new ForwardingPath(host);
        var decoder = new FrameDecoder();
        var frame = new Frame();
        int frames = 0;
        for (JsonNode line : ForwardingCases.lines(scenario + ENDING)) {
            String hex = line.get("frame_hex").asText();
            if (!hex.startsWith("86dd", ETHERTYPE)) {
                continue;
            }
            frames++;
            byte[] bytes = HEX.parseHex(hex);
            frame.bytes = MemorySegment.ofArray(bytes);
            frame.lengthCaptured = frame.lengthOnWire = bytes.length;
            decoder.decode(frame);
            String device = line.get("ifname").asText();
            Verdict verdict = path.decide(frame, device);
            String difference = difference(verdict, line.get("expected"));
            if (!difference.isEmpty()) {
                if (isEqualWithAnotherBudget(host, frame, device, line.get("expected"))) {
                    continue;
                }
                differences.add(
                        "frame %d (%s):%s; verdict %s"
                                .formatted(
                                        line.get("seq").asInt(),
                                        line.get("label").asText(),
                                        difference,
                                        verdict.kind()));
            }
        }
        return frames;
    }

    /// The recorder started afresh when budgets of redirects ran low, and does not tell when: those
    /// that concern this frame may be whole or spent.
    private static boolean isEqualWithAnotherBudget(
            HostSnapshot host, Frame frame, String device, JsonNode expected) {
        var fresh = new ForwardingPath(host);
        for (int i = 0; i <= REDIRECTS_AT_ONCE; i++) {
            Verdict verdict = fresh.decide(frame, device);
            if ((i == 0 || i == REDIRECTS_AT_ONCE) && difference(verdict, expected).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static String difference(Verdict verdict, JsonNode expected) {
        if (verdict instanceof Verdict.Incomplete(String why, _)) {
            return " incomplete: " + why;
        }
        Verdict.Trail trail = verdict.trail();
        var text = new StringBuilder();
        compare(
                text,
                "egress",
                expected(expected.path("egress")),
                ours(trail.consequences().egress(), expected.path("egress")));
        compare(text, "drops", drops(expected), drops(trail));
        compare(text, "counters", counters(expected), new TreeMap<>(trail.counters()).toString());
        compare(text, "delivered", delivered(expected), delivered(trail));
        if (expected.has("neigh_change") && !expected.get("neigh_change").isNull()) {
            compare(text, "neighbours", neighbours(expected), neighbours(trail));
        }
        if (expected.has("on_neigh_failed") && !expected.get("on_neigh_failed").isNull()) {
            JsonNode later = expected.get("on_neigh_failed");
            compare(
                    text,
                    "later",
                    expected(later),
                    ours(trail.consequences().onNeighbourFailed(), later));
        }
        return text.toString();
    }

    private static void compare(StringBuilder text, String what, String kernel, String ours) {
        if (!kernel.equals(ours)) {
            text.append("\n  ").append(what).append("\n    kernel ").append(kernel);
            text.append("\n    ours   ").append(ours);
        }
    }

    /// By device, since frames that leave by different devices are not recorded in their order.
    private static String expected(JsonNode frames) {
        var byDevice = new TreeMap<String, List<String>>();
        for (JsonNode frame : frames) {
            byte[] bytes = HEX.parseHex(frame.get("hex").asText());
            byDevice.computeIfAbsent(frame.get("if").asText(), _ -> new ArrayList<>())
                    .add(masked(bytes, frame));
        }
        return byDevice.toString();
    }

    /// The n-th frame by a device has the mask of the n-th recorded one.
    private static String ours(List<Verdict.EgressFrame> frames, JsonNode recorded) {
        var byDevice = new TreeMap<String, List<String>>();
        for (Verdict.EgressFrame frame : frames) {
            List<String> all = byDevice.computeIfAbsent(frame.device(), _ -> new ArrayList<>());
            all.add(masked(frame.bytes().clone(), recorded(recorded, frame.device(), all.size())));
        }
        return byDevice.toString();
    }

    private static JsonNode recorded(JsonNode frames, String device, int index) {
        int seen = 0;
        for (JsonNode frame : frames) {
            if (frame.get("if").asText().equals(device) && seen++ == index) {
                return frame;
            }
        }
        return frames.path(-1);
    }

    private static String masked(byte[] bytes, JsonNode frame) {
        for (JsonNode mask : frame.path("mask")) {
            int from = mask.get(0).asInt();
            for (int i = from; i < Math.min(bytes.length, from + mask.get(1).asInt()); i++) {
                bytes[i] = 0;
            }
        }
        return HEX.formatHex(bytes);
    }

    private static String drops(JsonNode expected) {
        var drops = new ArrayList<String>();
        // The compiler's clones of a function are that function.
        expected.path("drops")
                .forEach(d ->
                        drops.add(
                                d.get("reason").asText()
                                        + "@"
                                        + d.get("at").asText().replaceFirst("[.].*", "")));
        return drops.toString();
    }

    private static String drops(Verdict.Trail trail) {
        var drops = new ArrayList<String>();
        for (Effects.Drop drop : trail.consequences().drops()) {
            drops.add(drop.reason() + "@" + drop.function());
        }
        return drops.toString();
    }

    private static String counters(JsonNode expected) {
        var counters = new TreeMap<String, Integer>();
        expected.path("counters")
                .properties()
                .forEach(e -> counters.put(e.getKey(), e.getValue().asInt()));
        return counters.toString();
    }

    private static String delivered(JsonNode expected) {
        var delivered = new ArrayList<String>();
        expected.path("delivered")
                .forEach(d ->
                        delivered.add(
                                "%s %d: %d from %s %d"
                                        .formatted(
                                                d.get("sock").asText(),
                                                d.get("port").asInt(),
                                                d.get("len").asInt(),
                                                IpAddress.parse(d.get("from").asText()),
                                                d.get("fromport").asInt())));
        return delivered.toString();
    }

    private static String delivered(Verdict.Trail trail) {
        var delivered = new ArrayList<String>();
        for (Effects.Delivery d : trail.consequences().deliveries()) {
            delivered.add(
                    "%s %d: %d from %s %d"
                            .formatted(
                                    d.socket().kind(),
                                    d.socket().localPort(),
                                    d.lengthBytes(),
                                    d.source(),
                                    d.sourcePort()));
        }
        return delivered.toString();
    }

    private static String neighbours(JsonNode expected) {
        var changes = new ArrayList<String>();
        for (JsonNode change : expected.get("neigh_change")) {
            changes.add(
                    "%s %s %s %s %s"
                            .formatted(
                                    change.get("dev").asText(),
                                    change.get("ip").asText(),
                                    change.get("state").asText(),
                                    change.path("lladdr").asText("null"),
                                    change.path("router").asBoolean()));
        }
        return changes.toString();
    }

    private static String neighbours(Verdict.Trail trail) {
        var changes = new ArrayList<String>();
        for (Effects.NeighbourChange change : trail.consequences().neighbourChanges()) {
            changes.add(
                    "%s %s %s %s %s"
                            .formatted(
                                    change.device(),
                                    change.address(),
                                    change.state(),
                                    change.mac() < 0 ? "null" : MacAddress.format(change.mac()),
                                    change.router()));
        }
        return changes.toString();
    }
}
