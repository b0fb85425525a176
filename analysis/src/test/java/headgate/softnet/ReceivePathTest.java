package headgate.softnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Little scenarios, each named by a rule of `docs/receive-path.md`. Unless one says otherwise: one
/// CPU, all costs 0 but the service times that the arrivals bring along.
class ReceivePathTest {
    private static final int FLOW = 0x8000_0001;
    private static final long MS = 1_000_000;
    private static final SoftnetProfile FREE =
            SoftnetProfile.LINUX_6.with(
                    Map.of(
                            "irq_ns", "0",
                            "wakeup_ns", "0",
                            "ksoftirqd_ns", "0",
                            "gap_ns", "0",
                            "packet_ns", "0"));

    private final EventLog log = new EventLog();

    /// One packet that keeps the CPU busy for `nanos` from time 0 on; it is taken up at once.
    private ReceivePath blocked(SoftnetProfile profile, long nanos) {
        var path = new ReceivePath(profile, log);
        path.offer(0, 0, 60, FLOW, nanos);
        path.runUntil(0);
        return path;
    }

    /// RP-10.
    @Test
    void admitsOneMoreThanMaxBacklog() {
        var path = blocked(FREE.with("backlog", "2"), MS);
        for (int i = 1; i <= 5; i++) {
            path.offer(i, i, 60, FLOW, 0);
        }

        assertEquals(3, path.softnetStat(0).inputQlen());
        assertEquals(2, path.softnetStat(0).dropped());
        assertEquals(
                List.of("dropped 4 at 4 cpu 0 CPU_BACKLOG", "dropped 5 at 5 cpu 0 CPU_BACKLOG"),
                log.lines);
    }

    /// RP-10.
    @Test
    void takesABacklogOfMinusOneAsNoBound() {
        var path = blocked(FREE.with("backlog", "-1"), MS);
        for (int i = 1; i <= 5000; i++) {
            path.offer(i, i, 60, FLOW, 0);
        }

        assertEquals(5000, path.softnetStat(0).inputQlen());
        assertEquals(0, path.softnetStat(0).dropped());
    }

    /// RP-10, RP-22: one in service, M in the process queue, M+1 in the input queue.
    @Test
    void doesNotCountPacketsAlreadyMovedToTheProcessQueue() {
        var path = blocked(FREE.with("backlog", "2"), 100);
        path.offer(1, 10, 60, FLOW, MS);
        path.offer(2, 10, 60, FLOW, 0);
        path.offer(3, 10, 60, FLOW, 0);
        path.runUntil(100);
        for (int i = 4; i <= 9; i++) {
            path.offer(i, 200, 60, FLOW, 0);
        }

        SoftnetStat stat = path.softnetStat(0);
        assertEquals(2, stat.processQlen());
        assertEquals(3, stat.inputQlen());
        assertEquals(3, stat.dropped());
        assertEquals(6, path.drain(200).queued());
    }

    /// RP-11: 64 packets of one flow pass above half of the bound.
    @Test
    void limitsASingleFlowToSixtyFourAboveHalfTheBacklog() {
        var path = blocked(FREE.with("flow_limit", "0"), MS);
        for (int i = 1; i <= 700; i++) {
            path.offer(i, i, 60, FLOW, 0);
        }

        SoftnetStat stat = path.softnetStat(0);
        assertEquals(564, stat.inputQlen());
        assertEquals(136, stat.flowLimitCount());
        assertEquals(136, stat.dropped());
    }

    /// RP-12: a full queue is asked before the flow, so the history does not see those packets.
    @Test
    void doesNotNoteAPacketForWhichTheQueueIsFull() {
        var path = blocked(FREE.with(Map.of("flow_limit", "0", "backlog", "64")), MS);
        for (int i = 1; i <= 200; i++) {
            path.offer(i, i, 60, FLOW, 0);
        }

        assertEquals(0, path.softnetStat(0).flowLimitCount());
        assertEquals(135, path.softnetStat(0).dropped());
    }

    /// RP-12: times 0x61c88647, the hash 1 and the hash 0xb0400000 begin with 61c, which is their
    /// bucket; 0x1001, which ends as 1 does, begins with 6e1.
    @Test
    void tellsFlowsApartByTheUpperBitsOfAProductOfTheirHash() {
        var path = blocked(FREE.with(Map.of("flow_limit", "0", "backlog", "200")), MS);
        for (int i = 1; i <= 164; i++) {
            path.offer(i, i, 60, 1, 0);
        }

        path.offer(165, 165, 60, 0xb040_0000, 0);
        assertEquals(1, path.softnetStat(0).flowLimitCount());
        path.offer(166, 166, 60, 0x1001, 0);
        assertEquals(165, path.softnetStat(0).inputQlen());
    }

    /// RP-13: a table of two buckets, in which two flows whose products both begin with a 1 are
    /// one, until the bit of the CPU is turned off and on.
    @Test
    void makesTheFlowTableWhenTheBitOfTheCpuIsTurnedOn() {
        SoftnetProfile profile =
                FREE.with(Map.of("backlog", "200", "flow_limit", "0", "flow_limit_table_len", "2"));
        var path = blocked(profile, MS);
        for (int i = 1; i <= 170; i++) {
            path.offer(i, i, 60, FLOW, 0);
        }
        assertEquals(164, path.softnetStat(0).inputQlen());

        path.adopt(profile.with("flow_limit_table_len", "4096"));
        path.offer(171, 171, 60, FLOW + 2, 0);
        assertEquals(164, path.softnetStat(0).inputQlen(), "the table keeps its length");
        path.adopt(profile.with("flow_limit", "off"));
        path.offer(172, 172, 60, FLOW, 0);
        assertEquals(165, path.softnetStat(0).inputQlen(), "nothing limits flows");
        path.adopt(profile.with("flow_limit_table_len", "4096"));
        path.offer(173, 173, 60, FLOW, 0);
        assertEquals(166, path.softnetStat(0).inputQlen(), "the new table is empty");
        assertEquals(7, path.softnetStat(0).flowLimitCount());
    }

    /// RP-15: the first packet schedules the backlog and the softirq follows after the interrupt;
    /// one that finds the queue empty while the backlog is scheduled needs neither.
    @Test
    void schedulesTheBacklogForThePacketThatFindsItEmpty() {
        var path = new ReceivePath(FREE.with("irq_ns", "700"), log);
        path.offer(0, 0, 60, FLOW, 1000);
        path.offer(1, 800, 60, FLOW, 1000);
        path.runUntilIdle();

        assertEquals(
                List.of("delivered 0 700-1700 cpu 0", "delivered 1 1700-2700 cpu 0"),
                log.lines.subList(0, 2));
        assertEquals(List.of(2), log.works);
        assertEquals(1, path.drain(10_000).netRxRuns());
    }

    /// RP-14: the target's row has the drop, the enqueuing CPU's row the flow limit.
    @Test
    void countsADropAtTheTargetAndTheFlowLimitAtTheEnqueuer() {
        var path = blocked(FREE.with(Map.of("cpus", "2", "rps", "1", "flow_limit", "0")), MS);
        for (int i = 1; i <= 700; i++) {
            path.offer(i, i, 60, FLOW, 0);
        }

        assertEquals(136, path.softnetStat(1).dropped());
        assertEquals(0, path.softnetStat(0).dropped());
        assertEquals(136, path.softnetStat(0).flowLimitCount());
        assertEquals(0, path.softnetStat(1).flowLimitCount());
    }

    /// RP-8.
    @Test
    void steersFlowsByTheUpperBitsOfTheirHash() {
        var path = new ReceivePath(FREE.with(Map.of("cpus", "3", "rps", "1-2")), log);
        path.offer(1, 0, 60, 0x7fff_ffff, 0);
        path.offer(2, 0, 60, 0x8000_0000, 0);
        path.offer(3, 0, 60, 0, 0);
        path.runUntilIdle();

        assertEquals(1, path.softnetStat(0).processed());
        assertEquals(1, path.softnetStat(1).processed());
        assertEquals(1, path.softnetStat(2).processed());
    }

    /// RP-17: one activation, however many packets follow.
    @Test
    void countsActivationsByInterruptNotPackets() {
        var path = blocked(FREE.with(Map.of("cpus", "2", "rps", "1")), MS);
        for (int i = 1; i <= 10; i++) {
            path.offer(i, i, 60, FLOW, 0);
        }
        path.runUntilIdle();

        assertEquals(1, path.softnetStat(1).receivedRps());
        assertEquals(11, path.softnetStat(1).processed());
        assertEquals(1, path.drain(MS).ipis());
    }

    /// RP-16: work for another CPU waits until this one's run ends.
    @Test
    void holdsAnInterruptBackWhileItsSenderIsInItsOwnRun() {
        var path = new ReceivePath(FREE.with(Map.of("cpus", "2", "rps", "0-1")), log);
        path.offer(1, 0, 60, 0x1000_0000, 500);
        path.runUntil(0);
        path.offer(2, 100, 60, 0x9000_0000, 10);
        path.runUntilIdle();

        assertEquals(
                List.of(
                        "delivered 1 0-500 cpu 0",
                        "polled 1 at 500 cpu 0",
                        "delivered 2 500-510 cpu 1",
                        "polled 1 at 510 cpu 1"),
                log.lines);
    }

    /// RP-17, with the costs of waking the other CPU and of going from packet to packet.
    @Test
    void paysForTheWakeUpOnceAndForTheGapBetweenPackets() {
        var path =
                new ReceivePath(
                        FREE.with(
                                Map.of(
                                        "cpus",
                                        "2",
                                        "rps",
                                        "1",
                                        "wakeup_ns",
                                        "1000",
                                        "gap_ns",
                                        "50")),
                        log);
        path.offer(1, 0, 60, FLOW, 100);
        path.offer(2, 0, 60, FLOW, 100);
        path.runUntilIdle();

        assertEquals(
                List.of(
                        "delivered 1 1000-1100 cpu 1",
                        "delivered 2 1150-1250 cpu 1",
                        "polled 2 at 1300 cpu 1"),
                log.lines);
    }

    /// RP-2.
    @Test
    void takesServiceFromLengthWhereAnArrivalBringsNone() {
        var path = new ReceivePath(FREE.with(Map.of("packet_ns", "700", "byte_ps", "500")), log);
        path.offer(1, 0, 1000, FLOW);
        path.runUntilIdle();

        assertEquals("delivered 1 0-1200 cpu 0", log.lines.getFirst());
    }

    private PathStats polls(SoftnetProfile profile, int packets) {
        var path = blocked(profile, MS);
        for (int i = 1; i < packets; i++) {
            path.offer(i, i, 60, FLOW, 0);
        }
        return path.drain(path.runUntilIdle());
    }

    /// RP-24: the budget of 300 does not matter to a single NAPI.
    @Test
    void givesOneNapiOnePollOfItsWeightInARun() {
        PathStats stats = polls(FREE, 201);

        assertEquals(List.of(64, 64, 64, 9), log.works);
        assertEquals(4, stats.netRxRuns());
        assertEquals(0, stats.timeSqueeze());
        assertEquals(201, stats.work());
    }

    /// RP-21.
    @Test
    void pollsOnceMoreForNothingAfterAMultipleOfTheWeight() {
        polls(FREE, 128);

        assertEquals(List.of(64, 64, 0), log.works);
    }

    /// RP-25.
    @Test
    void isSqueezedByABudgetOfOneWeightAtEveryFullPoll() {
        assertEquals(3, polls(FREE.with("budget", "64"), 201).timeSqueeze());
    }

    /// RP-25: also after a poll that took nothing, also when nothing is left.
    @Test
    void isSqueezedAfterEveryPollByABudgetOfZero() {
        assertEquals(3, polls(FREE.with("budget", "0"), 128).timeSqueeze());
        assertEquals(List.of(64, 64, 0), log.works);
    }

    /// RP-26: two ticks of 4 ms from the tick in which the run began.
    @Test
    void isSqueezedByTimeInWholeTicks() {
        assertEquals(0, timeSqueeze("0", 7 * MS));
        assertEquals(1, timeSqueeze("0", 8 * MS));
        assertEquals(0, timeSqueeze("3999999", 4 * MS));
        assertEquals(1, timeSqueeze("3999999", 4 * MS + 1));
    }

    private long timeSqueeze(String tickPhaseNanos, long serviceNanos) {
        var path = blocked(FREE.with("tick_phase_ns", tickPhaseNanos), serviceNanos);
        return path.drain(path.runUntilIdle()).timeSqueeze();
    }

    /// RP-30, RP-31.
    @Test
    void handsOverToKsoftirqdAfterTenRuns() {
        PathStats stats = polls(FREE, 12 * 64 + 1);

        assertEquals(13, stats.netRxRuns());
        assertEquals(3, stats.ksoftirqdRuns());
        assertEquals(3, log.worksInKsoftirqd);
    }

    /// RP-30: a tick edge in the first run ends the restarts.
    @Test
    void handsOverToKsoftirqdAtTheFirstTick() {
        PathStats stats = polls(FREE.with("tick_phase_ns", "3500000"), 12 * 64 + 1);

        assertEquals(13, stats.netRxRuns());
        assertEquals(12, stats.ksoftirqdRuns());
    }

    /// RP-31, RP-33: nothing is served until ksoftirqd runs, unless an interrupt ends before.
    @Test
    void runsAPendingSoftirqAtTheNextInterruptInsteadOfWaitingForKsoftirqd() {
        SoftnetProfile profile =
                FREE.with(
                        Map.of(
                                "cpus",
                                "2",
                                "rps",
                                "0-1",
                                "weight",
                                "1",
                                "ksoftirqd_ns",
                                "1000000"));
        var path = new ReceivePath(profile, log);
        for (int i = 1; i <= 12; i++) {
            path.offer(i, 0, 60, 0x1000_0000, 10);
        }
        path.runUntil(500);
        assertEquals(10, path.softnetStat(0).processed());

        path.offer(13, 600, 60, 0x9000_0000, 10);
        path.runUntilIdle();
        assertTrue(log.lines.contains("delivered 11 600-610 cpu 0"), log.lines::toString);
        assertEquals(0, log.worksInKsoftirqd);
    }

    /// RP-23.
    @Test
    void picksUpANewWeightOnePollLate() {
        var path = blocked(FREE.with("weight", "8"), MS);
        path.drain(path.runUntilIdle());
        log.works.clear();
        path.adopt(path.profile().with("weight", "4"));

        long now = path.drain(2 * MS).endNanos();
        path.offer(1, now, 60, FLOW, MS);
        path.runUntil(now);
        for (int i = 2; i <= 13; i++) {
            path.offer(i, now + i, 60, FLOW, 0);
        }
        path.runUntilIdle();
        assertEquals(List.of(8, 4, 1), log.works);
    }

    /// RP-3.
    @Test
    void clampsAndCountsTimeThatGoesBackwards() {
        var path = new ReceivePath(FREE, log);
        path.offer(1, 1000, 60, FLOW, 0);
        path.offer(2, 400, 60, FLOW, 0);
        path.offer(3, -5, 60, FLOW, 0);
        path.offer(4, Long.MAX_VALUE, 60, FLOW, 0);
        path.runUntilIdle();

        PathStats stats = path.drain(0);
        assertEquals(3, stats.clampedArrivals());
        assertEquals(4, stats.delivered());
        assertEquals(ReceivePath.MAX_TIME, stats.endNanos());
        assertTrue(log.lines.contains("delivered 3 1000-1000 cpu 0"), log.lines::toString);
    }

    /// RP-40: 15 columns of hexadecimal.
    @Test
    void printsSoftnetStatAsTheKernelDoes() {
        var path = blocked(FREE.with("backlog", "2"), MS);
        for (int i = 1; i <= 30; i++) {
            path.offer(i, i, 60, FLOW, 0);
        }

        assertEquals(
                "00000001 0000001b 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
                        + " 00000000 00000000 00000003 00000000 00000003 00000000",
                path.softnetStat(0).toString());
    }

    /// RP-41: depth is told as last, highest and mean over time; waiting by quantiles.
    @Test
    void tellsDepthAndWaitingOfAnInterval() {
        var path = blocked(FREE, 1000);
        path.offer(1, 500, 60, FLOW, 1000);
        path.offer(2, 500, 60, FLOW, 1000);
        PathStats first = path.drain(1000);
        PathStats second = path.drain(4000);

        StageStats backlog = first.stages().getFirst();
        assertEquals(2, backlog.depthMax());
        assertEquals(0, backlog.depthLast());
        assertEquals(1.0, backlog.depthMean());
        assertEquals(1001, backlog.capacity());
        assertEquals(2, first.queued());
        assertEquals(2, first.waiting().count());
        assertEquals(501, first.waiting().maxNanos());
        assertEquals(1.0, first.busiestCpuLoad());

        assertEquals(1000, second.startNanos());
        assertEquals(0, second.offered());
        assertEquals(2, second.delivered());
        assertEquals(1, second.waiting().count());
        assertEquals(2000, second.softirqNanos());
    }

    /// RP-42.
    @Test
    void dropsForWantOfMemoryWhereNothingElseBoundsTheQueue() {
        var path = blocked(FREE.with("backlog", "-1"), 100_000 * MS);
        for (int i = 1; i <= SoftnetData.QUEUE_LIMIT + 2; i++) {
            path.offer(i, 1, 60, FLOW, 0);
        }

        PathStats stats = path.drain(1);
        assertEquals(Map.of(DropReason.NOMEM, 2L), stats.stages().getFirst().dropped());
        assertEquals(0, path.softnetStat(0).dropped());
    }

    @Test
    void keepsItsCpusInterfacesAndQueues() {
        var path = new ReceivePath(FREE, log);
        var refused =
                assertThrows(
                        IllegalArgumentException.class, () -> path.adopt(FREE.with("cpus", "2")));
        assertEquals(
                "a running host keeps its CPUs, interfaces, queues, who polls them and who captures:"
                        + " cpus=2",
                refused.getMessage());
        assertFalse(path.canAdopt(FREE.with("rx_queues", "1")));
        assertTrue(path.canAdopt(FREE.with("ring", "512")));
    }

    @Test
    void refusesStateThatItDidNotWrite() {
        for (byte[] state :
                List.of(new byte[0], new byte[4], new byte[] {0, 0, 0, 0, 1, 0, 1, 'x'})) {
            assertThrows(
                    IOException.class,
                    () ->
                            QueueLayer.restore(
                                    log, new DataInputStream(new ByteArrayInputStream(state))));
        }
        assertEquals(Collections.emptyList(), log.lines);
    }
}
