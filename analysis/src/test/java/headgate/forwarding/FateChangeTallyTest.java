package headgate.forwarding;

import static headgate.forwarding.RouterFixture.packet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FateChangeTallyTest {
    private static final long SECOND = 1_000_000_000L;
    private static final String TO_THE_WORLD =
            "{\"dst\":\"default\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\"}";
    private static final String NOT_TO_8 = "{\"type\":\"prohibit\",\"dst\":\"8.0.0.0/8\"}";

    private final ForwardingPath asIs = new RouterFixture().path();
    private final ForwardingPath whatIf = new RouterFixture().routes(TO_THE_WORLD, NOT_TO_8).path();

    private boolean add(FateChangeTally tally, Frame frame, long nanos) {
        frame.arrivalNanos = nanos;
        return tally.add(
                frame,
                "eth0",
                asIs.judge(frame, asIs.host().device("eth0")),
                whatIf.judge(frame, whatIf.host().device("eth0")));
    }

    private static FateChangeTally tally(int maxRows) {
        return new FateChangeTally("gw1", "not to 8", SECOND, maxRows);
    }

    private static List<FateChange> drain(FateChangeTally tally) {
        var changes = new ArrayList<FateChange>();
        tally.drain(changes::add);
        return changes;
    }

    @Test
    void tellsOnlyWhatFaresOtherwiseWithBothFatesAndTheFirstTime() {
        var tally = tally(100);
        add(tally, packet("10.0.0.9", "9.9.9.9", 64, 60), 5);
        add(tally, packet("10.0.0.9", "8.8.8.8", 64, 60), 6);
        add(tally, packet("10.0.0.9", "8.8.8.8", 64, 80), 7);
        add(tally, packet("10.0.0.9", "8.8.8.8", 1, 80), 8);
        List<FateChange> changes = drain(tally);
        assertEquals(2, changes.size());
        assertEquals("11/0", changes.get(1).asIs().icmp());
        assertEquals("3/13", changes.get(1).whatIf().icmp());
        FateChange change = changes.getFirst();
        assertEquals("not to 8", change.profile());
        assertEquals("forward", change.asIs().verdict());
        assertEquals("reject", change.whatIf().verdict());
        assertEquals(2, change.packets());
        assertEquals(60 + 80 + 2 * 14, change.bytes());
        assertEquals(6, change.firstNanos());
        assertEquals(List.of(), drain(tally));
    }

    @Test
    void goesOnFromWhatAnotherHandedOver() {
        var first = tally(1000);
        var log = new TreeMap<Long, byte[]>();
        for (int i = 0; i < 100; i++) {
            add(first, packet("10.0.0.9", "8.8.8." + i, 64, 60), 6);
            add(first, packet("10.0.0.9", "9.9.9." + i, 64, 60), 6);
        }
        first.drainChanged(log::put);
        assertEquals(4, log.size(), "pages of 64 rows, half of them no changes");
        var second = tally(1000);
        log.descendingMap().forEach(second::restore);
        second.restored();
        for (FateChangeTally each : List.of(first, second)) {
            add(each, packet("10.0.0.9", "8.8.8.99", 64, 60), 8);
            add(each, packet("10.0.0.9", "8.1.1.1", 64, 60), 9);
        }
        second.drainChanged((page, state) -> put(log, page, state));
        assertEquals(2, log.size(), "now with changes alone");
        var third = tally(1000);
        log.forEach(third::restore);
        third.restored();
        List<FateChange> changes = drain(first);
        assertEquals(101, changes.size());
        assertEquals(2, changes.get(99).packets());
        assertEquals(6, changes.get(99).firstNanos());
        assertEquals(changes, drain(second));
        assertEquals(changes, drain(third));
        second.drainChanged((page, state) -> put(log, page, state));
        assertTrue(log.isEmpty());
    }

    private static void put(TreeMap<Long, byte[]> log, long page, byte[] stateOrNull) {
        if (stateOrNull == null) {
            log.remove(page);
        } else {
            log.put(page, stateOrNull);
        }
    }

    @Test
    void countsWhatFindsNoRoom() {
        var tally = tally(1);
        assertTrue(add(tally, packet("10.0.0.9", "9.9.9.9", 64, 60), 5));
        assertFalse(add(tally, packet("10.0.0.9", "8.8.8.8", 64, 60), 6));
        assertEquals(1, tally.notCounted());
    }
}
