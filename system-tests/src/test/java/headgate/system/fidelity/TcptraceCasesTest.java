package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.flow.RoundTrips;
import headgate.flow.TcpDetail;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/// Connections of real captures against tcptrace: retransmissions, segments out of order, round
/// trips, duplicate acknowledgments and zero windows of both directions.
///
/// A connection counts where both tell as many packets of it; the others are told of and counted.
class TcptraceCasesTest {
    private static final String SUFFIX = ".tcptrace.csv.gz";

    /// Of all connections that tcptrace tells, so many in a hundred have as many packets here.
    private static final double PACKETS_PERCENT = 97;

    /// Of the directions of these, so many in a hundred must agree; `docs/flows.md` has the reasons
    /// of the others.
    private static final Map<String, Double> AGREEMENT_PERCENT =
            Map.of(
                    "rexmt_data_pkts", 99.0,
                    "outoforder_pkts", 99.0,
                    "duplicate_acks", 100.0,
                    "zero_win_adv", 99.9,
                    "RTT_samples", 95.0,
                    "RTT_min", 99.0,
                    "RTT_avg", 95.0,
                    "RTT_max", 98.0);

    /// Of a second and less; tcptrace prints milliseconds with one decimal and sums them up
    /// rounded.
    private static final double MILLIS_TOLERANCE = 0.11;

    private record Direction(Map<String, String> row, String suffix) {
        String text(String column) {
            return row.get(column + suffix);
        }

        double number(String column) {
            String text = text(column);
            return text.equals("NA") ? 0 : Double.parseDouble(text);
        }
    }

    private int expectedConnections;
    private int comparedConnections;
    private final Map<String, int[]> columns = new LinkedHashMap<>();
    private final Map<String, List<String>> differences = new TreeMap<>();

    @Test
    void agreesWithTcptraceOnRetransmissionsAndRoundTrips() throws IOException {
        Path expected = SharedFolder.folder("expected/flows");
        Path captures = SharedFolder.folder("captures/pcap");
        try (Stream<Path> files = Files.list(expected)) {
            for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().toList()) {
                String name = file.getFileName().toString().replace(SUFFIX, "");
                compare(name, rows(file), ours(captures.resolve(name)));
            }
        }
        differences.forEach((name, lines) -> {
            System.out.println(name);
            lines.stream().limit(4).forEach(line -> System.out.println("    " + line));
        });
        columns.forEach((name, equal) ->
                System.out.printf("%-18s %d of %d%n", name, equal[0], equal[0] + equal[1]));
        System.out.printf(
                "%d of %d connections with equal packets%n",
                comparedConnections, expectedConnections);
        assertTrue(
                comparedConnections >= PACKETS_PERCENT / 100 * expectedConnections,
                comparedConnections + " connections with equal packets");
        assertEquals(AGREEMENT_PERCENT.keySet(), columns.keySet());
        AGREEMENT_PERCENT.forEach((name, percent) -> {
            int[] equal = columns.get(name);
            assertTrue(equal[0] >= percent / 100 * (equal[0] + equal[1]), name);
        });
    }

    // ---- tcptrace's ----

    private static List<Map<String, String>> rows(Path file) throws IOException {
        var rows = new ArrayList<Map<String, String>>();
        String[] names = {};
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(Files.newInputStream(file))))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] cells = line.split(",", -1);
                if (line.startsWith("conn_#")) {
                    names = cells;
                } else if (cells.length == names.length && !line.startsWith("#")) {
                    var row = new HashMap<String, String>();
                    for (int i = 0; i < cells.length; i++) {
                        row.put(names[i].strip(), cells[i].strip());
                    }
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    // ---- Ours ----

    private static List<FlowRecord> ours(Path capture) throws IOException {
        var records = new ArrayList<FlowRecord>();
        var table = new FlowTable(FlowSettings.CAPTURE_FILE, records::add);
        var decoder = new FrameDecoder();
        try (FrameSource source = CaptureFileSource.open(capture)) {
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                table.onFrame(frame);
                            },
                            1000)
                    != FrameSource.END) {}
        }
        table.endAll();
        records.removeIf(record -> record.protocol() != IpProtocol.TCP);
        records.sort((a, b) -> Long.compare(a.firstNanos(), b.firstNanos()));
        return records;
    }

    // ---- Both ----

    private void compare(
            String name, List<Map<String, String>> expected, List<FlowRecord> records) {
        expectedConnections += expected.size();
        var left = new ArrayList<>(records);
        for (Map<String, String> row : expected) {
            var found = left.stream().filter(r -> isSame(r, row)).findFirst();
            if (found.isEmpty()) {
                continue;
            }
            comparedConnections++;
            FlowRecord record = found.get();
            left.remove(record);
            boolean flipped = !isEnd(record, record.originator(), row, "a");
            compare(
                    name,
                    new Direction(row, "_a2b"),
                    new Direction(row, "_b2a"),
                    flipped ? record.responder() : record.originator());
            compare(
                    name,
                    new Direction(row, "_b2a"),
                    new Direction(row, "_a2b"),
                    flipped ? record.originator() : record.responder());
        }
    }

    private void compare(String name, Direction wanted, Direction other, FlowRecord.Side side) {
        TcpDetail tcp = side.detail().tcp();
        long again = Math.max(tcp.syns() - 1, 0) + Math.max(tcp.fins() - 1, 0);
        equal(name, wanted, "rexmt_data_pkts", side.retransmissions() - tcp.outOfOrder() + again);
        equal(name, wanted, "outoforder_pkts", tcp.outOfOrder());
        // tcptrace tells of them with the data that they are about, and counts all that repeat a
        // number, the last ones of a connection too; RFC 5681 wants data to be on its way.
        atMost(name, other, "duplicate_acks", tcp.duplicateAcks());
        equal(name, wanted, "zero_win_adv", side.zeroWindows());
        RoundTrips trips = tcp.roundTrips();
        equal(name, wanted, "RTT_samples", trips == null ? 0 : trips.samples());
        if (trips != null && wanted.number("RTT_samples") > 0) {
            near(name, wanted, "RTT_min", trips.minNanos() / 1e6, MILLIS_TOLERANCE);
            near(name, wanted, "RTT_avg", trips.meanNanos() / 1e6, MILLIS_TOLERANCE);
            near(name, wanted, "RTT_max", trips.maxNanos() / 1e6, MILLIS_TOLERANCE);
        }
    }

    private void equal(String name, Direction wanted, String column, long got) {
        near(name, wanted, column, got, 0);
    }

    private void atMost(String name, Direction wanted, String column, long got) {
        near(name, wanted, column, Math.max(got, wanted.number(column)), 0);
    }

    private void near(String name, Direction wanted, String column, double got, double tolerance) {
        double expected = wanted.number(column);
        boolean same = Math.abs(expected - got) <= tolerance * Math.max(1, expected / 1000);
        columns.computeIfAbsent(column, _ -> new int[2])[same ? 0 : 1]++;
        if (!same) {
            differences
                    .computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(
                            "#%s %s %s%s: %s but was %s"
                                    .formatted(
                                            wanted.row.get("conn_#"),
                                            wanted.row.get("port_a")
                                                    + "-"
                                                    + wanted.row.get("port_b"),
                                            column,
                                            wanted.suffix,
                                            wanted.text(column),
                                            got));
        }
    }

    private static boolean isSame(FlowRecord record, Map<String, String> row) {
        boolean straight =
                isEnd(record, record.originator(), row, "a")
                        && isEnd(record, record.responder(), row, "b");
        boolean flipped =
                isEnd(record, record.originator(), row, "b")
                        && isEnd(record, record.responder(), row, "a");
        return (straight || flipped)
                && packets(straight ? record.originator() : record.responder(), row, "_a2b")
                && packets(straight ? record.responder() : record.originator(), row, "_b2a");
    }

    private static boolean packets(
            FlowRecord.Side side, Map<String, String> row, String direction) {
        return side.packets() == Long.parseLong(row.get("total_packets" + direction));
    }

    private static boolean isEnd(
            FlowRecord record, FlowRecord.Side side, Map<String, String> row, String end) {
        // tcptrace writes IPv6 addresses in a form of its own.
        var address = new IpAddress(record.ipVersion(), side.addressHigh(), side.addressLow());
        String host = row.get("host_" + end);
        return (record.ipVersion() == 6 ? host.indexOf(':') >= 0 : address.toString().equals(host))
                && side.port() == Integer.parseInt(row.get("port_" + end));
    }
}
