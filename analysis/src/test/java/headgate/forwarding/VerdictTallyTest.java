package headgate.forwarding;

import static headgate.forwarding.RouterFixture.packet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import headgate.packet.Frame;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTallyTest {
    private static final long SECOND = 1_000_000_000L;

    private final ForwardingPath path = new RouterFixture().path();
    private final VerdictTally tally = new VerdictTally("gw1", SECOND, 1000);

    private void add(VerdictTally tally, Frame frame, long nanos) {
        frame.arrivalNanos = nanos;
        tally.add(frame, "eth0", path.judge(frame, path.host().device("eth0")));
    }

    private static List<FlowVerdict> drain(VerdictTally tally) {
        var verdicts = new ArrayList<FlowVerdict>();
        tally.drain(verdicts::add);
        return verdicts;
    }

    @Test
    void addsUpPacketsOfOneFlowSecondAndFate() {
        add(tally, packet("10.0.0.9", "8.8.8.8", 64, 60), 5);
        add(tally, packet("10.0.0.9", "8.8.8.8", 64, 80), SECOND - 1);
        add(tally, packet("10.0.0.9", "8.8.8.8", 64, 60), SECOND);
        add(tally, packet("10.0.0.9", "8.8.8.8", 1, 60), 6);
        add(tally, packet("10.0.0.9", "9.9.9.9", 64, 60), 7);
        List<FlowVerdict> verdicts = drain(tally);
        assertEquals(4, verdicts.size());
        FlowVerdict first = verdicts.getFirst();
        assertEquals(2, first.packets());
        assertEquals(60 + 80 + 2 * 14, first.bytes());
        assertEquals("forward", first.fate().verdict());
        assertEquals("10.0.1.2", first.fate().nextHop());
        assertEquals("8.8.8.8", first.flow().destination());
        assertEquals(SECOND, verdicts.get(1).secondNanos());
        assertEquals("reject", verdicts.get(2).fate().verdict());
        assertEquals("11/0", verdicts.get(2).fate().icmp());
    }

    @Test
    void startsAnewAfterDraining() {
        add(tally, packet("10.0.0.9", "8.8.8.8", 64, 60), 5);
        assertEquals(1, drain(tally).size());
        assertEquals(List.of(), drain(tally));
        add(tally, packet("10.0.0.9", "8.8.8.8", 64, 60), 5);
        assertEquals(1, drain(tally).getFirst().packets());
    }

    @Test
    void goesOnFromWhatAnotherHandedOver() {
        add(tally, packet("10.0.0.9", "8.8.8.8", 64, 60), 5);
        add(tally, packet("10.0.0.9", "8.8.8.8", 1, 60), 6);
        add(tally, packet("10.0.0.9", "9.9.9.9", 64, 60), 7);
        var log = new HashMap<Long, byte[]>();
        tally.drainChanged(log::put);
        assertEquals(1, log.size());
        tally.drainChanged((page, _) -> fail("nothing changed on page " + page));
        var next = new VerdictTally("gw1", SECOND, 1000);
        log.forEach(next::restore);
        next.restored();
        for (VerdictTally each : List.of(tally, next)) {
            add(each, packet("10.0.0.9", "8.8.8.8", 64, 80), 8);
        }
        List<FlowVerdict> verdicts = drain(tally);
        assertEquals(2, verdicts.getFirst().packets());
        assertEquals(verdicts, drain(next));
    }

    @Test
    void refusesPagesThatItDidNotMake() {
        assertThrows(UncheckedIOException.class, () -> tally.restore(0, new byte[] {0, 1, 0, 9}));
    }

    @Test
    void growsAndThenCountsWhatFindsNoRoom() {
        for (int i = 0; i < 1500; i++) {
            String destination = "8.8." + (i >>> 8) + "." + (i & 255);
            add(tally, packet("10.0.0.9", destination, 64, 60), 5);
            add(tally, packet("10.0.0.9", "8.8.0.0", 64, 60), 5);
        }
        assertEquals(500, tally.notCounted());
        List<FlowVerdict> verdicts = drain(tally);
        assertEquals(1000, verdicts.size());
        assertEquals(1501, verdicts.getFirst().packets());
    }
}
