package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import headgate.console.recorded.JudgedRun;
import headgate.console.recorded.JudgedRun.Judging;
import headgate.console.recorded.PathJudge;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The model against recordings of a real kernel, as `headgate validate path` judges it. Every kept
/// run whose preconditions were met has to agree to the integer; nothing is fitted to a case.
class ReceivePathCasesTest {
    private static List<JudgedRun> runs;

    @BeforeAll
    static void judge() throws IOException {
        runs = PathJudge.judge(SharedFolder.folder("cases/receive-path"));
    }

    /// RP-10 to RP-26: blocked consumer, refill, flow limit, polls, squeezes; and TP-10 to TP-35:
    /// what a socket that nobody reads takes, and when its blocks are closed.
    @TestFactory
    Stream<DynamicTest> agreesToTheIntegerWhereRulesDecide() {
        return runs.stream()
                .filter(run -> run.judging() == Judging.EXACT && run.qualifies())
                .collect(Collectors.groupingBy(JudgedRun::id))
                .entrySet()
                .stream()
                .map(entry -> dynamicTest(entry.getKey(), () -> hasNoDifference(entry.getValue())));
    }

    private static void hasNoDifference(List<JudgedRun> ofCase) {
        assertTrue(ofCase.size() >= 3, "only " + ofCase.size() + " runs");
        for (JudgedRun run : ofCase) {
            assertEquals(List.of(), run.differences(), run.file());
        }
    }

    @Test
    void knowsEveryKindOfCaseThatWasRecorded() {
        assertEquals(
                List.of(
                        "afp-exact-rcvbuf",
                        "afp-exact-v2",
                        "afp-exact-v3",
                        "afp-rate-recv",
                        "afp-rate-v3",
                        "afp-v3-retire",
                        "burst",
                        "const",
                        "exact-blocker",
                        "exact-flowlimit",
                        "exact-poll",
                        "exact-refill",
                        "exact-squeeze",
                        "nft",
                        "random",
                        "random-squeeze"),
                runs.stream().map(JudgedRun::kind).distinct().sorted().toList());
    }

    @Test
    void comesCloseToTheDropRateGivenARunsOwnTimings() {
        List<JudgedRun> backlogs = ofKinds("const", "burst", "random", "nft");
        assertTrue(backlogs.size() >= 100, "only " + backlogs.size() + " runs");
        isWithin(1, 4, backlogs, JudgedRun::errorPoints);
        for (String kind : List.of("const", "burst", "random", "nft")) {
            isWithin(1, 4, ofKinds(kind), JudgedRun::errorPoints);
        }
        for (String kind : List.of("afp-rate-recv", "afp-rate-v3")) {
            isWithin(1, 4, ofKinds(kind), JudgedRun::errorPoints);
        }
    }

    @Test
    void comesCloseToTheDropRateWithTheConstantsOfTheCalibrationAlone() {
        isWithin(1.5, 8, ofKinds("const", "burst", "random"), JudgedRun::blindErrorPoints);
        for (String kind : List.of("const", "burst", "random", "afp-rate-recv", "afp-rate-v3")) {
            isWithin(1.5, 8, ofKinds(kind), JudgedRun::blindErrorPoints);
        }
    }

    private static List<JudgedRun> ofKinds(String... kinds) {
        return runs.stream()
                .filter(run -> run.qualifies() && List.of(kinds).contains(run.kind()))
                .toList();
    }

    private static void isWithin(
            double medianPoints,
            double p90Points,
            List<JudgedRun> judged,
            ToDoubleFunction<JudgedRun> error) {
        double[] errors = judged.stream().mapToDouble(error).sorted().toArray();
        assertTrue(errors.length >= 20, "only " + errors.length + " runs");
        double median = errors[errors.length / 2];
        double p90 = errors[errors.length * 9 / 10];
        assertTrue(median <= medianPoints, "median " + median + " of " + Arrays.toString(errors));
        assertTrue(p90 <= p90Points, "p90 " + p90 + " of " + Arrays.toString(errors));
    }
}
