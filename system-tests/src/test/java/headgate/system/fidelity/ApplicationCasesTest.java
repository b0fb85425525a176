package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/// What flows keep of the first messages against what tshark, with its reassembly on, says first of
/// the same conversations. `docs/flows.md` lists what differs.
class ApplicationCasesTest {
    private static final double AGREEMENT = 0.985;

    private static final List<String> FIELDS =
            List.of(
                    "http.host",
                    "http.request.uri",
                    "http.request.method",
                    "http.response.code",
                    "http.user_agent",
                    "tls.handshake.extensions_server_name",
                    "tls.handshake.ja3",
                    "tls.handshake.ja3s",
                    "dns.qry.name",
                    "ntp.stratum",
                    "dhcp.option.dhcp",
                    "ftp.request.command",
                    "ftp.response.code");

    private long equal;
    private long unequal;
    private String example = "";

    @Test
    void saysWhatTsharkSaysFirstOfEachConversation() throws IOException {
        Path captures = SharedFolder.folder("captures/pcap");
        try (var files = Files.list(SharedFolder.folder("expected/app"))) {
            for (Path answers : files.sorted().toList()) {
                String name = answers.getFileName().toString().replaceAll("\\.tsv\\.gz$", "");
                compare(name, flows(captures.resolve(name)), answers);
            }
        }
        assertTrue(equal >= 2500, "only " + equal + " values were compared");
        double agreement = (double) equal / (equal + unequal);
        assertTrue(agreement >= AGREEMENT, () -> agreement + ", at first " + example);
    }

    /// The records of a capture by protocol and ends.
    private static Map<String, Map<String, Set<String>>> flows(Path capture) throws IOException {
        var flows = new HashMap<String, Map<String, Set<String>>>();
        var table = new FlowTable(FlowSettings.CAPTURE_FILE, record -> add(flows, record));
        var decoder = new FrameDecoder();
        try (var source = CaptureFileSource.open(capture)) {
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                table.onFrame(frame);
                            },
                            1024)
                    != FrameSource.END) {}
        }
        table.endAll();
        return flows;
    }

    private static void add(Map<String, Map<String, Set<String>>> flows, FlowRecord record) {
        String key =
                key(
                        record.protocol(),
                        end(record, record.originator()),
                        end(record, record.responder()));
        var fields = flows.computeIfAbsent(key, _ -> new HashMap<>());
        record.metadata()
                .forEach((name, values) ->
                        fields.computeIfAbsent(name, _ -> new HashSet<>()).addAll(values));
    }

    private static String end(FlowRecord record, Side side) {
        return IpAddress.format(record.ipVersion(), side.addressHigh(), side.addressLow())
                + " "
                + side.port();
    }

    private static String key(int protocol, String one, String other) {
        return protocol + (one.compareTo(other) < 0 ? one + other : other + one);
    }

    private void compare(String capture, Map<String, Map<String, Set<String>>> flows, Path answers)
            throws IOException {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(answers)),
                                StandardCharsets.UTF_8))) {
            var names = lines.readLine().split("\t", -1);
            var seen = new HashSet<String>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                var row = row(names, line.split("\t", -1));
                String key = key(row);
                for (String field : FIELDS) {
                    String theirs = row.get(field);
                    if (key != null && theirs != null && seen.add(key + field)) {
                        count(capture, key, field, first(theirs), flows);
                    }
                }
            }
        }
    }

    private static Map<String, String> row(String[] names, String[] cells) {
        var row = new HashMap<String, String>();
        for (int i = 0; i < Math.min(names.length, cells.length); i++) {
            if (!cells[i].isEmpty()) {
                row.put(names[i], cells[i]);
            }
        }
        return row;
    }

    /// By the innermost addresses and ports; null where a row has none.
    private static String key(Map<String, String> row) {
        boolean tcp = row.containsKey("tcp.srcport");
        String version = row.containsKey("ip.src") ? "ip." : "ipv6.";
        String transport = tcp ? "tcp." : "udp.";
        if (!row.containsKey(transport + "srcport") || !row.containsKey(version + "src")) {
            return null;
        }
        return key(
                tcp ? 6 : 17,
                last(row.get(version + "src")) + " " + last(row.get(transport + "srcport")),
                last(row.get(version + "dst")) + " " + last(row.get(transport + "dstport")));
    }

    private static String first(String occurrences) {
        return occurrences.split("\u001f", 2)[0];
    }

    private static String last(String occurrences) {
        return occurrences.substring(occurrences.lastIndexOf('\u001f') + 1);
    }

    private void count(
            String capture,
            String key,
            String field,
            String theirs,
            Map<String, Map<String, Set<String>>> flows) {
        Set<String> ours = flows.getOrDefault(key, Map.of()).getOrDefault(field, Set.of());
        if (ours.contains(theirs)) {
            equal++;
        } else if (unequal++ == 0) {
            example = capture + " " + key + " " + field + ": ours " + ours + " theirs " + theirs;
        }
    }
}
