package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.nft.NftRule;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// After all frames of a recording, each rule has counted what it counted in the kernel.
class RuleCountersTest {
    @TestFactory
    Stream<DynamicTest> rulesCountWhatTheyCountInTheKernel() {
        return ForwardingCases.scenarios(".jsonl.gz").stream()
                .filter(name -> Files.exists(counters(name)))
                .map(name -> DynamicTest.dynamicTest(name, () -> compare(name)));
    }

    private static Path counters(String scenario) {
        return ForwardingCases.directory().resolve("scenarios/" + scenario + "/nft_after.json");
    }

    private static void compare(String scenario) throws Exception {
        var path = new ForwardingPath(ForwardingCases.snapshot(scenario));
        judgeAll(scenario, path);
        Map<String, NftRule> rules = new HashMap<>();
        path.host().ruleset().rules().forEach(rule -> rules.put(rule.toString(), rule));
        var kernel = new TreeMap<String, String>();
        var ours = new TreeMap<String, String>();
        for (JsonNode element :
                new ObjectMapper().readTree(counters(scenario).toFile()).get("nftables")) {
            JsonNode rule = element.path("rule");
            for (JsonNode statement : rule.path("expr")) {
                if (statement.has("counter")) {
                    String name = name(rule);
                    JsonNode counter = statement.get("counter");
                    kernel.put(name, counter.get("packets") + "/" + counter.get("bytes"));
                    NftRule read = rules.get(name);
                    ours.put(name, path.filter().packets(read) + "/" + path.filter().bytes(read));
                }
            }
        }
        assertTrue(!kernel.isEmpty(), "no counters in " + scenario);
        assertEquals(kernel, ours);
    }

    private static String name(JsonNode rule) {
        return "rule %s %s %s handle %d"
                .formatted(
                        rule.get("family").asText(),
                        rule.get("table").asText(),
                        rule.get("chain").asText(),
                        rule.get("handle").asLong());
    }

    private static void judgeAll(String scenario, ForwardingPath path) throws Exception {
        var decoder = new FrameDecoder();
        var frame = new Frame();
        for (JsonNode line : ForwardingCases.lines(scenario + ".jsonl.gz")) {
            byte[] bytes = HexFormat.of().parseHex(line.get("frame_hex").asText());
            frame.bytes = MemorySegment.ofArray(bytes);
            frame.lengthCaptured = frame.lengthOnWire = bytes.length;
            decoder.decode(frame);
            path.decide(frame, line.get("ifname").asText());
        }
    }
}
