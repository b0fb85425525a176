package headgate.softnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A capture socket behind the queue layer.
class TappedPathTest {
    private static final long US = 1_000;

    /// One CPU, no costs but 1 µs for each packet in the protocol layer and 10 µs in the reader,
    /// which wakes at once. SO_RCVBUF 0 takes three packets.
    private static final SoftnetProfile CAPTURING =
            SoftnetProfile.LINUX_6.with(
                    Map.of(
                            "irq_ns", "0",
                            "gap_ns", "0",
                            "packet_ns", "1000",
                            "tap", "rcvbuf",
                            "rcvbuf", "0",
                            "reader_ns", "10000",
                            "reader_wakeup_ns", "0"));

    private final EventLog log = new EventLog();

    /// TP-1: packets come to the tap at 1, 2, 3, 4 and 5 µs. The reader takes the first at once and
    /// is busy until 11 µs; the next three find room, the fifth does not.
    @Test
    void handsWhatTheProtocolLayerIsDoneWithToTheTap() {
        QueueLayer path = QueueLayer.of(CAPTURING, log);
        for (int i = 0; i < 5; i++) {
            path.offer(i, 0, 60, 1);
        }
        PathStats stats = path.drain(path.runUntilIdle());

        assertEquals(4, stats.delivered());
        assertEquals(1, stats.dropped());
        assertEquals(0, stats.queued());
        assertTrue(log.lines.contains("dropped 4 at 5000 cpu 0 PACKET_SOCK_ERROR"));
        StageStats tap = stats.stages().getLast();
        assertEquals("tap", tap.stage());
        assertEquals(5, tap.offered());
        assertEquals(4, tap.delivered());
        assertEquals(Map.of(DropReason.PACKET_SOCK_ERROR, 1L), tap.dropped());
        assertEquals(3, tap.depthMax());
        assertEquals(4, tap.waiting().count());
        assertEquals("tp_packets 5 tp_drops 1", path.tapStat().toString());
        assertEquals(41 * US, stats.endNanos());
    }

    @Test
    void hasWhatWaitsForTheReaderAmongWhatIsQueued() {
        QueueLayer path = QueueLayer.of(CAPTURING, log);
        for (int i = 0; i < 5; i++) {
            path.offer(i, 0, 60, 1);
        }
        PathStats first = path.drain(4 * US);
        assertEquals(1, first.delivered());
        // Three in the socket, and the fifth packet in service.
        assertEquals(4, first.queued());
        PathStats second = path.drain(path.runUntilIdle());
        assertEquals(3, second.delivered());
        assertEquals(1, second.dropped());
    }

    @Test
    void isTheQueueLayerAloneWhereNobodyCaptures() {
        QueueLayer path = QueueLayer.of(CAPTURING.with("tap", "off"), log);
        path.offer(0, 0, 60, 1);
        PathStats stats = path.drain(path.runUntilIdle());

        assertEquals(
                List.of("backlog", "softirq"),
                stats.stages().stream().map(StageStats::stage).toList());
        assertEquals("off", path.tapStat().toString());
    }

    @Test
    void keepsItsTapWhileItRuns() {
        QueueLayer path = QueueLayer.of(CAPTURING, log);

        assertTrue(path.canAdopt(CAPTURING.with("backlog", "7")));
        path.adopt(CAPTURING.with("backlog", "7"));
        assertFalse(path.canAdopt(CAPTURING.with("rcvbuf", "1")));
        assertThrows(
                IllegalArgumentException.class, () -> path.adopt(CAPTURING.with("rcvbuf", "1")));
    }

    @Test
    void namesTheTapsThatExist() {
        var refused =
                assertThrows(
                        IllegalArgumentException.class, () -> CAPTURING.with("tap", "libpcap"));
        assertEquals(
                "tap=libpcap is not allowed: off, rcvbuf, tpacket_v2, tpacket_v3, pf_ring, winpcap,"
                        + " winpcap-old, bpf (how a program captures what the protocol layer takes)",
                refused.getMessage());
    }
}
