package headgate.forwarding;

import static headgate.forwarding.RouterFixture.packet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Frame;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictSumsTest {
    private final ForwardingPath path = new RouterFixture().path();

    private void add(VerdictSums sums, Frame frame) {
        sums.add(frame, path.judge(frame, path.host().device("eth0")));
    }

    @Test
    void addsUpUnderTheNamesOfTheKernel() {
        var sums = new VerdictSums();
        add(sums, packet("10.0.0.9", "8.8.8.8", 64, 60));
        add(sums, packet("10.0.0.9", "9.9.9.9", 64, 80));
        add(sums, packet("10.0.0.9", "8.8.8.8", 1, 60));
        sums.add(packet("10.0.0.9", "8.8.8.8", 64, 60), null);
        VerdictStats stats = sums.drain("gw1", "eth0", 3, 5);
        assertEquals(Map.of("forward", 2L, "reject", 1L, "incomplete", 1L), stats.verdicts());
        assertEquals(Map.of("IP_INHDR", 1L), stats.dropReasons());
        assertEquals(3, stats.counters().get("Ip.InReceives"));
        assertEquals(2, stats.counters().get("Ip.ForwDatagrams"));
        assertEquals(1, stats.counters().get("Ip.InHdrErrors"));
        assertEquals(4, stats.packets());
        assertEquals(60 + 80 + 60 + 60 + 4 * 14, stats.bytes());
        assertTrue(sums.isEmpty());
        assertEquals(Map.of(), sums.stats("gw1", "eth0", 3, 6).counters());
    }

    @Test
    void goesOnFromTheSumsOfAnother() {
        var first = new VerdictSums();
        add(first, packet("10.0.0.9", "8.8.8.8", 64, 60));
        var second = new VerdictSums();
        second.restore(first.stats("gw1", "eth0", 0, 5));
        for (VerdictSums sums : new VerdictSums[] {first, second}) {
            add(sums, packet("10.0.0.9", "8.8.8.8", 1, 60));
        }
        assertEquals(first.drain("gw1", "eth0", 0, 5), second.drain("gw1", "eth0", 0, 5));
    }
}
