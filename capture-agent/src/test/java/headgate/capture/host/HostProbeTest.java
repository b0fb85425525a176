package headgate.capture.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.forwarding.HostDocuments;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class HostProbeTest {
    @Test
    void namesSysctlsAsSysctlDoes() {
        assertEquals(
                "net.ipv4.conf.eth0/5.rp_filter",
                HostProbe.sysctlKey(Path.of("net/ipv4/conf/eth0.5/rp_filter")));
    }

    @Test
    void takesTheQueueSettingsOfTheHost() {
        assumeTrue(
                Files.isReadable(Path.of("/proc/sys/net/core/netdev_max_backlog")),
                "needs Linux, outside of a container's network namespace");
        var documents = HostProbe.take("gw1", _ -> {}).documents();
        List<String> lines = documents.get("sysctl.txt").lines().toList();
        for (String key :
                List.of(
                        "netdev_max_backlog",
                        "dev_weight",
                        "netdev_budget",
                        "netdev_budget_usecs")) {
            String start = "net.core." + key + " = ";
            assertEquals(1, lines.stream().filter(l -> l.startsWith(start)).count(), key);
        }
        assertEquals(
                SoftnetCounters.read().size(),
                SoftnetCounters.parse(documents.get("softnet_stat.txt")).size());
    }

    @Test
    void givesEachSysctlLineOnceAndKeepsEmptyOnes() {
        assumeTrue(Files.exists(Path.of("/proc/sys/net/ipv4")), "needs Linux");
        List<String> lines =
                HostProbe.take("gw1", _ -> {}).documents().get("sysctl.txt").lines().toList();
        assertEquals(1, lines.stream().filter(l -> l.contains("ip_local_reserved_ports")).count());
        for (String line : lines) {
            assertTrue(line.contains(" = "), line);
        }
    }

    @Test
    void listsWhatItCouldNotTakeAndTakesTheRest() {
        assumeTrue(Files.exists(Path.of("/proc/sys/net/ipv4")), "needs Linux");
        var missing = new ArrayList<String>();
        HostDocuments taken = HostProbe.take("gw1", missing::add, Duration.ofSeconds(5), 100);
        assertTrue(
                missing.contains("addr.json: says more than 100 bytes")
                        || missing.stream().anyMatch(m -> m.contains("not installed")),
                missing.toString());
        assertTrue(missing.stream().anyMatch(m -> m.startsWith("sysctl.txt: cut")));
        assertEquals(String.join("\n", missing) + "\n", taken.documents().get("missing.txt"));
        var tooLong = new ArrayList<String>();
        taken.documents()
                .forEach((name, text) ->
                        addIf(tooLong, name, text.length() > 5000 && !name.equals("missing.txt")));
        assertEquals(List.of(), tooLong);
    }

    private static void addIf(List<String> names, String name, boolean condition) {
        if (condition) {
            names.add(name);
        }
    }
}
