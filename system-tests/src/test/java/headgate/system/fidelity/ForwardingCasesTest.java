package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.Verdict;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every recorded frame: where a verdict is given at all, it is the kernel's.
class ForwardingCasesTest {
    private static final String ENDING = ".jsonl.gz";

    /// How the frames of one scenario fared.
    private static final class Tally {
        int frames;
        int equal;
        int incomplete;
        final List<String> wrong = new ArrayList<>();
        final TreeMap<String, Integer> why = new TreeMap<>();
    }

    @TestFactory
    Stream<DynamicTest> neverGivesAWrongVerdict() {
        return scenarios().stream()
                .map(s -> DynamicTest.dynamicTest(s, () -> neverGivesAWrongVerdict(s)));
    }

    private static void neverGivesAWrongVerdict(String scenario) throws Exception {
        Tally tally = run(scenario);
        assertEquals(List.of(), tally.wrong.stream().limit(10).toList(), scenario);
    }

    /// Scenarios without options, fragments to the host, ARP, IPv6 or a packet filter: there a
    /// verdict is owed.
    @Test
    void judgesNearlyEveryFrameOfPlainForwarding() throws Exception {
        int frames = 0;
        int equal = 0;
        for (String scenario : scenarios()) {
            if (scenario.matches(
                    "martians.*|rpf.*|policy_rules|rand4.*|ecmp4.*|redirects.*|"
                            + "mtu_frag|routing_types|ip_forward_off|l2_ipv4.*")) {
                Tally tally = run(scenario);
                frames += tally.frames;
                equal += tally.equal;
            }
        }
        System.out.printf("plain IPv4 forwarding: %d of %d frames equal%n", equal, frames);
        assertTrue(frames > 5000, "only " + frames + " frames");
        assertTrue(equal >= 0.99 * frames, equal + " of " + frames);
    }

    @Test
    void saysHowMuchIsJudged() throws Exception {
        int frames = 0;
        int equal = 0;
        var why = new TreeMap<String, Integer>();
        for (String scenario : scenarios()) {
            Tally tally = run(scenario);
            frames += tally.frames;
            equal += tally.equal;
            tally.why.forEach((reason, count) -> why.merge(reason, count, Integer::sum));
        }
        System.out.printf("all scenarios: %d of %d frames equal%n", equal, frames);
        why.forEach((reason, count) -> System.out.printf("%7d incomplete: %s%n", count, reason));
        assertTrue(equal >= 7600, equal + " of " + frames);
    }

    private static List<String> scenarios() {
        return ForwardingCases.scenarios(ENDING).stream()
                .filter(name -> !name.endsWith(".routes"))
                .toList();
    }

    private static Tally run(String scenario) throws Exception {
        var path = new ForwardingPath(ForwardingCases.snapshot(scenario));
        var decoder = new FrameDecoder();
        var frame = new Frame();
        var tally = new Tally();
        for (JsonNode line : ForwardingCases.lines(scenario + ENDING)) {
            byte[] bytes = HexFormat.of().parseHex(line.get("frame_hex").asText());
            if (isIpv6(bytes)) {
                continue;
            }
            frame.bytes = MemorySegment.ofArray(bytes);
            frame.lengthCaptured = frame.lengthOnWire = bytes.length;
            decoder.decode(frame);
            Verdict verdict = path.decide(frame, line.get("ifname").asText());
            judge(tally, line, verdict);
        }
        return tally;
    }

    /// Those are [Ip6CasesTest]'s.
    private static boolean isIpv6(byte[] frame) {
        return frame[12] == (byte) 0x86 && frame[13] == (byte) 0xdd;
    }

    private static void judge(Tally tally, JsonNode line, Verdict verdict) {
        tally.frames++;
        if (verdict instanceof Verdict.Incomplete(String reason, _)) {
            tally.incomplete++;
            tally.why.merge(reason, 1, Integer::sum);
            return;
        }
        String difference = difference(verdict, line.get("expected"));
        if (difference == null) {
            tally.equal++;
            return;
        }
        tally.wrong.add(
                "frame %d (%s): %s; ours %s"
                        .formatted(
                                line.get("seq").asInt(),
                                line.get("label").asText(),
                                difference,
                                verdict));
    }

    /// What differs, in words; null if nothing.
    private static String difference(Verdict verdict, JsonNode expected) {
        String kernel = expected.get("verdict").asText();
        return switch (verdict) {
            case Verdict.Forward f -> forwarding(kernel, expected, f);
            case Verdict.Pending p ->
                    differs("verdict", kernel, "arp_pending")
                            .or("device", expected.path("out_if").asText(), p.device())
                            .or("next hop", expected.path("next_hop").asText(), p.nextHop())
                            .or("drops", expected.path("drops").toString(), "[]")
                            .text();
            case Verdict.Local _ -> isDelivered(expected) ? null : "verdict " + kernel;
            case Verdict.Refused r -> refusal(kernel, expected, r);
            case Verdict.Reassembling _ -> differs("verdict", kernel, "reassembly_pending").text();
            case Verdict.Consumed _ -> differs("verdict", kernel, "consumed").text();
            case Verdict.Incomplete _ -> null;
        };
    }

    private static String forwarding(String kernel, JsonNode expected, Verdict.Forward forward) {
        boolean redirects = expected.path("counters").has("Icmp.OutRedirects");
        Difference difference =
                differs("verdict", kernel.replaceFirst("[+_].*", ""), "forward")
                        .or("device", expected.path("out_if").asText(), forward.device())
                        .or("mac", mac(expected, forward.nextHopMac()), forward.nextHopMac())
                        .or("redirect", "" + redirects, "" + forward.redirect())
                        .or("fragments", "" + leaving(expected), "" + forward.fragments());
        // What the ICMP redirect itself counts is not part of the verdict.
        return redirects
                ? difference.text()
                : difference.or("counters", counters(expected), counters(forward.trail())).text();
    }

    /// A next hop with an IPv6 address is recorded without its link address.
    private static String mac(JsonNode expected, String ours) {
        return expected.has("next_hop_mac") ? expected.get("next_hop_mac").asText() : ours;
    }

    private static int leaving(JsonNode expected) {
        int leaving = 0;
        for (JsonNode frame : expected.get("egress")) {
            leaving += frame.get("kind").asText().startsWith("forward") ? 1 : 0;
        }
        return leaving;
    }

    /// Delivered, whatever the protocol then did.
    private static boolean isDelivered(JsonNode expected) {
        JsonNode counters = expected.path("counters");
        return counters.has("Ip.InDelivers") || counters.has("Ip.InUnknownProtos");
    }

    private static String refusal(String kernel, JsonNode expected, Verdict.Refused refused) {
        Verdict.IcmpError answer = refused.answer();
        // The compiler's clones of a function are that function.
        String at = expected.path("drops").path(0).path("at").asText().replaceFirst("[.].*", "");
        Difference difference =
                differs(
                                "reason",
                                expected.path("drop_reason").asText(),
                                refused.dropReason().name())
                        .or("function", at, refused.function());
        if (answer == null) {
            return difference.or("verdict", kernel, "drop").text();
        }
        if (answer.device().isEmpty()) {
            return difference.text();
        }
        String told = answer.type() + "/" + answer.code();
        difference = difference.or("device", expected.path("out_if").asText(), answer.device());
        return answer.nextHopMac().isEmpty()
                ? difference.or("verdict", kernel, "arp_pending").text()
                : difference
                        .or("verdict", kernel, "icmp_error")
                        .or("icmp", icmp(expected), told)
                        .or("mac", expected.path("next_hop_mac").asText(), answer.nextHopMac())
                        .text();
    }

    private static String icmp(JsonNode expected) {
        JsonNode icmp = expected.path("icmp");
        return icmp.path("type").asInt() + "/" + icmp.path("code").asInt();
    }

    private static String counters(JsonNode expected) {
        var counters = new TreeMap<String, Integer>();
        expected.path("counters")
                .properties()
                .forEach(e -> counters.put(e.getKey(), e.getValue().asInt()));
        return counters.toString();
    }

    private static String counters(Verdict.Trail trail) {
        return new TreeMap<>(trail.counters()).toString();
    }

    private record Difference(String text) {
        Difference or(String what, String kernel, String ours) {
            return text != null ? this : differs(what, kernel, ours);
        }
    }

    private static Difference differs(String what, String kernel, String ours) {
        return new Difference(
                kernel.equals(ours) ? null : what + ": kernel " + kernel + ", ours " + ours);
    }
}
