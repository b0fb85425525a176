package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.console.recorded.Difference;
import headgate.console.recorded.PredictedFrame;
import headgate.console.recorded.RecordedDecisions;
import headgate.forwarding.ForwardingPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every recorded frame, with everything that was recorded of it: frames that leave, byte for byte;
/// drops, counters, deliveries, neighbours, route answers.
class ForwardingCasesTest {
    /// Frames that differ, each for its reason in `docs/forwarding.md`.
    private static final Set<String> DIFFERENT = Set.of("martians_default 311");

    private static final String PLAIN_IPV4 =
            "arp_.*|ecmp4_.*|fragments_in|icmp_.*|ip_.*|l2_ipv4.*|local_services|martians_.*|"
                    + "mtu_frag|policy_rules|rand4.*|redirects.*|routing_types|rpf_.*";

    /// How the frames of one scenario fared.
    private static final class Tally {
        int frames;
        int equal;
        final List<String> wrong = new ArrayList<>();
        final TreeMap<String, Integer> incomplete = new TreeMap<>();
    }

    private static List<String> scenarios() throws Exception {
        return new RecordedDecisions(ForwardingCases.directory()).scenarios();
    }

    @TestFactory
    Stream<DynamicTest> isNeverWrong() throws Exception {
        return scenarios().stream().map(s -> DynamicTest.dynamicTest(s, () -> isNeverWrong(s)));
    }

    private static void isNeverWrong(String scenario) throws Exception {
        Tally tally = run(scenario);
        assertTrue(tally.frames > 0, "no frames in " + scenario);
        assertEquals(List.of(), tally.wrong.stream().limit(10).toList(), scenario);
    }

    /// Without a packet filter nothing of IPv4 is left open.
    @TestFactory
    Stream<DynamicTest> answersAllOfPlainIpv4() throws Exception {
        return scenarios().stream()
                .filter(it -> it.matches(PLAIN_IPV4))
                .map(s -> DynamicTest.dynamicTest(s, () -> answersAllOfPlainIpv4(s)));
    }

    private static void answersAllOfPlainIpv4(String scenario) throws Exception {
        Tally tally = run(scenario);
        assertEquals(new TreeMap<>(), tally.incomplete, scenario);
    }

    @Test
    void saysHowMuchIsEqual() throws Exception {
        int frames = 0;
        int equal = 0;
        var incomplete = new TreeMap<String, Integer>();
        for (String scenario : scenarios()) {
            Tally tally = run(scenario);
            frames += tally.frames;
            equal += tally.equal;
            tally.incomplete.forEach((why, count) -> incomplete.merge(why, count, Integer::sum));
        }
        System.out.printf("all scenarios: %d of %d frames equal%n", equal, frames);
        incomplete.forEach((why, count) -> System.out.printf("%7d incomplete: %s%n", count, why));
        assertTrue(equal >= 14_770, equal + " of " + frames);
    }

    /// Those that differ are [Ip6CasesTest]'s.
    private static boolean isIpv6(JsonNode line) {
        return line.get("frame_hex").asText().startsWith("86dd", 24);
    }

    private static Tally run(String scenario) throws Exception {
        var recordings = new RecordedDecisions(ForwardingCases.directory());
        var frame = new PredictedFrame(new ForwardingPath(recordings.snapshot(scenario)));
        var tally = new Tally();
        recordings.frames(
                scenario,
                line -> {
                    var ours = frame.of(line);
                    String place = scenario + " " + line.get("seq").asInt();
                    tally.frames++;
                    if (!frame.incomplete().isEmpty()) {
                        tally.incomplete.merge(frame.incomplete(), 1, Integer::sum);
                        return;
                    }
                    List<Difference> differences = Difference.between(line.get("expected"), ours);
                    tally.equal += differences.isEmpty() ? 1 : 0;
                    if (!differences.isEmpty() && !DIFFERENT.contains(place) && !isIpv6(line)) {
                        tally.wrong.add(place + ": " + differences);
                    }
                });
        return tally;
    }
}
