package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import headgate.packet.Layer;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// Flows of real captures against tshark's conversations (`-z conv`): frames and frame bytes in
/// both directions of each TCP, UDP and SCTP conversation.
///
/// A capture that differs carries its reason here; in any other one every conversation must agree.
class FlowCasesTest {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt I32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong I64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final String FRAGMENTS =
            "tshark counts only the frame that completes a fragmented datagram";
    private static final String MALFORMED = "tshark counts no frame whose transport header is cut";

    private static final Map<String, String> DEVIATIONS =
            Map.ofEntries(
                    Map.entry("PcapPlusPlus__ip-frag.pcap", FRAGMENTS),
                    Map.entry(
                            "PcapPlusPlus__ipv6_options.pcap",
                            "tshark takes the last address of a routing header for destination"),
                    Map.entry("arkime__arkime_synthetic.pcap", MALFORMED),
                    Map.entry(
                            "arkime__gtp-iphone.pcap",
                            "tshark begins another conversation where SIP named the ports"),
                    Map.entry(
                            "nDPI__ajp.pcap",
                            "tshark takes four bytes off FabricPath frames: some headers are cut"),
                    Map.entry("zeek__erspan.pcap", FRAGMENTS),
                    Map.entry("nDPI__dns_fragmented.pcap", FRAGMENTS),
                    Map.entry("nDPI__fuzz-2006-06-26-2594.pcap", FRAGMENTS + "; " + MALFORMED),
                    Map.entry("nDPI__fuzz-2006-09-29-28586.pcap", MALFORMED),
                    Map.entry(
                            "wireshark__wireguard-ping-tcp-dsb.pcapng",
                            "tshark decrypts WireGuard with the keys in the file"));

    /// Of all conversations that tshark tells, so many in a hundred must agree.
    private static final double AGREEMENT_PERCENT = 99;

    /// What one side of a conversation sent.
    private record Sent(long packets, long bytes) {
        Sent plus(Sent other) {
            return new Sent(packets + other.packets, bytes + other.bytes);
        }
    }

    /// A conversation by its ends in order, so that direction does not matter.
    private record Ends(int protocol, String low, String high) {}

    private record Conversation(Ends ends, Sent low, Sent high) {
        static Conversation of(int protocol, String a, Sent sentA, String b, Sent sentB) {
            return a.compareTo(b) <= 0
                    ? new Conversation(new Ends(protocol, a, b), sentA, sentB)
                    : new Conversation(new Ends(protocol, b, a), sentB, sentA);
        }

        Conversation plus(Conversation other) {
            return new Conversation(ends, low.plus(other.low), high.plus(other.high));
        }
    }

    private int expectedConversations;
    private int equalConversations;
    private final Map<String, List<String>> differences = new TreeMap<>();

    @Test
    void agreesWithTsharkOnFramesAndBytesOfEveryConversation() throws IOException {
        Path shared = shared();
        try (Stream<Path> expected = Files.list(shared.resolve("expected/flows"))) {
            String ending = ".conv.flows.tsv";
            for (Path file :
                    expected.filter(path -> path.toString().endsWith(ending)).sorted().toList()) {
                String name = file.getFileName().toString();
                name = name.substring(0, name.length() - ending.length());
                compare(name, read(file), flows(shared.resolve("captures/pcap").resolve(name)));
            }
        }
        differences.forEach((name, lines) -> {
            System.out.println(name + ": " + DEVIATIONS.get(name));
            lines.stream().limit(4).forEach(line -> System.out.println("    " + line));
        });
        double percent = 100.0 * equalConversations / expectedConversations;
        System.out.printf(
                "%d of %d conversations equal tshark's (%.2f %%)%n",
                equalConversations, expectedConversations, percent);
        var unexplained = new TreeMap<>(differences);
        unexplained.keySet().removeAll(DEVIATIONS.keySet());
        assertEquals(Map.of(), unexplained);
        assertTrue(percent >= AGREEMENT_PERCENT, "only " + percent + " % agree");
    }

    private static Path shared() {
        String named = System.getProperty("headgate.shared");
        Path shared = named == null ? findBeside() : Path.of(named);
        Assumptions.assumeTrue(
                shared != null && Files.isDirectory(shared.resolve("expected/flows")),
                "no recorded conversations: set -Dheadgate.shared=DIR to run this test");
        return shared;
    }

    private static Path findBeside() {
        Path directory = Path.of("").toAbsolutePath();
        while (directory != null && !Files.isDirectory(directory.resolve("shared/captures"))) {
            directory = directory.getParent();
        }
        return directory == null ? null : directory.resolve("shared");
    }

    /// Conversations with the same ends are compared in the order in which they began.
    private void compare(String name, List<Conversation> expected, List<Conversation> ours) {
        expectedConversations += expected.size();
        Map<Ends, List<Conversation>> left = new HashMap<>();
        for (Conversation each : ours) {
            left.computeIfAbsent(each.ends(), _ -> new ArrayList<>()).add(each);
        }
        for (Conversation wanted : expected) {
            var candidates = left.getOrDefault(wanted.ends(), List.of());
            if (candidates.isEmpty()) {
                differ(name, "only expected: " + wanted);
                continue;
            }
            Conversation got = candidates.removeFirst();
            if (got.equals(wanted)) {
                equalConversations++;
            } else {
                differ(name, "expected " + wanted + " but was " + got);
            }
        }
        left.values().forEach(rest -> rest.forEach(each -> differ(name, "only ours: " + each)));
    }

    private void differ(String name, String what) {
        differences.computeIfAbsent(name, _ -> new ArrayList<>()).add(what);
    }

    // ---- tshark's ----

    /// Columns: proto src sport dst dport start duration src_pkts dst_pkts src_bytes dst_bytes …;
    /// in the order of their start.
    private static List<Conversation> read(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.skip(1)
                    .map(line -> line.split("\t", -1))
                    .sorted((a, b) -> Double.compare(start(a), start(b)))
                    .map(FlowCasesTest::conversation)
                    .toList();
        }
    }

    private static double start(String[] columns) {
        return Double.parseDouble(columns[5]);
    }

    private static Conversation conversation(String[] columns) {
        return Conversation.of(
                Integer.parseInt(columns[0]),
                end(columns[1], columns[2]),
                sent(columns[7], columns[9]),
                end(columns[3], columns[4]),
                sent(columns[8], columns[10]));
    }

    private static String end(String address, String port) {
        return IpAddress.parse(address) + " " + Integer.parseInt(port);
    }

    private static Sent sent(String packets, String bytes) {
        return new Sent(Long.parseLong(packets), Long.parseLong(bytes));
    }

    // ---- Ours ----

    /// Flows are those of the innermost packets; tshark has a conversation for the datagrams around
    /// them too.
    private static List<Conversation> flows(Path capture) throws IOException {
        var records = new ArrayList<FlowRecord>();
        var table = new FlowTable(FlowSettings.CAPTURE_FILE, records::add);
        var decoder = new FrameDecoder();
        var tunnels = new HashMap<Ends, Conversation>();
        try (FrameSource source = CaptureFileSource.open(capture)) {
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                table.onFrame(frame);
                                addTunnels(frame, tunnels);
                            },
                            1000)
                    != FrameSource.END) {}
        }
        table.endAll();
        var conversations = new ArrayList<Conversation>();
        records.stream()
                .filter(record -> List.of(6, 17, 132).contains(record.protocol()))
                // What has no ports to tell is no conversation of tshark's.
                .filter(record -> record.originator().port() + record.responder().port() > 0)
                .sorted((a, b) -> Long.compare(a.firstNanos(), b.firstNanos()))
                .map(FlowCasesTest::conversation)
                .forEach(each -> {
                    Conversation around = tunnels.remove(each.ends());
                    conversations.add(around == null ? each : around.plus(each));
                });
        conversations.addAll(tunnels.values());
        return conversations;
    }

    /// Adds the frame to the conversation of every UDP header in it but the innermost packet's.
    private static void addTunnels(Frame frame, Map<Ends, Conversation> tunnels) {
        for (int i = 0; i < frame.ownLayerCount(); i++) {
            if (frame.layer(i) == Layer.UDP && frame.layerOffset(i) != frame.transportOffset) {
                Conversation one = around(frame, i);
                tunnels.merge(one.ends(), one, Conversation::plus);
            }
        }
    }

    private static Conversation around(Frame frame, int udp) {
        int packet = frame.packetOf(udp);
        long at = frame.start + frame.layerOffset(packet);
        long ports = frame.start + frame.layerOffset(udp);
        boolean isIpv4 = frame.layer(packet) == Layer.IPV4;
        return Conversation.of(
                17,
                address(frame, isIpv4, isIpv4 ? at + 12 : at + 8) + " " + u16(frame, ports),
                new Sent(1, frame.lengthOnWire),
                address(frame, isIpv4, isIpv4 ? at + 16 : at + 24) + " " + u16(frame, ports + 2),
                new Sent(0, 0));
    }

    private static IpAddress address(Frame frame, boolean isIpv4, long at) {
        return isIpv4
                ? new IpAddress(4, 0, Integer.toUnsignedLong(frame.bytes.get(I32, at)))
                : new IpAddress(6, frame.bytes.get(I64, at), frame.bytes.get(I64, at + 8));
    }

    private static int u16(Frame frame, long at) {
        return Short.toUnsignedInt(frame.bytes.get(U16, at));
    }

    private static Conversation conversation(FlowRecord record) {
        return Conversation.of(
                record.protocol(),
                end(record, record.originator()),
                sent(record.originator()),
                end(record, record.responder()),
                sent(record.responder()));
    }

    private static String end(FlowRecord record, FlowRecord.Side side) {
        var address = new IpAddress(record.ipVersion(), side.addressHigh(), side.addressLow());
        return address + " " + side.port();
    }

    private static Sent sent(FlowRecord.Side side) {
        return new Sent(side.packets(), side.frameBytes());
    }
}
