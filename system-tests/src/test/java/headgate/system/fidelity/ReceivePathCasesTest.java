package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import headgate.console.recorded.RecordedCase;
import headgate.console.recorded.RecordedRun;
import headgate.softnet.DropReason;
import headgate.softnet.PathStats;
import headgate.softnet.ReceivePath;
import headgate.softnet.RxListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The model against recordings of a real kernel's backlog. Every kept run whose preconditions were
/// met has to agree to the integer; nothing is fitted to a case.
class ReceivePathCasesTest {
    /// What the model answers to one run.
    private record Answer(
            PathStats stats, List<Integer> pollWorks, List<Integer> dropped, long receivedRps) {
        long accepted() {
            return stats.offered() - stats.dropped();
        }
    }

    private static final class Observer implements RxListener {
        final List<Integer> pollWorks = new ArrayList<>();
        final List<Integer> dropped = new ArrayList<>();

        @Override
        public void polled(int cpu, long atNanos, int work, boolean inKsoftirqd) {
            pollWorks.add(work);
        }

        @Override
        public void dropped(long sequence, long atNanos, int cpu, DropReason reason) {
            dropped.add((int) sequence);
        }
    }

    private static Answer answer(RecordedCase recorded, RecordedRun run) {
        var observer = new Observer();
        var path = new ReceivePath(run.calibrated(recorded.profile()), observer);
        run.replay(path);
        return new Answer(
                path.drain(path.runUntilIdle()),
                observer.pollWorks,
                observer.dropped,
                path.softnetStat(1).receivedRps());
    }

    private static List<RecordedCase> cases(String kind) throws IOException {
        return RecordedCase.readAll(SharedFolder.folder("cases/receive-path")).stream()
                .filter(recorded -> recorded.kind().equals(kind))
                .toList();
    }

    private static Stream<DynamicTest> ofKind(String kind) throws IOException {
        return cases(kind).stream()
                .map(recorded -> dynamicTest(recorded.id(), () -> agreesInEveryRun(recorded)));
    }

    private static void agreesInEveryRun(RecordedCase recorded) {
        List<RecordedRun> runs =
                recorded.runs().stream().filter(RecordedRun::preconditionsMet).toList();
        assertTrue(runs.size() >= 3, recorded.id() + " has only " + runs.size() + " runs");
        for (RecordedRun run : runs) {
            Answer answer = answer(recorded, run);
            String where = run.file();
            assertEquals(run.accepted(), answer.accepted(), where + " accepted");
            assertEquals(run.dropped(), answer.stats().dropped(), where + " dropped");
            assertEquals(run.timeSqueeze(), answer.stats().timeSqueeze(), where + " time_squeeze");
            assertEquals(
                    run.flowLimitCount(),
                    answer.stats().flowLimitCount(),
                    where + " flow_limit_count");
            assertEquals(run.receivedRps(), answer.receivedRps(), where + " received_rps");
            assertEquals(droppedPackets(run), answer.dropped(), where + " which were dropped");
            agreesInPolls(run, answer, where);
            agreesWithTheRule(recorded, answer, where);
        }
    }

    private static List<Integer> droppedPackets(RecordedRun run) {
        var dropped = new ArrayList<Integer>();
        for (int packet = 0; packet < run.packets().count(); packet++) {
            if (run.packets().wasDropped(packet)) {
                dropped.add(packet);
            }
        }
        return dropped;
    }

    /// The log holds the polls of every NAPI of that CPU: ours are in it, one after the other.
    private static void agreesInPolls(RecordedRun run, Answer answer, String where) {
        assertTrue(
                Collections.indexOfSubList(run.pollWorks(), answer.pollWorks()) >= 0,
                () -> where + " polls: " + answer.pollWorks() + ", kernel " + run.pollWorks());
    }

    private static void agreesWithTheRule(RecordedCase recorded, Answer answer, String where) {
        recorded.exact()
                .forEach(
                        (field, value) -> assertEquals(value, field(answer, field), where + field));
        if (!recorded.exactPollWorks().isEmpty()) {
            assertEquals(recorded.exactPollWorks(), answer.pollWorks(), where + " poll_works");
        }
    }

    private static long field(Answer answer, String name) {
        return switch (name) {
            case "accepted" -> answer.accepted();
            case "dropped" -> answer.stats().dropped();
            case "polls" -> answer.pollWorks().size();
            case "time_squeeze" -> answer.stats().timeSqueeze();
            case "flow_limit_count" -> answer.stats().flowLimitCount();
            // The run on the sender's CPU that sends the interrupt is not in the receiver's log.
            case "net_rx_runs" -> answer.stats().netRxRuns() - answer.stats().ipis();
            default -> throw new AssertionError("what is " + name + "?");
        };
    }

    /// RP-10.
    @TestFactory
    Stream<DynamicTest> holdsOneMoreThanMaxBacklogBehindABlockedConsumer() throws IOException {
        return ofKind("exact-blocker");
    }

    /// RP-10, RP-22.
    @TestFactory
    Stream<DynamicTest> doesNotCountTheProcessQueueAgainstMaxBacklog() throws IOException {
        return ofKind("exact-refill");
    }

    /// RP-11, RP-12, RP-14.
    @TestFactory
    Stream<DynamicTest> limitsFlows() throws IOException {
        return ofKind("exact-flowlimit");
    }

    /// RP-21, RP-24, RP-25.
    @TestFactory
    Stream<DynamicTest> splitsWorkIntoPollsAndRuns() throws IOException {
        return ofKind("exact-poll");
    }

    /// RP-26.
    @TestFactory
    Stream<DynamicTest> isSqueezedByTimeInTicks() throws IOException {
        return ofKind("exact-squeeze");
    }

    /// The drop rate of quiet runs with the run's own timings. Median and 90th percentile of the
    /// error over all of them, in percentage points.
    @Test
    void comesCloseToTheDropRateWhereNoRuleDecidesItAlone() throws IOException {
        var errors = new ArrayList<Double>();
        for (String kind : List.of("const", "burst", "random")) {
            for (RecordedCase recorded : cases(kind)) {
                for (RecordedRun run : recorded.runs()) {
                    if (run.quiet()) {
                        PathStats stats = answer(recorded, run).stats();
                        errors.add(
                                100.0
                                        * Math.abs(stats.dropped() - run.dropped())
                                        / stats.offered());
                    }
                }
            }
        }
        Collections.sort(errors);
        double median = errors.get(errors.size() / 2);
        double p90 = errors.get(errors.size() * 9 / 10);
        System.out.printf(
                "drop rate of %d quiet runs: error median %.2f, p90 %.2f, worst %.2f points%n",
                errors.size(), median, p90, errors.getLast());
        assertTrue(errors.size() >= 80, "only " + errors.size() + " runs");
        assertTrue(median <= 1.0, "median " + median);
        assertTrue(p90 <= 4.0, "p90 " + p90);
    }
}
