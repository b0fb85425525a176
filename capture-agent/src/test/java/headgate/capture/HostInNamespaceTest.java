package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.HostSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a host says of itself, where we know what it has to say: in a namespace that we made.
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostInNamespaceTest {
    private NetworkNamespaces namespaces;

    @BeforeAll
    void makeNamespaces() throws Exception {
        namespaces = NetworkNamespaces.open();
        namespaces.inCapture("ip", "route", "add", "10.99.0.0/16", "via", "10.77.0.2");
        namespaces.inCapture("ip", "route", "add", "blackhole", "10.98.0.0/16", "table", "77");
        namespaces.inCapture("ip", "rule", "add", "from", "10.1.2.3", "lookup", "77");
        namespaces.inCapture("ip", "link", "add", "cap.1", "type", "veth", "peer", "name", "bare1");
    }

    @AfterAll
    void removeNamespaces() throws Exception {
        if (namespaces != null) {
            namespaces.close();
        }
    }

    @Test
    void listsInterfacesWithAndWithoutAnAddress() throws Exception {
        List<String> lines = report("interfaces").lines().toList();
        assertEquals(4, lines.size(), lines.toString());
        String loopback = line(lines, "name=lo,");
        assertTrue(loopback.contains("up=true, running=true, loopback=true"), loopback);
        assertTrue(loopback.contains("127.0.0.1/8"), loopback);
        assertTrue(loopback.contains("kind=loopback"), loopback);
        String captured = line(lines, "name=cap0,");
        assertTrue(captured.contains("mac=" + 0x020000000001L), captured);
        assertTrue(captured.contains("addresses=[10.77.0.1/24]"), captured);
        assertTrue(captured.contains("linkType=1, mtu=1500, kind=veth, driver=veth"), captured);
        String bare = line(lines, "name=bare1,");
        assertTrue(bare.contains("up=false, running=false, loopback=false"), bare);
        assertTrue(bare.contains("addresses=[]"), bare);
    }

    @Test
    void takesTheDocumentsOfAHostSnapshot(@TempDir Path directory) throws Exception {
        String missing = report("documents", directory.toString());
        assertContains(directory, "addr.json", "\"local\":\"10.77.0.1\"");
        assertContains(directory, "link.json", "\"info_kind\":\"veth\"");
        assertContains(directory, "route4.json", "\"dst\":\"10.99.0.0/16\"");
        assertContains(directory, "route4.json", "\"dst\":\"10.98.0.0/16\"");
        assertContains(directory, "rule4.json", "\"src\":\"10.1.2.3\"");
        assertContains(directory, "neigh.json", "\"lladdr\":\"02:00:00:00:00:02\"");
        assertContains(directory, "maddr.json", "\"ifname\":\"cap0\"");
        for (String empty : List.of("route6.json", "rule6.json", "nexthop.json")) {
            assertTrue(Files.readString(directory.resolve(empty)).startsWith("["), empty);
        }
        assertContains(directory, "sysctl.txt", "net.ipv4.ip_default_ttl = 64\n");
        assertContains(directory, "sysctl.txt", "net.ipv4.conf.cap/1.rp_filter = ");
        assertContains(directory, "sysctl.txt", "net.core.somaxconn = ");
        assertContains(directory, "sockets.txt", "== /proc/net/udp\n");
        assertContains(directory, "sockets.txt", ":%04X ".formatted(NetworkNamespaces.FIRST_PORT));
        assertContains(directory, "rps.txt", "cap0 rx-0 rps_cpus ");
        assertContains(directory, "napi.txt", "cap0 gro_flush_timeout 0\n");
        assertContains(directory, "cpu.txt", "online 0");
        assertContains(directory, "uname.txt", "Linux");
        assertFalse(
                Files.readString(directory.resolve("sysctl.txt")).contains("stable_secret"),
                "secrets stay on the host");
        assertEquals(
                NetworkNamespaces.has("nft"), Files.exists(directory.resolve("nft.json")), missing);
        if (!NetworkNamespaces.has("ethtool")) {
            assertTrue(missing.contains("ethtool is not installed"), missing);
        }
    }

    @Test
    void takesDocumentsThatTheForwardingEngineReads(@TempDir Path directory) throws Exception {
        report("documents", directory.toString());
        HostSnapshot snapshot = HostSnapshot.read(directory);
        assertEquals(64, snapshot.sysctl("net.ipv4.ip_default_ttl"));
        assertEquals(List.of(), snapshot.unmodelled());
    }

    private String report(String... arguments) throws Exception {
        return namespaces.inCapture(HostTrial.command(arguments).toArray(String[]::new));
    }

    private static String line(List<String> lines, String words) {
        return lines.stream().filter(l -> l.contains(words)).findFirst().orElseThrow();
    }

    private static void assertContains(Path directory, String document, String words)
            throws Exception {
        String text = Files.readString(directory.resolve(document));
        assertTrue(text.contains(words), document + " has no " + words);
    }
}
