package headgate.capture.calibration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class CalibrationTest {
    private static final Path PREQUEUE = Path.of("/proc/sys/net/core/netdev_tstamp_prequeue");

    private static void assumeRoot() {
        assumeTrue(
                Files.isWritable(PREQUEUE)
                        && Runtime.getRuntime().availableProcessors() > 1
                        && isInstalled("ip"),
                "calibration needs root, two CPUs and the program `ip` (package iproute2)");
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static List<String> namespaces() throws IOException {
        Path directory = Path.of("/run/netns");
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        String ours = "headgate-" + ProcessHandle.current().pid() + "-";
        try (var names = Files.list(directory)) {
            return names.map(name -> name.getFileName().toString())
                    .filter(name -> name.startsWith(ours))
                    .toList();
        }
    }

    @Test
    void measuresWhatThePathCostsHereAndLeavesNothingBehind() throws IOException {
        assumeRoot();
        String prequeue = Files.readString(PREQUEUE);
        Map<String, CostFigure> figures = new TreeMap<>();
        for (CostFigure figure : Calibration.measure(_ -> {}, () -> false)) {
            figures.put(figure.key(), figure);
            assertTrue(
                    figure.low() <= figure.value() && figure.value() <= figure.high(),
                    figure.toString());
        }

        long packet = figures.get("packet_ns").value() + figures.get("gap_ns").value();
        assertTrue(packet >= 50 && packet <= 1_000_000, figures.toString());
        assertTrue(figures.get("wakeup_ns").value() <= 100_000_000, figures.toString());
        assertTrue(figures.get("reader_ns").value() > 0, figures.toString());
        assertEquals(List.of(), namespaces());
        assertEquals(prequeue, Files.readString(PREQUEUE));
    }

    @Test
    void leavesNothingBehindWhenItIsStopped() throws IOException {
        assumeRoot();
        String prequeue = Files.readString(PREQUEUE);
        var seen = new ArrayList<String>();
        var stopped =
                assertThrows(
                        IOException.class,
                        () -> Calibration.measure(_ -> seen.addAll(namespacesNow()), () -> true));

        assertEquals("calibration was stopped", stopped.getMessage());
        assertEquals(2, seen.size(), "namespaces while it measured: " + seen);
        assertEquals(List.of(), namespaces());
        assertEquals(prequeue, Files.readString(PREQUEUE));
    }

    private static List<String> namespacesNow() {
        try {
            return namespaces();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void saysWhatIsMissingWithoutRoot() {
        assumeTrue(!Files.isWritable(PREQUEUE), "this process is root");
        var refused =
                assertThrows(IOException.class, () -> Calibration.measure(_ -> {}, () -> false));
        assertTrue(refused.getMessage().startsWith("needs root"), refused.getMessage());
    }

    @Test
    void tellsMedianAndSpread() {
        long[] samples = {50, 10, 20, 40, 30, 60, 70, 80, 90, 100, 1_000_000};
        assertEquals(new CostFigure("gap_ns", 60, 20, 100, 11), CostFigure.of("gap_ns", samples));
    }
}
