package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import headgate.console.recorded.RecordedTapCase;
import headgate.console.recorded.RecordedTapRun;
import headgate.softnet.tap.Tap;
import headgate.softnet.tap.TapStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The model's capture sockets against recordings of a real kernel's. Every kept run has to agree
/// to the integer where rules decide; nothing is fitted to a case.
class TapCasesTest {
    private static List<RecordedTapCase> cases(String kind) throws IOException {
        return RecordedTapCase.readAll(SharedFolder.folder("cases/receive-path")).stream()
                .filter(recorded -> recorded.kind().equals(kind))
                .toList();
    }

    private static Stream<DynamicTest> ofKind(String kind) throws IOException {
        return cases(kind).stream()
                .map(recorded -> dynamicTest(recorded.id(), () -> agreesInEveryRun(recorded)));
    }

    /// Nobody reads: what does the socket take?
    private static void agreesInEveryRun(RecordedTapCase recorded) {
        assertTrue(recorded.runs().size() >= 3, recorded.id() + " has too few runs");
        for (RecordedTapRun run : recorded.runs()) {
            Tap tap = Tap.of(recorded.settings(run));
            run.replay(tap);
            TapStat stat = tap.stat();
            String where = recorded.id();
            assertEquals(run.accepted(), stat.accepted(), where + " accepted");
            assertEquals(run.dropped(), stat.dropped(), where + " tp_drops");
            assertEquals(run.freezes(), stat.freezes(), where + " tp_freeze_q_cnt");
            assertEquals(run.rmemAlloc(), stat.rmemAlloc(), where + " sk_rmem_alloc");
            recorded.exact()
                    .forEach((field, value) ->
                            assertEquals(value, field(recorded, stat, field), where + " " + field));
        }
    }

    private static long field(RecordedTapCase recorded, TapStat stat, String name) {
        return switch (name) {
            case "kernel_accepted" -> stat.accepted();
            case "tp_packets" -> stat.tpPackets();
            case "tp_drops" -> stat.dropped();
            case "freeze" -> stat.freezes();
            case "rmem_alloc_after_send" -> stat.rmemAlloc();
            case "so_rcvbuf_effective" -> recorded.settings().socket().skRcvbuf();
            default -> throw new AssertionError("what is " + name + "?");
        };
    }

    /// TP-10, TP-11.
    @TestFactory
    Stream<DynamicTest> takesPacketsWhileTheSocketIsNotOverItsBuffer() throws IOException {
        return ofKind("afp-exact-rcvbuf");
    }

    /// TP-20.
    @TestFactory
    Stream<DynamicTest> takesAPacketForEachFrameOfARing() throws IOException {
        return ofKind("afp-exact-v2");
    }

    /// TP-30 to TP-33.
    @TestFactory
    Stream<DynamicTest> fillsBlocksAndFreezesOnce() throws IOException {
        return ofKind("afp-exact-v3");
    }

    /// TP-35: packets of each block that the timer closed.
    @Test
    void closesBlocksByTheRetireTimer() throws IOException {
        int runs = 0;
        for (RecordedTapCase recorded : cases("afp-v3-retire")) {
            for (RecordedTapRun run : recorded.runs()) {
                Tap tap = Tap.of(recorded.settings(run));
                assertEquals(run.blockPackets(), blockPackets(run, tap), run.file());
                assertEquals(run.accepted(), tap.stat().accepted(), run.file());
                assertEquals(run.blockPackets().size(), tap.stat().blocksByTimer(), run.file());
                runs++;
            }
        }
        assertTrue(runs >= 3, "only " + runs + " runs");
    }

    /// A block that is closed before a packet is in holds all packets since the block before it.
    private static List<Integer> blockPackets(RecordedTapRun run, Tap tap) {
        var blocks = new ArrayList<Integer>();
        int[] inClosedBlocks = {0};
        run.replay(
                tap,
                packet -> {
                    if (tap.stat().blocks() > blocks.size()) {
                        blocks.add(packet - inClosedBlocks[0]);
                        inClosedBlocks[0] = packet;
                    }
                });
        tap.runUntilIdle();
        if (tap.stat().blocks() > blocks.size()) {
            blocks.add(run.packets().count() - inClosedBlocks[0]);
        }
        return blocks;
    }

    @Test
    void comesCloseToTheDropRateOfRecvfrom() throws IOException {
        comesClose("afp-rate-recv");
    }

    @Test
    void comesCloseToTheDropRateOfTpacketV3() throws IOException {
        comesClose("afp-rate-v3");
    }

    /// The drop rate of quiet runs with the run's own timings, in percentage points.
    private static void comesClose(String kind) throws IOException {
        var errors = new ArrayList<Double>();
        for (RecordedTapCase recorded : cases(kind)) {
            for (RecordedTapRun run : recorded.runs()) {
                if (run.quiet()) {
                    Tap tap = Tap.of(recorded.settings(run));
                    run.replay(tap);
                    tap.runUntilIdle();
                    double off = Math.abs(tap.stat().dropped() - run.dropped());
                    errors.add(100 * off / tap.stat().tpPackets());
                }
            }
        }
        Collections.sort(errors);
        double median = errors.get(errors.size() / 2);
        double p90 = errors.get(errors.size() * 9 / 10);
        System.out.printf(
                "%s, drop rate of %d quiet runs: error median %.2f, p90 %.2f, worst %.2f points%n",
                kind, errors.size(), median, p90, errors.getLast());
        assertTrue(errors.size() >= 20, "only " + errors.size() + " runs");
        assertTrue(median <= 1.0, "median " + median);
        assertTrue(p90 <= 4.0, "p90 " + p90);
    }
}
