package headgate.softnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Little scenarios of rings, interrupts and drivers' NAPIs, each named by a rule of
/// `docs/receive-path.md`. Unless one says otherwise: one interface with one queue, each frame
/// interrupts, all costs 0 but 100 ns of the driver for each frame and the service that it brings
/// along.
class NicTest {
    private static final int FLOW = 0x8000_0001;
    private static final SoftnetProfile FREE =
            SoftnetProfile.LINUX_6
                    .with(
                            Map.of(
                                    "irq_ns", "0",
                                    "wakeup_ns", "0",
                                    "ksoftirqd_ns", "0",
                                    "gap_ns", "0",
                                    "packet_ns", "0",
                                    "driver_ns", "100",
                                    "poll_ns", "0"))
                    .with(Map.of("rx_queues", "1", "rx_usecs", "0", "rx_frames", "0"));

    private final EventLog log = new EventLog();

    private ReceivePath path(Map<String, String> settings) {
        return new ReceivePath(FREE.with(settings), log);
    }

    private static void offer(ReceivePath path, int from, int to, long serviceNanos) {
        for (int i = from; i <= to; i++) {
            path.offer(i, i, 60, FLOW, serviceNanos);
        }
    }

    private static StageStats stage(PathStats stats, String name) {
        return stats.stages().stream()
                .filter(stage -> stage.stage().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// RP-51.
    @Test
    void losesWhatTheRingHasNoDescriptorFor() {
        var path = path(Map.of("ring", "4"));
        path.offer(0, 0, 60, FLOW, 1_000_000);
        path.runUntil(0);
        offer(path, 1, 7, 0);

        assertEquals(
                List.of(
                        "dropped 5 at 5 cpu 0 RX_MISSED_ERRORS",
                        "dropped 6 at 6 cpu 0 RX_MISSED_ERRORS",
                        "dropped 7 at 7 cpu 0 RX_MISSED_ERRORS"),
                log.lines);
        PathStats stats = path.drain(7);
        assertEquals(4, stage(stats, "ring").depthLast());
        assertEquals(4, stage(stats, "ring").capacity());
        assertEquals(Map.of(DropReason.RX_MISSED_ERRORS, 3L), stage(stats, "ring").dropped());
        assertEquals(1, stage(stats, "napi").depthLast());
        assertEquals(5, stats.queued());
        assertEquals(0, path.softnetStat(0).dropped());
    }

    /// RP-50.
    @Test
    void findsTheQueueThroughTheIndirectionTable() {
        var path =
                path(
                        Map.of(
                                "cpus", "3",
                                "rx_queues", "3",
                                "irq_cpu", "2,0,1",
                                "rss_table", "0,2,2,1"));
        for (int hash = 0; hash < 8; hash++) {
            path.offer(hash, 0, 60, hash, 0);
        }
        path.offer(8, 0, 60, -1, 0);
        path.runUntilIdle();

        assertEquals(2, path.softnetStat(2).processed());
        assertEquals(3, path.softnetStat(0).processed());
        assertEquals(4, path.softnetStat(1).processed());
    }

    /// RP-50: without a table of its own, entry n of 128 names queue n mod queues.
    @Test
    void spreadsFlowsEquallyWithoutATableOfItsOwn() {
        var path = path(Map.of("cpus", "3", "rx_queues", "3", "irq_cpu", "0-2"));
        for (int hash = 0; hash < 128; hash++) {
            path.offer(hash, 0, 60, hash, 0);
        }
        path.runUntilIdle();

        assertEquals(43, path.softnetStat(0).processed());
        assertEquals(43, path.softnetStat(1).processed());
        assertEquals(42, path.softnetStat(2).processed());
    }

    /// RP-52.
    @Test
    void interruptsAfterRxUsecsOrRxFramesWhicheverIsFirst() {
        var path = path(Map.of("rx_usecs", "10", "rx_frames", "3"));
        path.offer(1, 0, 60, FLOW, 0);
        path.offer(2, 4_000, 60, FLOW, 0);
        path.runUntil(20_000);
        path.offer(3, 30_000, 60, FLOW, 0);
        path.offer(4, 30_001, 60, FLOW, 0);
        path.offer(5, 30_002, 60, FLOW, 0);
        path.runUntilIdle();

        assertEquals(
                List.of(
                        "delivered 1 10100-10100 cpu 0",
                        "delivered 2 10200-10200 cpu 0",
                        "polled 2 at 10200 cpu 0",
                        "delivered 3 30102-30102 cpu 0",
                        "delivered 4 30202-30202 cpu 0",
                        "delivered 5 30302-30302 cpu 0",
                        "polled 3 at 30302 cpu 0"),
                log.lines);
        assertEquals(2, path.drain(40_000).irqs());
    }

    /// RP-52: with rx-usecs 0 only the number of frames counts.
    @Test
    void keepsFramesInTheRingUntilThereAreRxFramesWhereNoTimeIsSet() {
        var path = path(Map.of("rx_frames", "3"));
        offer(path, 1, 2, 0);
        path.runUntilIdle();
        assertEquals(2, path.drain(1_000).queued());

        path.offer(3, 2_000, 60, FLOW, 0);
        path.runUntilIdle();
        assertEquals(3, path.drain(3_000).delivered());
    }

    /// RP-53, RP-55.
    @Test
    void leavesTheInterruptMaskedUntilTheNapiCompletes() {
        var path = path(Map.of());
        offer(path, 1, 10, 1_000);
        path.runUntilIdle();
        path.offer(11, 20_000, 60, FLOW, 1_000);
        path.runUntilIdle();

        assertEquals(List.of(10, 1), log.works);
        assertEquals(2, path.drain(30_000).irqs());
    }

    /// RP-55: an interrupt that finds the NAPI scheduled makes it poll once more.
    @Test
    void pollsOnceMoreForAnInterruptThatItMissed() {
        var path = path(Map.of("irq_mask", "off"));
        offer(path, 1, 3, 1_000);
        path.runUntilIdle();

        assertEquals(List.of(3, 0), log.works);
        assertEquals(3, path.drain(30_000).irqs());
    }

    /// RP-54.
    @Test
    void losesTheTimeOfAnInterruptFromThePollThatIsOn() {
        var path = path(Map.of("irq_mask", "off", "irq_ns", "50"));
        path.offer(1, 0, 60, FLOW, 1_000);
        path.offer(2, 500, 60, FLOW, 1_000);
        path.runUntilIdle();

        assertEquals("delivered 1 150-1200 cpu 0", log.lines.getFirst());
    }

    /// RP-56: after one frame two completions stay masked, the third does not.
    @Test
    void pollsByTimerWhileHardInterruptsAreDeferred() {
        var path = path(Map.of("napi_defer_hard_irqs", "2", "gro_flush_timeout", "1000"));
        path.offer(1, 0, 60, FLOW, 0);
        path.runUntilIdle();

        assertEquals(
                List.of(
                        "delivered 1 100-100 cpu 0",
                        "polled 1 at 100 cpu 0",
                        "polled 0 at 1100 cpu 0",
                        "polled 0 at 2100 cpu 0"),
                log.lines);
        assertEquals(1, path.drain(5_000).irqs());
    }

    /// RP-56: a frame that comes meanwhile waits for the timer, and defers anew.
    @Test
    void servesAFrameByTheTimerInsteadOfAnInterrupt() {
        var path = path(Map.of("napi_defer_hard_irqs", "1", "gro_flush_timeout", "1000"));
        path.offer(1, 0, 60, FLOW, 0);
        path.offer(2, 400, 60, FLOW, 0);
        path.runUntilIdle();

        assertEquals("delivered 2 1200-1200 cpu 0", log.lines.get(2));
        assertEquals(List.of(1, 1, 0), log.works);
        assertEquals(1, path.drain(5_000).irqs());
    }

    /// RP-56: without a timeout nothing is deferred.
    @Test
    void defersNothingWithoutATimeout() {
        var path = path(Map.of("napi_defer_hard_irqs", "5"));
        path.offer(1, 0, 60, FLOW, 0);
        path.offer(2, 400, 60, FLOW, 0);
        path.runUntilIdle();

        assertEquals(2, path.drain(5_000).irqs());
    }

    /// RP-16, RP-58: the driver's CPU pays for the driver, the other one for the protocol.
    @Test
    void handsFramesToTheCpuThatSteeringNames() {
        var path = path(Map.of("cpus", "2", "rps", "1"));
        path.offer(1, 0, 60, FLOW, 1_000);
        path.offer(2, 0, 60, FLOW, 1_000);
        path.runUntilIdle();

        assertEquals(
                List.of(
                        "polled 2 at 200 cpu 0",
                        "delivered 1 200-1200 cpu 1",
                        "delivered 2 1200-2200 cpu 1",
                        "polled 2 at 2200 cpu 1"),
                log.lines);
        PathStats stats = path.drain(5_000);
        assertEquals(1, stats.ipis());
        assertEquals(
                List.of("ring", "napi", "backlog", "softirq"),
                stats.stages().stream().map(StageStats::stage).toList());
        assertEquals(0, path.softnetStat(0).processed());
        assertEquals(2, path.softnetStat(1).processed());
        // 201 ns to two digits: from the wire to the first service, not from the backlog on.
        assertEquals(1_199, stats.waiting().maxNanos(), 10);
    }

    /// RP-24, RP-25: five queues that use their weight have used up the budget of 300.
    @Test
    void sharesTheBudgetAmongTheNapisOfACpu() {
        var path =
                path(
                        Map.of(
                                "rx_queues", "5",
                                "rss_table", "0-4",
                                "ring", "1000",
                                "irq_ns", "1000"));
        for (int i = 0; i < 5 * 64; i++) {
            path.offer(i, 0, 60, i, 0);
        }
        path.runUntilIdle();

        assertEquals(List.of(64, 64, 64, 64, 64, 0, 0, 0, 0, 0), log.works);
        PathStats stats = path.drain(1_000_000);
        assertEquals(1, stats.timeSqueeze());
        assertEquals(2, stats.netRxRuns());
    }

    /// RP-27: a budget of one frame ends each run after one poll. Queues 0, 1 and 2 have frames at
    /// 0, and a second one each, but for queue 2; while queue 1 is polled one comes to queue 3. The
    /// next list is 2 and 0, which were not polled, then 3, then 1, which has used its weight.
    @Test
    void pollsWhatWasLeftThenWhatWasScheduledThenWhatUsedItsWeight() {
        var path =
                path(
                        Map.of(
                                "rx_queues", "4",
                                "rss_table", "0-3",
                                "napi_weight", "1",
                                "budget", "1"));
        int[] queues = {0, 1, 2, 0, 1};
        for (int i = 0; i < queues.length; i++) {
            path.offer(i, 0, 60, queues[i], 0);
        }
        path.offer(5, 150, 60, 3, 0);
        path.runUntilIdle();

        assertEquals(
                List.of(0, 1, 2, 3, 5, 4),
                log.lines.stream()
                        .filter(line -> line.startsWith("delivered"))
                        .map(line -> Integer.parseInt(line.split(" ")[1]))
                        .toList());
    }

    /// RP-60: frames of one flow that a poll finds together stay three.
    @Test
    void mergesNoFrames() {
        var path = path(Map.of("rx_frames", "3"));
        offer(path, 1, 3, 0);
        path.runUntilIdle();

        assertEquals(List.of(3), log.works.subList(0, 1));
        assertEquals(3, path.softnetStat(0).processed());
    }

    /// RP-57: no run, no budget, no ksoftirqd; on the thread's own CPU.
    @Test
    void pollsInAThreadWhereNapisAreThreaded() {
        var path = path(Map.of("cpus", "2", "threaded", "1", "ksoftirqd_ns", "700", "budget", "0"));
        offer(path, 0, 99, 0);
        path.runUntilIdle();

        assertEquals(List.of(64, 36), log.works);
        assertEquals("delivered 0 800-800 cpu 1", log.lines.getFirst());
        PathStats stats = path.drain(1_000_000);
        assertEquals(0, stats.netRxRuns());
        assertEquals(0, stats.timeSqueeze());
        assertEquals(1, stats.busiestCpu());
    }

    /// RP-57: threads of one CPU take turns, a poll each.
    @Test
    void letsThreadsOfOneCpuTakeTurns() {
        var path =
                path(Map.of("threaded", "0", "rx_queues", "2", "rss_table", "0,1", "ring", "500"));
        for (int i = 0; i < 200; i++) {
            path.offer(i, 0, 60, i, 0);
        }
        path.runUntilIdle();

        assertEquals(List.of(64, 64, 36, 36), log.works);
    }

    /// RP-50: interfaces have queues of their own, and share the CPUs.
    @Test
    void givesEachInterfaceItsQueues() {
        var path = path(Map.of("interfaces", "2", "ring", "1", "cpus", "2", "irq_cpu", "0-1"));
        path.offer(1, 0, 60, FLOW, 1_000, 0);
        path.offer(2, 0, 60, FLOW, 1_000, 1);
        path.offer(3, 1, 60, FLOW, 1_000, 2);
        path.offer(4, 1, 60, FLOW, 1_000, 0);
        path.runUntilIdle();

        assertEquals("dropped 4 at 1 cpu 0 RX_MISSED_ERRORS", log.lines.getFirst());
        assertEquals(2, path.softnetStat(0).processed());
        assertEquals(1, path.softnetStat(1).processed());
    }

    /// RP-49: ring, coalescing and steering of its own, beside one that has the host's.
    @Test
    void setsOneInterfaceApartFromTheOthers() {
        var path =
                path(
                        Map.of(
                                "interfaces", "lan0,wan0",
                                "cpus", "3",
                                "ring", "1",
                                "wan0.ring", "2",
                                "wan0.irq_cpu", "1",
                                "wan0.rx_usecs", "10",
                                "wan0.rx_frames", "0",
                                "wan0.rps", "2"));
        for (int i = 1; i <= 3; i++) {
            path.offer(i, 0, 60, FLOW, 0, 0);
            path.offer(10 + i, 0, 60, FLOW, 0, 1);
        }
        path.runUntilIdle();

        assertEquals(
                List.of(
                        "dropped 3 at 0 cpu 0 RX_MISSED_ERRORS",
                        "dropped 13 at 0 cpu 1 RX_MISSED_ERRORS",
                        "delivered 1 100-100 cpu 0",
                        "delivered 2 200-200 cpu 0",
                        "polled 2 at 200 cpu 0",
                        "polled 2 at 10200 cpu 1",
                        "delivered 11 10200-10200 cpu 2",
                        "delivered 12 10200-10200 cpu 2",
                        "polled 2 at 10200 cpu 2"),
                log.lines);
    }

    /// RP-49: frames of one interface come through its ring, those of another by `netif_rx`.
    @Test
    void hasInterfacesWithAndWithoutRings() {
        var path = path(Map.of("interfaces", "2", "eth1.rx_queues", "0"));
        path.offer(1, 0, 60, FLOW, 0, 0);
        path.offer(2, 0, 60, FLOW, 0, 1);
        PathStats stats = path.drain(path.runUntilIdle());

        assertEquals(1, stage(stats, "ring").offered());
        assertEquals(1, stage(stats, "backlog").offered());
        assertEquals(2, stats.delivered());
    }

    /// RP-49: a second interface, which shares CPU 0, joins while a frame is in service and another
    /// waits: from then on the path is what it would be if that had been there all the time.
    @Test
    void takesOnAFurtherInterfaceWhileItRuns() {
        var settings = Map.of("interfaces", "1", "rx_queues", "2", "cpus", "2", "irq_cpu", "0-1");
        var two = new HashMap<>(settings);
        two.putAll(Map.of("interfaces", "2", "eth1.rx_usecs", "7"));
        var other = new EventLog();
        var joined = path(settings);
        var complete = new ReceivePath(FREE.with(two), other);
        for (ReceivePath path : List.of(joined, complete)) {
            path.offer(1, 0, 60, FLOW, 1_000, 0);
            path.offer(2, 10, 60, FLOW, 1_000, 0);
            path.runUntil(500);
        }
        joined.adopt(complete.profile());
        for (ReceivePath path : List.of(joined, complete)) {
            for (int i = 3; i < 99; i++) {
                path.offer(i, 500 * i, 60, FLOW * i, 600, i & 1);
            }
            path.runUntilIdle();
        }

        assertEquals(other.lines, log.lines);
        assertEquals(complete.softnetStat(1), joined.softnetStat(1));
        assertEquals(complete.drain(99_000), joined.drain(99_000));
        assertFalse(joined.canAdopt(FREE.with(settings)), "none goes away");
    }

    /// RP-59: the cost of a poll comes before its first frame, also where there is none.
    @Test
    void paysForEachPoll() {
        var path =
                path(
                        Map.of(
                                "poll_ns", "300",
                                "napi_defer_hard_irqs", "1",
                                "gro_flush_timeout", "1000"));
        path.offer(1, 0, 60, FLOW, 0);
        path.runUntilIdle();

        assertEquals(
                List.of(
                        "delivered 1 400-400 cpu 0",
                        "polled 1 at 400 cpu 0",
                        "polled 0 at 1700 cpu 0"),
                log.lines);
    }

    /// RP-2: rules are paid for by the protocol layer.
    @Test
    void paysForEachRuleThatAPacketIsHeldAgainst() {
        var path = path(Map.of("nft_rules", "1000", "nft_rule_ps", "24500", "packet_ns", "500"));
        path.offer(1, 0, 60, FLOW);
        path.runUntilIdle();

        assertEquals("delivered 1 100-25100 cpu 0", log.lines.getFirst());
    }

    /// RP-41.
    @Test
    void tellsHowLongFramesWaitInTheRing() {
        var path = path(Map.of("rx_usecs", "10"));
        path.offer(1, 0, 60, FLOW, 0);
        PathStats stats = path.drain(path.runUntilIdle());

        assertEquals(10_000, stage(stats, "ring").waiting().maxNanos(), 100);
        assertEquals(1, stage(stats, "ring").waiting().count());
        assertEquals(1.0, stage(stats, "ring").depthMean(), 0.02);
    }

    /// Memory does not depend on the length of the trace: neither on the heap nor in what is saved.
    @Test
    void allocatesNothingPerArrivalAndGrowsNoState() throws IOException {
        var path =
                new ReceivePath(
                        SoftnetProfile.LINUX_6_NIC.with("rps", "0-3").with("ring", "64"),
                        RxListener.NONE);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long now = overload(path, 0, 200_000);
        int stateBytes = stateBytes(path, now);

        long before = threads.getCurrentThreadAllocatedBytes();
        now = overload(path, now, 400_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertTrue(allocated < 100_000, allocated + " bytes for 400000 arrivals");
        assertEquals(stateBytes, stateBytes(path, now));
    }

    /// Twice what four CPUs can do.
    private static long overload(ReceivePath path, long fromNanos, int arrivals) {
        long now = fromNanos;
        for (int i = 0; i < arrivals; i++) {
            now += 160;
            path.offer(i, now, 512, i * 0x9e37_79b9);
        }
        return now;
    }

    private static int stateBytes(ReceivePath path, long nowNanos) throws IOException {
        path.runUntil(nowNanos + 1_000_000_000);
        path.drain(nowNanos + 1_000_000_000);
        var bytes = new ByteArrayOutputStream();
        path.save(new DataOutputStream(bytes));
        return bytes.size();
    }
}
