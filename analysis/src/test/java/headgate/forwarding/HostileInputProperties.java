package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.Decision.Outcome;
import headgate.packet.Frame;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// Whatever comes from a wire or from a file gets an answer.
class HostileInputProperties {
    private static final ForwardingPath PATH = new RouterFixture().path();

    @Property
    void everyFrameGetsAVerdict(@ForAll @Size(max = 120) byte[] bytes) {
        Frame frame = RouterFixture.frame(bytes);
        assertNotNull(PATH.decide(frame, "eth0"));
    }

    /// Damage behind the link layer reaches the later checks.
    @Property
    void everyDamagedPacketGetsAVerdict(
            @ForAll @IntRange(min = 14, max = 60) int at,
            @ForAll byte value,
            @ForAll @IntRange(min = 0, max = 74) int cut) {
        byte[] bytes = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 64, 60, 1, 0);
        bytes[at] = value;
        Frame frame = RouterFixture.frame(bytes);
        frame.lengthCaptured = cut;
        Decision decision = PATH.judge(frame, PATH.host().device("eth0"));
        assertNotEquals(Outcome.UNDECIDED, decision.outcome);
        assertNotNull(PATH.verdict(decision));
    }

    @Property(tries = 500)
    void everyDamagedSnapshotIsReadOrRefused(
            @ForAll @IntRange(min = 0, max = 8) int which,
            @ForAll int place,
            @ForAll @IntRange(min = 32, max = 126) int character) {
        Map<String, String> documents = new TreeMap<>(new RouterFixture().documents());
        String name = documents.keySet().toArray(String[]::new)[which % documents.size()];
        var text = new StringBuilder(documents.get(name));
        text.setCharAt(Math.floorMod(place, text.length()), (char) character);
        documents.put(name, text.toString());
        try {
            var path = new ForwardingPath(HostSnapshot.of(documents));
            assertNotNull(path.decide(RouterFixture.packet("10.0.0.9", "8.8.8.8", 64, 60), "eth0"));
        } catch (SnapshotException refused) {
            assertTrue(refused.getMessage().startsWith(name), refused.getMessage());
        }
    }
}
