package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a host says that may not capture, or lacks something: in processes where that is so.
@Timeout(180)
class CaptureCapabilityTest {
    @Test
    void findsWhatThisHostHas() {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "needs Linux");
        CaptureCapability capability = CaptureCapability.probe();
        assertFalse(capability.kernelRelease().isEmpty());
        assertEquals(
                List.of("kernel", "CAP_NET_RAW", "interfaces", "capture ring", "libpcap"),
                capability.findings().stream().map(CaptureCapability.Finding::subject).toList());
        for (var finding : capability.findings()) {
            assertEquals(finding.good(), finding.remedy().isEmpty(), finding.toString());
        }
    }

    @Test
    void saysWhichCapabilityIsMissingAndHowToGiveIt() throws IOException {
        assumeTrue(
                CaptureCapability.probe().capNetRaw() && NetworkNamespaces.has("setpriv"),
                "needs root and setpriv (package util-linux) to drop a capability");
        String report =
                run(
                        List.of("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw"),
                        HostTrial.command("capture", "lo"));
        for (String source : List.of("ring", "ring with filter", "pcap")) {
            assertTrue(report.contains(source + ": NO_PERMISSION: "), report);
        }
        assertTrue(report.contains("needs the capability CAP_NET_RAW"), report);
        assertTrue(report.contains("AmbientCapabilities=CAP_NET_RAW"), report);
        assertTrue(report.contains("subject=CAP_NET_RAW, good=false"), report);
        assertTrue(report.contains("subject=capture ring, good=false"), report);
    }

    @Test
    void capturesWithoutLibpcapAndNamesItsPackageWhereItIsNeeded() throws IOException {
        Path libpcap = libpcapFile();
        assumeTrue(libpcap != null && NetworkNamespaces.has("unshare"), "needs libpcap, unshare");
        assumeTrue(CaptureCapability.probe().capNetRaw(), "needs root");
        // In a mount namespace of its own, an empty file lies over the library.
        String report =
                run(
                        List.of("unshare", "--mount", "sh", "-c"),
                        List.of(
                                "mount --bind /dev/null %s && exec %s"
                                        .formatted(
                                                libpcap,
                                                String.join(
                                                        " ", HostTrial.command("capture", "lo")))));
        assertTrue(report.contains("ring: opened lo"), report);
        for (String source : List.of("ring with filter", "pcap")) {
            assertTrue(
                    report.contains(source + ": LIBPCAP_MISSING: libpcap was not found"), report);
        }
        assertTrue(report.contains("install the package libpcap0.8"), report);
        assertTrue(report.contains("subject=libpcap, good=false"), report);
        assertTrue(report.contains("subject=capture ring, good=true"), report);
    }

    /// The library as the linker knows it, without links.
    private static Path libpcapFile() throws IOException {
        for (String line : NetworkNamespaces.run("/sbin/ldconfig", "-p").lines().toList()) {
            if (line.contains("libpcap.so") && line.contains(" => ")) {
                return Path.of(line.substring(line.indexOf(" => ") + 4)).toRealPath();
            }
        }
        return null;
    }

    private static String run(List<String> wrapper, List<String> command) throws IOException {
        var all = new ArrayList<>(wrapper);
        all.addAll(command);
        return NetworkNamespaces.run(all.toArray(String[]::new));
    }
}
