package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.console.PacketFields;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/// Header fields of real captures against what tshark says of the same frames: every occurrence of
/// each header field and the first of each application field, as in `docs/decoding.md`.
class DecodeCasesTest {
    /// Over all fields of all frames of all link types, tunnels and malformed ones too.
    private static final double AGREEMENT = 0.999;

    /// Over all fields of the frames that tshark finds whole and that have only headers which are
    /// decoded.
    private static final double AGREEMENT_IN_SCOPE = 0.9995;

    /// For each single field of those frames: some are on a hundred frames only.
    private static final double AGREEMENT_OF_A_FIELD = 0.99;

    /// Protocols whose contents are not read: WireGuard, which tshark decrypts; FabricPath, at
    /// whose end tshark takes four bytes for a check sequence; IEEE 802.15.4 and Juniper's headers.
    private static final Set<String> NOT_DECODED = Set.of("wg", "cfp", "wpan", "juniper");

    /// Between the occurrences of a field.
    private static final String SEPARATOR = "\u001f";

    /// tshark adds what it dissected above the transport layer.
    private static final String PROTOCOLS = "frame.protocols";

    /// Read by tshark with keys that are in the capture.
    private static final String DECRYPTED = "tls:http";

    /// Fields that count as missing where only tshark has them: all of the decoded headers.
    private static final List<String> CLAIMED_PREFIXES =
            List.of(
                    "frame.",
                    "eth.",
                    "sll.",
                    "null.",
                    "vlan.",
                    "ieee8021ad.",
                    "arp.",
                    "ip.",
                    "ipv6.",
                    "tcp.",
                    "udp.",
                    "icmp.",
                    "icmpv6.",
                    "igmp.",
                    "ppp.",
                    "pppoe.",
                    "mpls.",
                    "gre.",
                    "vxlan.",
                    "geneve.",
                    "gtp.",
                    "sctp.",
                    "ah.",
                    "esp.",
                    "communityid",
                    "dns.",
                    "http.",
                    "ftp.",
                    "dhcp.",
                    "ntp.");

    /// A message has more occurrences of these than are read of it.
    private static final List<String> APPLICATIONS =
            List.of("dns.", "http.", "ftp.", "dhcp.", "ntp.");

    private static final Set<String> NOT_CLAIMED = Set.of("frame.number", "null.type");

    @Test
    void agreesWithTsharkOnTheFieldsOfRealCaptures() throws IOException {
        Path captures = SharedFolder.folder("captures/pcap");
        Path expected = SharedFolder.folder("expected/decode");
        var all = new Tally();
        var inScope = new Tally();
        int compared = 0;
        for (Path capture : files(captures)) {
            Path answers = expected.resolve(capture.getFileName() + ".tsv.gz");
            if (Files.exists(answers) && !isRefusedByTshark(answers)) {
                compare(capture, answers, all, inScope);
                compared++;
            }
        }
        System.out.printf("%.4f %% of all values equal tshark's%n", 100 * all.agreement());
        assertTrue(compared >= 100, "only " + compared + " captures were compared");
        assertTrue(all.agreement() >= AGREEMENT, all::toString);
        assertTrue(inScope.agreement() >= AGREEMENT_IN_SCOPE, inScope::toString);
        var disagreeing = new TreeMap<>(inScope.fields);
        disagreeing.values().removeIf(count -> count.agreement() >= AGREEMENT_OF_A_FIELD);
        assertEquals(Map.of(), disagreeing);
    }

    @Test
    void givesEveryMalformedFrameItsFields() throws IOException {
        var fields = new PacketFields(true);
        long frames = 0;
        for (Path capture : files(SharedFolder.folder("captures/malformed/pcap"))) {
            frames +=
                    read(
                            capture,
                            (_, frame) ->
                                    assertEquals(
                                            List.of((long) frame.lengthOnWire),
                                            fields.of(frame).get("frame.len"),
                                            capture::toString));
        }
        assertTrue(frames > 1000, "only " + frames + " malformed frames were read");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /// A file that tshark cannot read has a complaint beside an empty answer.
    private static boolean isRefusedByTshark(Path answers) throws IOException {
        Path complaint = answers.resolveSibling(answers.getFileName() + ".err");
        return Files.exists(complaint) && Files.readString(complaint).contains("doesn't support");
    }

    /// Sees a decoded frame and its number in the file, from 1.
    private interface Look {
        void at(long number, Frame frame);
    }

    private static long read(Path capture, Look look) throws IOException {
        var decoder = new FrameDecoder();
        var count = new long[1];
        try (var source = open(capture)) {
            if (source == null) {
                return 0;
            }
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                look.at(++count[0], frame);
                            },
                            1024)
                    != FrameSource.END) {}
        }
        return count[0];
    }

    /// Null for a file that is no capture: its reader's own tests are about that.
    private static FrameSource open(Path capture) {
        try {
            return CaptureFileSource.open(capture);
        } catch (IOException e) {
            return null;
        }
    }

    private static void compare(Path capture, Path answers, Tally all, Tally inScope)
            throws IOException {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(answers)),
                                StandardCharsets.UTF_8))) {
            var names = lines.readLine().split("\t", -1);
            var fields = new PacketFields[1];
            try (var source = CaptureFileSource.open(capture)) {
                fields[0] = new PacketFields(source.describesInterfaces());
            }
            read(
                    capture,
                    (number, frame) -> {
                        var theirs = row(names, lines);
                        assertEquals(
                                Long.toString(number),
                                theirs.get("frame.number"),
                                capture::toString);
                        var ours = fields[0].of(frame);
                        String frameName = capture.getFileName() + " frame " + number;
                        all.add(frameName, names, theirs, ours);
                        if (isInScope(theirs) && !isDamagedOnPurpose(capture)) {
                            inScope.add(frameName, names, theirs, ours);
                        }
                    });
            assertEquals(null, lines.readLine(), () -> capture + " has more frames for tshark");
        }
    }

    private static boolean isClaimed(String field) {
        return CLAIMED_PREFIXES.stream().anyMatch(field::startsWith)
                && !NOT_CLAIMED.contains(field);
    }

    /// Text with bytes changed at random; tshark and we show what is no text differently.
    private static boolean isDamagedOnPurpose(Path capture) {
        return capture.getFileName().toString().contains("__fuzz-");
    }

    private static boolean isInScope(Map<String, String> theirs) {
        List<String> protocols = List.of(theirs.getOrDefault(PROTOCOLS, "").split(":"));
        return !theirs.getOrDefault(PROTOCOLS, "").contains(DECRYPTED)
                && protocols.stream().noneMatch(NOT_DECODED::contains)
                && !theirs.containsKey("_ws.malformed")
                && !theirs.containsKey("_ws.short");
    }

    /// One line: the occurrences of each field that tshark has, outer to inner, as they are
    /// written.
    private static Map<String, String> row(String[] names, BufferedReader lines) {
        try {
            String line = lines.readLine();
            assertTrue(line != null, "tshark has fewer frames");
            var cells = line.split("\t", -1);
            var row = new HashMap<String, String>();
            for (int i = 0; i < Math.min(names.length, cells.length); i++) {
                if (!cells[i].isEmpty()) {
                    row.put(names[i], cells[i]);
                }
            }
            return row;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Numbers in decimal, whatever base they are written in; addresses in canonical form.
    private static String normal(String field, String text) {
        if (field.equals("ipv6.src") || field.equals("ipv6.dst")) {
            return IpAddress.parse(text).toString();
        }
        if (text.startsWith("0x")) {
            return Long.toString(Long.parseLong(text.substring(2), 16));
        }
        return text;
    }

    /// Equal and unequal values of one field.
    private static final class Count {
        long equal;
        long unequal;
        String example = "";

        double agreement() {
            return equal + unequal == 0 ? 1 : (double) equal / (equal + unequal);
        }

        @Override
        public String toString() {
            return "%d equal, %d not (%.3f %%), at first %s"
                    .formatted(equal, unequal, 100 * agreement(), example);
        }
    }

    /// Counts by field.
    private static final class Tally {
        final Map<String, Count> fields = new TreeMap<>();

        void add(
                String frame,
                String[] names,
                Map<String, String> theirs,
                Map<String, List<Object>> ours) {
            for (String name : names) {
                String their = theirs.get(name);
                List<Object> values = ours.get(name);
                if (values == null && isQuotedApplication(name, theirs)) {
                    continue;
                }
                if (isClaimed(name) && (values != null || their != null)) {
                    String our = values == null ? null : joined(values);
                    count(frame, name, our, their);
                }
            }
        }

        /// Of what ICMP errors quote, headers are read and no applications.
        private static boolean isQuotedApplication(String name, Map<String, String> theirs) {
            String protocols = theirs.getOrDefault(PROTOCOLS, "");
            return APPLICATIONS.stream().anyMatch(name::startsWith)
                    && (protocols.contains("icmp:ip:") || protocols.contains("icmpv6:ipv6:"));
        }

        private void count(String frame, String name, String our, String their) {
            Count count = fields.computeIfAbsent(name, _ -> new Count());
            if (our != null && their != null && isEqual(name, our, their)) {
                count.equal++;
                return;
            }
            if (count.unequal++ == 0) {
                count.example = frame + " ours " + our + " theirs " + their;
            }
        }

        private static String joined(List<Object> values) {
            return values.stream().map(Object::toString).collect(Collectors.joining(SEPARATOR));
        }

        private static boolean isEqual(String name, String our, String their) {
            if (name.equals(PROTOCOLS)) {
                return their.equals(our) || their.startsWith(our + ":");
            }
            var ours = our.split(SEPARATOR);
            var theirs = their.split(SEPARATOR);
            if (APPLICATIONS.stream().anyMatch(name::startsWith)) {
                return normal(name, ours[0]).equals(normal(name, theirs[0]));
            }
            return ours.length == theirs.length
                    && IntStream.range(0, ours.length)
                            .allMatch(i -> normal(name, ours[i]).equals(normal(name, theirs[i])));
        }

        double agreement() {
            long equal = fields.values().stream().mapToLong(count -> count.equal).sum();
            long unequal = fields.values().stream().mapToLong(count -> count.unequal).sum();
            return (double) equal / (equal + unequal);
        }

        @Override
        public String toString() {
            var text = new StringBuilder("agreement " + 100 * agreement() + " %");
            fields.forEach((field, count) -> text.append("\n").append(field + ": " + count));
            return text.toString();
        }
    }
}
