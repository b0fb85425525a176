package headgate.capture.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.forwarding.HostDocuments;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HostChangesTest {
    private final HostChanges changes = new HostChanges();

    private List<String> look(String name, String text) {
        return changes.look(new HostDocuments("gw", 0, "6.18", new TreeMap<>(Map.of(name, text))));
    }

    @Test
    void listsAllDocumentsFirstAndThenThoseThatChangedCameOrWent() {
        assertEquals(List.of("route4.json"), look("route4.json", "[]"));
        assertEquals(List.of(), look("route4.json", "[]"));
        assertEquals(List.of("route4.json"), look("route4.json", "[{}]"));
        assertEquals(List.of("addr.json", "route4.json"), look("addr.json", "[]"));
    }

    @Test
    void passesOverWhatRunsByItself() {
        look("addr.json", "[{\"valid_life_time\":86400,\"local\":\"10.0.0.1\"}]");
        assertEquals(
                List.of(),
                look("addr.json", "[{\"valid_life_time\":86399,\"local\":\"10.0.0.1\"}]"));
        look("nft.json", "{\"counter\": {\"packets\": 1, \"bytes\": 60}}");
        assertEquals(List.of(), look("nft.json", "{\"counter\": {\"packets\": 2, \"bytes\": 99}}"));
        look("softnet_stat.txt", "00000001");
        assertEquals(List.of(), look("softnet_stat.txt", "00000002"));
        look("sysctl.txt", "net.netfilter.nf_conntrack_count = 4\nnet.ipv4.ip_forward = 1\n");
        assertEquals(
                List.of(),
                look(
                        "sysctl.txt",
                        "net.netfilter.nf_conntrack_count = 5\nnet.ipv4.ip_forward = 1\n"));
    }

    @Test
    void noticesANeighbourThatIsFoundNotHowSureTheKernelIsOfIt() {
        look(
                "neigh.json",
                "[{\"dst\":\"10.0.0.2\",\"lladdr\":\"02:00\",\"state\":[\"REACHABLE\"]}]");
        assertEquals(
                List.of(),
                look(
                        "neigh.json",
                        "[{\"dst\":\"10.0.0.2\",\"lladdr\":\"02:00\",\"state\":[\"STALE\"]}]"));
        assertEquals(
                List.of("neigh.json"),
                look("neigh.json", "[{\"dst\":\"10.0.0.2\",\"state\":[\"FAILED\"]}]"));
    }

    @Test
    void noticesASocketThatWaitsForAnybodyNotAConversation() {
        String heading =
                "== /proc/net/udp\n  sl  local_address rem_address   st tx_queue rx_queue\n";
        String waits =
                "  7: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 0 0 1 2\n";
        String talks =
                "  9: 0100007F:8001 0100007F:0035 01 00000000:00000000 00:00000000 0 0 3 2\n";
        look("sockets.txt", heading + waits);
        assertEquals(List.of(), look("sockets.txt", heading + waits + talks));
        assertEquals(List.of(), look("sockets.txt", heading + waits.replace("7:", "8:")));
        assertEquals(
                List.of("sockets.txt"),
                look("sockets.txt", heading + waits.replace("0035", "0036")));
    }
}
