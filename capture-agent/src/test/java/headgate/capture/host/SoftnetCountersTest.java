package headgate.capture.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoftnetCountersTest {
    @Test
    void readsTheColumnsOfAKernelOf2026() {
        String text =
                """
                0001e240 0000000a 00000003 00000000 00000000 00000000 00000000 00000000 00000000 00000007 00000002 00000011 00000000 00000011 00000000
                00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000002 00000000 00000000
                """;
        assertEquals(
                List.of(
                        new SoftnetCounters(0, 123456, 10, 3, 7, 2, 17),
                        new SoftnetCounters(2, 1, 0, 0, 0, 0, 0)),
                SoftnetCounters.parse(text));
    }

    @Test
    void readsTheFewerColumnsOfAnOldKernel() {
        assertEquals(
                List.of(new SoftnetCounters(0, 5, 1, 0, 0, -1, -1)),
                SoftnetCounters.parse(
                        "00000005 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000\n"));
    }

    @Test
    void readsThisHost() {
        assumeTrue(Files.exists(Path.of("/proc/net/softnet_stat")), "needs Linux");
        List<SoftnetCounters> rows = SoftnetCounters.read();
        assertFalse(rows.isEmpty());
        assertEquals(rows.size(), rows.stream().map(SoftnetCounters::cpu).distinct().count());
    }
}
