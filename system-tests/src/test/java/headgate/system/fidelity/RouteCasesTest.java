package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.console.recorded.Difference;
import headgate.console.recorded.RecordedDecisions;
import headgate.console.recorded.RecordedRoutes;
import headgate.forwarding.ForwardingPath;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every recorded answer of `ip route get` and `ip -6 route get`, plain and with `fibmatch`.
class RouteCasesTest {
    @TestFactory
    Stream<DynamicTest> answersAsTheKernelDid() throws Exception {
        return new RecordedDecisions(ForwardingCases.directory())
                .routeScenarios().stream()
                        .map(s -> DynamicTest.dynamicTest(s, () -> answersAsTheKernelDid(s)));
    }

    private static void answersAsTheKernelDid(String scenario) throws Exception {
        var recordings = new RecordedDecisions(ForwardingCases.directory());
        var path = new ForwardingPath(recordings.snapshot(scenario));
        var differences = new ArrayList<String>();
        int[] lines = {0};
        recordings.routes(
                scenario,
                line -> {
                    lines[0]++;
                    ObjectNode kernel = line.deepCopy();
                    kernel.retain("get", "fibmatch");
                    for (Difference each :
                            Difference.between(kernel, RecordedRoutes.of(path, line))) {
                        differences.add(line.get("q") + ": " + each);
                    }
                });
        assertTrue(lines[0] >= 100, "only " + lines[0] + " lines in " + scenario);
        assertEquals(List.of(), differences.stream().limit(10).toList(), scenario);
    }
}
