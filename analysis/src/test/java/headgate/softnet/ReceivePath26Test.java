package headgate.softnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Traces of a 2.6.12 kernel, each worked by hand from the rules of `docs/receive-path.md`. Unless
/// one says otherwise all costs are 0 but the service times that the arrivals bring along, and HZ
/// is 1000: a tick is 1 ms.
class ReceivePath26Test {
    private static final long US = 1_000;
    private static final long MS = 1_000_000;
    private static final Map<String, String> NO_COSTS =
            Map.of(
                    "irq_ns", "0",
                    "ksoftirqd_ns", "0",
                    "gap_ns", "0",
                    "packet_ns", "0",
                    "driver_ns", "0",
                    "poll_ns", "0");
    private static final SoftnetProfile FREE = SoftnetProfile.LINUX_2_6.with(NO_COSTS);
    private static final SoftnetProfile E100 = SoftnetProfile.LINUX_2_6_E100.with(NO_COSTS);

    private final EventLog log = new EventLog();

    /// The first packet keeps the CPU busy for `nanos` from time 0 on; it is taken up at once.
    private ReceivePath26 blocked(SoftnetProfile profile, long nanos) {
        var path = new ReceivePath26(profile, log);
        path.offer(0, 0, 60, 0, nanos);
        path.runUntil(0);
        return path;
    }

    private static void offer(ReceivePath26 path, int count, long nanos, long serviceNanos) {
        for (int i = 0; i < count; i++) {
            path.offer(i, nanos, 60, 0, serviceNanos);
        }
    }

    /// OP-10: `qlen <= 2` takes packets at lengths 0, 1 and 2, so three wait.
    @Test
    void holdsOneMoreThanMaxBacklogBesideThePacketInService() {
        ReceivePath26 path = blocked(FREE.with("backlog", "2"), MS);
        offer(path, 5, 1, 0);

        assertEquals(3, path.softnetData().inputPktQueue.length());
        assertEquals("00000007 00000002", path.softnetStat(0).toString().substring(0, 17));
    }

    /// OP-11, OP-13, bound 2. One packet of 10 µs is in service; three wait, the fourth of them
    /// throttles. Each takes 10 µs: at 35 µs one is left in the queue, and a packet is still
    /// dropped. At 40 µs the last was taken out: the next packet finds the queue empty and is
    /// taken.
    @Test
    void dropsEverythingAfterAnOverflowUntilTheQueueIsEmpty() {
        ReceivePath26 path = blocked(FREE.with("backlog", "2"), 10 * US);
        offer(path, 4, 1, 10 * US);
        assertTrue(path.softnetData().isThrottled());
        path.offer(5, 25 * US, 60, 0, 10 * US);
        assertEquals(1, path.softnetData().inputPktQueue.length());
        assertEquals(2, path.softnetStat(0).dropped());
        path.offer(6, 35 * US, 60, 0, 10 * US);
        assertFalse(path.softnetData().isThrottled());
        assertEquals(2, path.softnetStat(0).dropped());
    }

    /// The same burst under the rules of 6.18, which takes packets again as soon as it has spliced.
    @Test
    void throttlesWhereLinux6DoesNot() {
        var settings = new HashMap<>(NO_COSTS);
        settings.put("backlog", "2");
        QueueLayer linux6 = QueueLayer.of(SoftnetProfile.LINUX_6.with(settings), RxListener.NONE);
        QueueLayer linux26 = QueueLayer.of(FREE.with("backlog", "2"), RxListener.NONE);
        for (QueueLayer path : List.of(linux6, linux26)) {
            path.offer(0, 0, 60, 0, 10 * US);
            path.runUntil(0);
            for (int i = 1; i <= 4; i++) {
                path.offer(i, 1, 60, 0, 10 * US);
            }
            path.offer(5, 15 * US, 60, 0, 10 * US);
        }

        assertEquals(1, linux6.softnetStat(0).dropped());
        assertEquals(2, linux26.softnetStat(0).dropped());
    }

    /// OP-12: two overflows in one episode, one in the next.
    @Test
    void countsEpisodesOfThrottlingNotPackets() {
        ReceivePath26 path = blocked(FREE.with("backlog", "1"), 10 * US);
        offer(path, 4, 1, 0);
        assertEquals(1, path.softnetStat(0).throttled());
        path.runUntilIdle();
        path.offer(5, MS, 60, 0, MS);
        path.runUntil(MS);
        offer(path, 3, MS + 1, 0);

        assertEquals(2, path.softnetStat(0).throttled());
        assertEquals(3, path.softnetStat(0).dropped());
    }

    /// OP-13: the poll that finds the queue empty ends the throttling too. Bound 1: two wait behind
    /// the first, the third throttles; at 10 µs all are served and the queue is found empty.
    @Test
    void endsThrottlingWhenThePollFindsTheQueueEmpty() {
        ReceivePath26 path = blocked(FREE.with("backlog", "1"), 10 * US);
        offer(path, 3, 1, 0);
        assertTrue(path.softnetData().isThrottled());
        path.runUntil(10 * US);

        assertFalse(path.softnetData().isThrottled());
    }

    /// OP-14: the second packet finds the queue empty and the device scheduled, so one poll takes
    /// both and no other follows.
    @Test
    void schedulesTheBacklogDeviceOnce() {
        ReceivePath26 path = blocked(FREE, MS);
        offer(path, 1, 1, 0);
        path.runUntilIdle();

        assertEquals(List.of(2), log.works);
    }

    /// OP-16: three packets leave one of the weight of four, and the list. The device has the whole
    /// weight when it comes back: four, neither one nor five.
    @Test
    void givesADeviceItsWeightAsQuotaWhenItIsScheduled() {
        var path = new ReceivePath26(FREE.with("weight", "4"), log);
        offer(path, 3, 0, 10);
        path.runUntilIdle();
        offer(path, 6, MS, 10);
        path.runUntilIdle();

        assertEquals(List.of(3, 4, 2), log.works);
    }

    /// OP-25: packets of 3 ms squeeze each run after one. After ten runs the last two wait a second
    /// for ksoftirqd, but a packet comes at 100 ms: at the end of its interrupt, 500 ns later, the
    /// softirq runs. A packet that is dropped is an interrupt as well.
    @Test
    void runsTheSoftirqWhenTheInterruptOfAPacketEnds() {
        SoftnetProfile profile = FREE.with(Map.of("irq_ns", "500", "ksoftirqd_ns", "1000000000"));
        var path = new ReceivePath26(profile, log);
        offer(path, 12, 0, 3 * MS);
        path.offer(12, 100 * MS, 60, 0, 0);
        path.runUntilIdle();
        assertTrue(
                log.lines.contains("delivered 10 100000500-103000500 cpu 0"), log.lines::toString);
        assertEquals(13, path.drain(0).irqs());

        ReceivePath26 full = blocked(FREE.with("backlog", "2"), MS);
        offer(full, 5, 1, 0);
        PathStats stats = full.drain(2);
        assertEquals(2, stats.dropped());
        assertEquals(6, stats.irqs());
    }

    /// OP-15: starts at 10; lengths 1 to 6 behind a blocker, and the blocker's own 1 before them:
    /// 10/2 + 1/2 = 5; 5/2 + 1/2 = 2; 1 + 1 = 2; 1 + 1 = 2; 1 + 2 = 3; 1 + 2 = 3; 1 + 3 = 4.
    @Test
    void averagesTheBacklogWithBothHalvesTruncated() {
        ReceivePath26 path = blocked(FREE, MS);
        assertEquals(5, path.softnetData().avgBlog());
        var averages = new ArrayList<Integer>();
        for (int i = 1; i <= 6; i++) {
            path.offer(i, i, 60, 0, 0);
            averages.add(path.softnetData().avgBlog());
        }

        assertEquals(List.of(2, 2, 2, 3, 3, 4), averages);
    }

    /// OP-15: strictly above 20, 100 and 290.
    @Test
    void saysHowCongestedItIs() {
        assertEquals(CongestionLevel.NET_RX_SUCCESS, CongestionLevel.of(20));
        assertEquals(CongestionLevel.NET_RX_CN_LOW, CongestionLevel.of(21));
        assertEquals(CongestionLevel.NET_RX_CN_LOW, CongestionLevel.of(100));
        assertEquals(CongestionLevel.NET_RX_CN_MOD, CongestionLevel.of(101));
        assertEquals(CongestionLevel.NET_RX_CN_MOD, CongestionLevel.of(290));
        assertEquals(CongestionLevel.NET_RX_CN_HIGH, CongestionLevel.of(291));
    }

    /// OP-20 to OP-23: 299 packets wait behind a blocker, 300 in all. The blocker's poll goes on
    /// with 63 of them; one run serves 64 + 64 + 64 + 64 + 44 = 300, its whole budget. The fifth
    /// poll took its limit, so the device is still on the list: the run is squeezed, and the next
    /// one polls nothing and ends.
    @Test
    void servesTheWholeBudgetInOneRunAndIsSqueezedWhileSomethingIsOnTheList() {
        ReceivePath26 path = blocked(FREE, 10 * US);
        offer(path, 299, 1, 0);
        path.runUntilIdle();
        PathStats stats = path.drain(MS);

        assertEquals(List.of(64, 64, 64, 64, 44, 0), log.works);
        assertEquals(1, stats.timeSqueeze());
        assertEquals(2, stats.netRxRuns());
    }

    /// OP-21: the test stands before the poll: 299 packets leave one of the budget, and the fifth
    /// poll finds the queue empty after 43: no squeeze.
    @Test
    void isNotSqueezedWhenNothingIsLeftToPoll() {
        ReceivePath26 path = blocked(FREE, 10 * US);
        offer(path, 298, 1, 0);
        path.runUntilIdle();

        assertEquals(List.of(64, 64, 64, 64, 43), log.works);
        assertEquals(0, path.softnetStat(0).timeSqueeze());
    }

    /// OP-23: a queue that ends at the weight costs one more poll, of nothing.
    @Test
    void pollsOnceMoreAfterAFullPoll() {
        ReceivePath26 path = blocked(FREE, 10 * US);
        offer(path, 63, 1, 0);
        path.runUntilIdle();

        assertEquals(List.of(64, 0), log.works);
    }

    /// OP-22, OP-23: packets of 0.7 ms from 0 on, ticks at 1, 2, 3 ms … After the third, at 2.1 ms,
    /// two ticks have passed: the poll ends with 3, and so does the run, squeezed. The next starts
    /// at 2.1 (tick 2): after the third, at 4.2 ms, tick 4: 3 again. The seventh is alone.
    @Test
    void endsAPollAndARunAfterTwoTicks() {
        var path = new ReceivePath26(FREE, log);
        offer(path, 7, 0, 700 * US);
        path.runUntilIdle();

        assertEquals(List.of(3, 3, 1), log.works);
        assertEquals(2, path.softnetStat(0).timeSqueeze());
    }

    /// OP-24: packets of 3 ms squeeze each run after one packet. Ten runs in interrupt context,
    /// then ksoftirqd, of which there are two and a poll that finds nothing.
    @Test
    void leavesTheRestToKsoftirqdAfterTenRuns() {
        var path = new ReceivePath26(FREE, log);
        offer(path, 12, 0, 3 * MS);
        path.runUntilIdle();
        PathStats stats = path.drain(100 * MS);

        assertEquals(12, stats.delivered());
        assertEquals(3, log.worksInKsoftirqd);
        assertEquals(List.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0), log.works);
        assertEquals(12, stats.timeSqueeze());
    }

    /// OP-40: two of `total` for a delivered packet of `netif_rx`, one for a dropped one. Four are
    /// served and one is dropped: 4 × 2 + 1. The budget of 2 ends the first run after two of them.
    @Test
    void countsADeliveredPacketTwice() {
        ReceivePath26 path = blocked(FREE.with("backlog", "2"), 10 * US);
        offer(path, 4, 1, 0);
        path.runUntilIdle();

        assertEquals(
                "00000009 00000001 00000002 00000001 00000000 00000000 00000000 00000000 00000000",
                path.softnetStat(0).toString());
    }

    /// OP-40: a packet that a NAPI takes does not pass `netif_rx`.
    @Test
    void countsAPacketOfANapiOnce() {
        var path = new ReceivePath26(E100, log);
        path.offer(0, 0, 60, 0, 0);
        path.runUntilIdle();

        assertEquals(1, path.softnetStat(0).total());
    }

    /// OP-30, OP-31: four descriptors. The poll takes the first frame at 0, whose buffer is not
    /// refilled before the poll ends: three more fit, the last of them into EL.
    @Test
    void losesFramesWhenTheReceiveUnitHasStopped() {
        var path = new ReceivePath26(E100.with("ring", "4"), log);
        path.offer(0, 0, 60, 0, 10 * US);
        path.runUntil(0);
        for (int i = 1; i <= 5; i++) {
            path.offer(i, i, 60, 0, 0);
        }

        assertEquals(
                List.of(
                        "dropped 4 at 4 cpu 0 RX_MISSED_ERRORS",
                        "dropped 5 at 5 cpu 0 RX_MISSED_ERRORS"),
                log.lines);
    }

    /// OP-33 to OP-36: the same four frames. The first poll takes them all (4) and finds EL: the
    /// receive unit is known to be suspended, and the ring is refilled. The second finds nothing
    /// and starts the receiver, which counts as work (1). The third does nothing and unmasks the
    /// interrupt. FR was set by the frames that came while it was masked, so it interrupts once
    /// more, and a fourth poll does nothing.
    @Test
    void startsTheReceiverInThePollAfterTheOneThatFoundTheEndOfTheList() {
        var path = new ReceivePath26(E100.with("ring", "4"), log);
        path.offer(0, 0, 60, 0, 10 * US);
        path.runUntil(0);
        for (int i = 1; i <= 5; i++) {
            path.offer(i, i, 60, 0, 0);
        }
        path.runUntilIdle();

        assertEquals(List.of(4, 1, 0, 0), log.works);
        assertEquals(2, path.drain(MS).irqs());
        path.offer(6, MS, 60, 0, 0);
        path.runUntilIdle();
        assertEquals(5, path.drain(2 * MS).delivered() + 4);
    }

    /// OP-36: one frame: a poll that takes it, a poll that takes nothing and leaves the list.
    @Test
    void leavesThePollListOnlyAfterAPollOfNothing() {
        var path = new ReceivePath26(E100, log);
        path.offer(0, 0, 60, 0, 10 * US);
        path.runUntilIdle();

        assertEquals(List.of(1, 0), log.works);
        assertEquals(1, path.drain(MS).irqs());
    }

    /// OP-34: 20 frames and a weight of 16: the first poll stops with frames left and refills; the
    /// second takes the 4, the third nothing. The frames behind the first set FR while the
    /// interrupt was masked: one more interrupt, one more poll of nothing.
    @Test
    void refillsAfterEachPoll() {
        var path = new ReceivePath26(E100, log);
        path.offer(0, 0, 60, 0, 10 * US);
        path.runUntil(0);
        offer(path, 19, 1, 0);
        path.runUntilIdle();

        assertEquals(List.of(16, 4, 0, 0), log.works);
    }

    /// OP-32: while the interrupt is masked frames bring none, and in the ring they wait for the
    /// poll.
    @Test
    void masksTheInterruptWhileItPolls() {
        var path = new ReceivePath26(E100, log);
        path.offer(0, 0, 60, 0, 10 * US);
        path.runUntil(0);
        offer(path, 5, 1, 10 * US);
        path.runUntil(5 * US);

        assertEquals(1, path.drain(5 * US).irqs());
    }
}
