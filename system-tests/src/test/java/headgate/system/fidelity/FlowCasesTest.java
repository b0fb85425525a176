package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import java.io.IOException;
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
    private static final String LINK = "link type not decoded";
    private static final String TUNNEL = "tunnel not decoded: its inner conversations are missing";
    private static final String FRAGMENTS =
            "tshark counts only the frame that completes a fragmented datagram";
    private static final String MALFORMED = "tshark counts no frame whose transport header is cut";

    private static final Map<String, String> DEVIATIONS =
            Map.ofEntries(
                    Map.entry("PcapPlusPlus__CiscoHDLC.pcap", LINK),
                    Map.entry("PcapPlusPlus__ip-frag.pcap", FRAGMENTS),
                    Map.entry(
                            "PcapPlusPlus__ipv6_options.pcap",
                            "tshark takes the last address of a routing header for destination"),
                    Map.entry("PcapPlusPlus__nflogPacket.pcap", LINK),
                    Map.entry("arkime__arkime_synthetic.pcap", TUNNEL + "; " + MALFORMED),
                    Map.entry("arkime__gre-erspan-vxlan.pcap", TUNNEL),
                    Map.entry("arkime__gtp-iphone.pcap", TUNNEL),
                    Map.entry("arkime__mpls-basic.pcap", TUNNEL),
                    Map.entry("arkime__nflog.pcap", LINK),
                    Map.entry("libpcap__arcnet-rfc1051-arp-icmp-http.pcap", LINK),
                    Map.entry("libpcap__http_PPI.pcap", LINK),
                    Map.entry("nDPI__4in4tunnel.pcap", TUNNEL),
                    Map.entry("nDPI__ajp.pcap", "Cisco FabricPath not decoded"),
                    Map.entry("nDPI__dns_fragmented.pcap", FRAGMENTS),
                    Map.entry("nDPI__fuzz-2006-06-26-2594.pcap", FRAGMENTS + "; " + MALFORMED),
                    Map.entry("nDPI__fuzz-2006-09-29-28586.pcap", MALFORMED),
                    Map.entry("nDPI__syslog.pcap", TUNNEL),
                    Map.entry("nDPI__tls_change_cipher.pcap", TUNNEL),
                    Map.entry("tcpdump__LINKTYPE_PKTAP.pcap", LINK),
                    Map.entry("tcpdump__arcnet-rfc1201-arp-icmp-http.pcap", LINK),
                    Map.entry("tcpdump__geneve.pcap", TUNNEL),
                    Map.entry("tcpdump__ieee802.11_htc.pcap", LINK),
                    Map.entry("tcpdump__ipoib.pcap", LINK),
                    Map.entry("tcpdump__lspping-fec-ldp.pcap", LINK),
                    Map.entry("tcpdump__mpls-ldp-hello.pcap", LINK),
                    Map.entry("wireshark__nfs.pcap", LINK),
                    Map.entry("wireshark__tftp.pcap", LINK),
                    Map.entry(
                            "wireshark__wireguard-ping-tcp-dsb.pcapng",
                            "tshark decrypts WireGuard with the keys in the file"),
                    Map.entry("zeek__6in6in6.pcap", TUNNEL),
                    Map.entry("zeek__erspan.pcap", TUNNEL),
                    Map.entry("zeek__llc.pcap", LINK),
                    Map.entry("zeek__pbb.pcap", TUNNEL),
                    Map.entry("zeek__wlanmon.pcap", LINK));

    /// Of all conversations that tshark tells, so many in a hundred must agree.
    private static final double AGREEMENT_PERCENT = 97;

    /// What one side of a conversation sent.
    private record Sent(long packets, long bytes) {}

    /// A conversation by its ends in order, so that direction does not matter.
    private record Ends(int protocol, String low, String high) {}

    private record Conversation(Ends ends, Sent low, Sent high) {
        static Conversation of(int protocol, String a, Sent sentA, String b, Sent sentB) {
            return a.compareTo(b) <= 0
                    ? new Conversation(new Ends(protocol, a, b), sentA, sentB)
                    : new Conversation(new Ends(protocol, b, a), sentB, sentA);
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

    private static List<Conversation> flows(Path capture) throws IOException {
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
        return records.stream()
                .filter(record -> List.of(6, 17, 132).contains(record.protocol()))
                // What has no ports to tell is no conversation of tshark's.
                .filter(record -> record.originator().port() + record.responder().port() > 0)
                .sorted((a, b) -> Long.compare(a.firstNanos(), b.firstNanos()))
                .map(FlowCasesTest::conversation)
                .toList();
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
