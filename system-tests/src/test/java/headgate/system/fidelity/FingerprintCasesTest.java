package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.console.PacketFields;
import headgate.packet.FrameDecoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/// What is in the clear of TLS, QUIC and SSH in real captures, and the fingerprints made of it,
/// against what tshark, nDPI and the authors of JA4 say of the same captures.
class FingerprintCasesTest {
    /// Over all fields compared, without the differences that [#EXPLAINED] names.
    private static final double AGREEMENT = 0.999;

    private static final List<String> FIELDS =
            List.of(
                    "tls.record.content_type",
                    "tls.record.version",
                    "tls.handshake.type",
                    "tls.handshake.version",
                    "tls.handshake.extensions_server_name",
                    "tls.handshake.extensions_alpn_str",
                    "tls.handshake.ja3",
                    "tls.handshake.ja3s",
                    "quic.header_form",
                    "quic.long.packet_type",
                    "quic.version",
                    "quic.dcid");

    /// What tshark puts together from several segments before it reads it.
    private static final List<String> HELLO_FIELDS =
            List.of(
                    "tls.handshake.version",
                    "tls.handshake.ciphersuite",
                    "tls.handshake.extensions_server_name",
                    "tls.handshake.extensions_alpn_str",
                    "tls.handshake.ja3",
                    "tls.handshake.ja3_full",
                    "tls.handshake.ja3s",
                    "tls.handshake.ja3s_full",
                    "quic.version",
                    "quic.scid");

    /// The reasons stand in `docs/decoding.md`. A field of a capture, or all that begin alike.
    private static final Map<String, List<String>> EXPLAINED =
            Map.of(
                    // Secrets in the file let tshark decrypt.
                    "wireshark__challenge01_ooo_stream.pcapng", List.of("tls."),
                    "wireshark__http2_follow_multistream.pcapng", List.of("tls.handshake.type"),
                    "wireshark__wireguard-ping-tcp-dsb.pcapng", List.of("tls."),
                    // TLS on the port of another application.
                    "nDPI__anyconnect-vpn.pcap", List.of("tls.record."),
                    // No TLS at all, on its port.
                    "nDPI__1kxun.pcap", List.of("tls.record.version"),
                    // A segment that tshark takes for one sent again.
                    "nDPI__ocs.pcap", List.of("tls.handshake.type"));

    @Test
    void agreesWithTsharkOnEveryOccurrenceOfEachField() throws IOException {
        compare("expected/decode", FIELDS, 17_000);
    }

    @Test
    void agreesWithTsharkOnHellosThatItPutsTogether() throws IOException {
        compare("expected/app", HELLO_FIELDS, 4_000);
    }

    @Test
    void namesTlsClientsAsTheAuthorsOfJa4Do() throws IOException {
        namesAsTheAuthorsOfJa4Do("(?:\"JA4\\.1\": \"|  ja4: )([a-z0-9_]+)", "tls.handshake.ja4");
    }

    @Test
    void namesSshClientsAndServersAsTheAuthorsOfJa4Do() throws IOException {
        namesAsTheAuthorsOfJa4Do("\\bhassh(?:\": \"|: )([0-9a-f]+)", "ssh.kex.hassh");
        namesAsTheAuthorsOfJa4Do("hassh_server(?:\": \"|: )([0-9a-f]+)", "ssh.kex.hasshserver");
    }

    /// JA4's authors give one answer per connection, for the captures that their own tests use.
    private void namesAsTheAuthorsOfJa4Do(String answer, String field) throws IOException {
        Path answers = SharedFolder.folder("expected/upstream");
        var fingerprint = Pattern.compile(answer);
        int compared = 0;
        for (String[] row : rows(answers.resolve("index.tsv"))) {
            if (row[1].equals("ja4")) {
                String theirs = Files.readString(answers.resolve(row[2]));
                var found = new TreeSet<String>();
                var matcher = fingerprint.matcher(theirs);
                while (matcher.find()) {
                    found.add(matcher.group(1));
                }
                if (!found.isEmpty()) {
                    assertEquals(found, valuesOf(row[0], field), row[2]);
                    compared++;
                }
            }
        }
        assertTrue(compared >= 2, "only " + compared + " answers with " + field);
    }

    /// nDPI begins a JA4 in its own way (`docs/decoding.md`); its digests are compared.
    @Test
    void namesClientsAndServersAsNdpiDoes() throws IOException {
        Path answers = SharedFolder.folder("expected/upstream/ndpi");
        var fields =
                Map.of(
                        "JA3C", "tls.handshake.ja3",
                        "JA3S", "tls.handshake.ja3s",
                        "JA4", "tls.handshake.ja4",
                        "HASSH-C", "ssh.kex.hassh",
                        "HASSH-S", "ssh.kex.hasshserver");
        // The flow's protocol, so that DTLS, which is not read, can be left out.
        var fingerprint =
                Pattern.compile(
                        "\\[(JA3C|JA3S|JA4|HASSH-C|HASSH-S): ([A-Za-z0-9_]+)( \\(WEAK\\))?]");
        int compared = 0;
        for (Path answer : files(answers)) {
            String capture = "nDPI__" + answer.getFileName().toString().replaceFirst("\\.out$", "");
            for (String line : Files.readAllLines(answer, StandardCharsets.ISO_8859_1)) {
                var matcher = fingerprint.matcher(line);
                while (!line.contains("/DTLS]") && matcher.find()) {
                    String field = fields.get(matcher.group(1));
                    String theirs = digests(field, matcher.group(2).toLowerCase());
                    var ours = new HashSet<String>();
                    valuesOf(capture, field).forEach(value -> ours.add(digests(field, value)));
                    assertTrue(ours.contains(theirs), () -> capture + " " + line + " ours " + ours);
                    compared++;
                }
            }
        }
        assertTrue(compared >= 100, "only " + compared + " fingerprints of nDPI");
    }

    private static String digests(String field, String value) {
        return field.endsWith("ja4") ? value.substring(value.indexOf('_')) : value;
    }

    private final Map<String, List<Map<String, List<Object>>>> read = new HashMap<>();

    private Set<String> valuesOf(String capture, String field) throws IOException {
        if (!read.containsKey(capture)) {
            read.put(capture, fieldsOf(SharedFolder.folder("captures/pcap").resolve(capture)));
        }
        var values = new TreeSet<String>();
        for (var frame : read.get(capture)) {
            frame.getOrDefault(field, List.of()).forEach(value -> values.add(value.toString()));
        }
        return values;
    }

    private static void compare(String folder, List<String> fields, int atLeast)
            throws IOException {
        Path captures = SharedFolder.folder("captures/pcap");
        long equal = 0;
        var different = new ArrayList<String>();
        for (Path answer : files(SharedFolder.folder(folder))) {
            String name = answer.getFileName().toString();
            if (!name.endsWith(".tsv.gz")) {
                continue;
            }
            String capture = name.replaceFirst("\\.tsv\\.gz$", "");
            var theirs = rows(answer);
            var names = theirs.isEmpty() ? List.of() : Arrays.asList(theirs.getFirst());
            if (fields.stream().noneMatch(names::contains)) {
                continue;
            }
            var ours = fieldsOf(captures.resolve(capture));
            for (String[] row : theirs.subList(1, theirs.size())) {
                int number = Integer.parseInt(row[names.indexOf("frame.number")]);
                for (String field : fields) {
                    int column = names.indexOf(field);
                    String their = column < 0 || column >= row.length ? "" : row[column];
                    List<String> expected = occurrences(their);
                    List<String> actual =
                            ours.get(number - 1).getOrDefault(field, List.of()).stream()
                                    .map(Object::toString)
                                    .toList();
                    if (expected.equals(actual)) {
                        equal += expected.isEmpty() ? 0 : 1;
                    } else if (!isExplained(capture, field)) {
                        different.add(
                                "%s frame %d %s: ours %s, theirs %s"
                                        .formatted(capture, number, field, actual, expected));
                    }
                }
            }
        }
        double agreement = (double) equal / (equal + different.size());
        assertTrue(equal >= atLeast, "only " + equal + " values are equal");
        assertTrue(
                agreement >= AGREEMENT,
                () -> "agreement " + 100 * agreement + " %: " + String.join("\n", different));
    }

    private static boolean isExplained(String capture, String field) {
        return EXPLAINED.getOrDefault(capture, List.of()).stream().anyMatch(field::startsWith);
    }

    private static List<String> occurrences(String cell) {
        return cell.isEmpty()
                ? List.of()
                : Arrays.stream(cell.split("\u001f", -1))
                        .map(value ->
                                value.startsWith("0x")
                                        ? Long.toString(Long.parseLong(value.substring(2), 16))
                                        : value)
                        .toList();
    }

    /// All fields of each frame.
    private static List<Map<String, List<Object>>> fieldsOf(Path capture) throws IOException {
        var frames = new ArrayList<Map<String, List<Object>>>();
        var decoder = new FrameDecoder();
        try (var source = CaptureFileSource.open(capture)) {
            var fields = new PacketFields(source.describesInterfaces());
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                frames.add(Map.copyOf(fields.of(frame)));
                            },
                            1024)
                    != FrameSource.END) {}
        }
        return frames;
    }

    private static List<String[]> rows(Path table) throws IOException {
        var stream = Files.newInputStream(table);
        boolean isCompressed = table.toString().endsWith(".gz");
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                isCompressed ? new GZIPInputStream(stream) : stream,
                                StandardCharsets.ISO_8859_1))) {
            return lines.lines().map(line -> line.split("\t", -1)).toList();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
