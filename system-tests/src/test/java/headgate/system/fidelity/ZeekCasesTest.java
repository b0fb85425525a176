package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.flow.ZeekPackets;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Flows by Zeek's conventions against the `conn.log` baselines of Zeek's own tests: every
/// connection's ends, packets, IP bytes, stream bytes, duration, state and history.
///
/// A trace that differs carries its reason here; in any other one every connection must agree.
class ZeekCasesTest {
    private static final Map<String, String> DEVIATIONS =
            Map.of(
                    "core.tunnels.gre-aruba-amsdu",
                    "Zeek ran without its scripts (-b), so that it knows no server's port");

    /// Of all connections that Zeek tells, so many in a hundred must agree in every column.
    private static final double AGREEMENT_PERCENT = 99;

    /// Of those that both tell, so many in a hundred must agree in each column.
    private static final double COLUMN_AGREEMENT_PERCENT = 99;

    private static final double SECONDS_TOLERANCE = 0.002;
    private static final Set<String> COUNTS =
            Set.of(
                    "orig_pkts",
                    "resp_pkts",
                    "orig_ip_bytes",
                    "resp_ip_bytes",
                    "orig_bytes",
                    "resp_bytes",
                    "conn_state",
                    "history");

    private int expectedConnections;
    private int equalConnections;
    private final Map<String, int[]> columns = new TreeMap<>();
    private final Map<String, List<String>> differences = new TreeMap<>();

    @Test
    void agreesWithZeekOnEveryConnectionOfItsOwnTests() throws IOException {
        Path cases = SharedFolder.folder("captures/zeek-conn");
        Path index = SharedFolder.folder("expected").resolve("zeek-conn-index.tsv");
        for (String[] row : rows(index)) {
            boolean simple = row[3].equals("True");
            Path directory = cases.resolve(row[1]);
            if (simple && Files.exists(directory.resolve("conn.log"))) {
                FlowSettings settings =
                        FlowSettings.ZEEK.with(
                                draft -> draft.verifiesChecksums = !row[4].equals("True"));
                compare(
                        row[1],
                        baseline(directory.resolve("conn.log")),
                        ours(trace(directory), settings));
            }
        }
        differences.forEach((name, lines) -> {
            System.out.println(name + ": " + DEVIATIONS.get(name));
            lines.stream().limit(4).forEach(line -> System.out.println("    " + line));
        });
        columns.forEach((name, equal) ->
                System.out.printf("%-14s %d of %d%n", name, equal[0], equal[0] + equal[1]));
        System.out.printf("%d of %d connections equal%n", equalConnections, expectedConnections);
        var unexplained = new TreeMap<>(differences);
        unexplained.keySet().removeAll(DEVIATIONS.keySet());
        assertEquals(Map.of(), unexplained);
        assertTrue(expectedConnections > 100, expectedConnections + " connections");
        assertTrue(equalConnections >= AGREEMENT_PERCENT / 100 * expectedConnections);
        columns.forEach((name, equal) ->
                assertTrue(
                        equal[0] >= COLUMN_AGREEMENT_PERCENT / 100 * (equal[0] + equal[1]), name));
    }

    private static List<String[]> rows(Path index) throws IOException {
        try (Stream<String> lines = Files.lines(index)) {
            return lines.skip(1).map(line -> line.split("\t", -1)).toList();
        }
    }

    private static Path trace(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("trace."))
                    .findAny()
                    .orElseThrow();
        }
    }

    // ---- Zeek's ----

    /// The lines of a `conn.log` by column, without what is unset. Some baselines keep only a few
    /// columns: these tell no connections.
    private static List<Map<String, String>> baseline(Path file) throws IOException {
        var connections = new ArrayList<Map<String, String>>();
        String[] names = {};
        for (String line : Files.readAllLines(file)) {
            String[] cells = line.split("\t", -1);
            if (line.startsWith("#fields")) {
                names = line.substring(line.indexOf('\t') + 1).split("\t", -1);
            } else if (!line.startsWith("#") && cells.length == names.length) {
                var connection = new HashMap<String, String>();
                for (int i = 0; i < cells.length; i++) {
                    if (!cells[i].equals("-")) {
                        connection.put(names[i], cells[i]);
                    }
                }
                if (connection.containsKey("id.orig_h") && connection.containsKey("id.resp_p")) {
                    connections.add(connection);
                }
            }
        }
        return connections;
    }

    // ---- Ours ----

    private static List<FlowRecord> ours(Path capture, FlowSettings settings) throws IOException {
        var records = new ArrayList<FlowRecord>();
        var table = new FlowTable(settings, records::add);
        var feed = new ZeekPackets(settings, table::onFrame);
        var decoder = new FrameDecoder();
        try (FrameSource source = CaptureFileSource.open(capture)) {
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                feed.onFrame(frame);
                            },
                            1000)
                    != FrameSource.END) {}
        }
        table.endAll();
        records.sort((a, b) -> Long.compare(a.firstNanos(), b.firstNanos()));
        return records;
    }

    // ---- Both ----

    /// Zeek's times are masked: of several with the same ends, one with as many packets is taken,
    /// and otherwise the first.
    private void compare(
            String name, List<Map<String, String>> expected, List<FlowRecord> records) {
        if (expected.isEmpty()) {
            return;
        }
        expectedConnections += expected.size();
        var left = new ArrayList<>(records);
        for (Map<String, String> wanted : expected) {
            List<FlowRecord> candidates = left.stream().filter(r -> isBetween(r, wanted)).toList();
            if (candidates.isEmpty()) {
                differ(name, "only expected: " + wanted);
                continue;
            }
            FlowRecord got =
                    candidates.stream()
                            .filter(r -> count(r, "orig_pkts").equals(wanted.get("orig_pkts")))
                            .filter(r -> count(r, "resp_pkts").equals(wanted.get("resp_pkts")))
                            .findFirst()
                            .orElse(candidates.getFirst());
            left.remove(got);
            if (isEqual(name, wanted, got)) {
                equalConnections++;
            }
        }
        left.forEach(record -> differ(name, "only ours: " + record));
    }

    private boolean isEqual(String name, Map<String, String> wanted, FlowRecord got) {
        boolean equal = true;
        for (String column : COUNTS) {
            if (wanted.containsKey(column)) {
                boolean same = wanted.get(column).equals(count(got, column));
                equal &= note(name, wanted, column, same, count(got, column));
            }
        }
        if (wanted.containsKey("duration")) {
            double seconds = (got.lastNanos() - got.firstNanos()) / 1e9;
            double difference = Math.abs(Double.parseDouble(wanted.get("duration")) - seconds);
            boolean same = difference <= SECONDS_TOLERANCE;
            equal &= note(name, wanted, "duration", same, Double.toString(seconds));
        }
        return equal;
    }

    private boolean note(
            String name, Map<String, String> wanted, String column, boolean same, String got) {
        columns.computeIfAbsent(column, _ -> new int[2])[same ? 0 : 1]++;
        if (!same) {
            differ(name, "%s: %s but was %s".formatted(column, wanted, got));
        }
        return same;
    }

    private void differ(String name, String what) {
        differences.computeIfAbsent(name, _ -> new ArrayList<>()).add(what);
    }

    private static boolean isBetween(FlowRecord record, Map<String, String> wanted) {
        return isEnd(record, record.originator(), wanted, "id.orig")
                && isEnd(record, record.responder(), wanted, "id.resp");
    }

    private static boolean isEnd(
            FlowRecord record, FlowRecord.Side side, Map<String, String> wanted, String id) {
        var address = new IpAddress(record.ipVersion(), side.addressHigh(), side.addressLow());
        return address.equals(IpAddress.parse(wanted.get(id + "_h")))
                && side.port() == Integer.parseInt(wanted.get(id + "_p"));
    }

    private static String count(FlowRecord record, String column) {
        FlowRecord.Side side = column.startsWith("orig") ? record.originator() : record.responder();
        return switch (column) {
            case "conn_state" -> record.state().name();
            case "history" -> record.history();
            case "orig_pkts", "resp_pkts" -> Long.toString(side.packets());
            case "orig_ip_bytes", "resp_ip_bytes" -> Long.toString(side.ipBytes());
            default -> Long.toString(side.streamBytes());
        };
    }
}
