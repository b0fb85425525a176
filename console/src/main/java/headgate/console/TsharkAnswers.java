package headgate.console;

import headgate.packet.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What a locally installed tshark says of each frame of a capture, in the order of the file.
final class TsharkAnswers implements AutoCloseable {
    /// Between the occurrences of a field.
    private static final String SEPARATOR = "\u001f";

    private static final String PROTOCOLS = "frame.protocols";

    /// Names of headgate packets that later versions of tshark may know, or earlier ones not: what
    /// an installed one does not know is not asked.
    private static final List<String> FIELDS =
            List.of(
                    (PROTOCOLS
                                    + " frame.time_epoch frame.len frame.cap_len frame.interface_id"
                                    + " frame.encap_type eth.src eth.dst eth.type sll.pkttype"
                                    + " sll.ltype sll.etype sll.halen sll.src.eth sll.ifindex"
                                    + " null.family ppp.protocol pppoe.session_id pppoe.code vlan.id"
                                    + " vlan.priority vlan.dei vlan.etype ieee8021ad.id mpls.label"
                                    + " mpls.exp mpls.bottom mpls.ttl arp.opcode arp.src.hw_mac"
                                    + " arp.src.proto_ipv4 arp.dst.hw_mac arp.dst.proto_ipv4 ip.src"
                                    + " ip.dst ip.proto ip.ttl ip.id ip.len ip.hdr_len ip.dsfield"
                                    + " ip.flags.df ip.flags.mf ip.frag_offset ip.checksum"
                                    + " ip.checksum.status ipv6.src ipv6.dst ipv6.nxt ipv6.hlim"
                                    + " ipv6.plen ipv6.flow ipv6.tclass ipv6.fraghdr.offset"
                                    + " ipv6.fraghdr.more ipv6.fraghdr.ident ipv6.hopopts.nxt"
                                    + " ipv6.routing.type tcp.srcport tcp.dstport tcp.seq_raw"
                                    + " tcp.ack_raw tcp.flags tcp.window_size_value tcp.len"
                                    + " tcp.hdr_len tcp.checksum.status tcp.urgent_pointer"
                                    + " tcp.options.mss_val tcp.options.wscale.shift"
                                    + " tcp.options.sack_perm tcp.options.timestamp.tsval"
                                    + " tcp.options.timestamp.tsecr udp.srcport udp.dstport"
                                    + " udp.length udp.checksum.status sctp.srcport sctp.dstport"
                                    + " sctp.verification_tag sctp.chunk_type sctp.checksum.status"
                                    + " icmp.type icmp.code icmp.ident icmp.seq icmp.checksum.status"
                                    + " icmpv6.type icmpv6.code icmpv6.echo.identifier"
                                    + " icmpv6.echo.sequence_number icmpv6.checksum.status igmp.type"
                                    + " igmp.maddr igmp.version ah.spi ah.sequence esp.spi"
                                    + " esp.sequence gre.proto gre.flags_and_version gre.key"
                                    + " vxlan.vni geneve.vni geneve.proto_type gtp.teid communityid"
                                    + " dns.id dns.flags.response dns.flags.rcode dns.qry.name"
                                    + " dns.qry.type dns.count.answers dns.resp.name dns.resp.type"
                                    + " dns.a dns.aaaa dns.cname http.request.method http.host"
                                    + " http.request.uri http.response.code http.user_agent"
                                    + " http.content_type tls.record.content_type tls.record.version"
                                    + " tls.handshake.type tls.handshake.version"
                                    + " tls.handshake.extensions_server_name"
                                    + " tls.handshake.extensions_alpn_str tls.handshake.ja3"
                                    + " tls.handshake.ja3s ftp.request.command ftp.request.arg"
                                    + " ftp.response.code dhcp.type dhcp.id dhcp.option.dhcp"
                                    + " dhcp.hw.mac_addr dhcp.ip.client dhcp.ip.your"
                                    + " dhcp.option.hostname dhcp.option.requested_ip_address"
                                    + " ntp.flags.vn ntp.flags.mode ntp.stratum ntp.ppoll"
                                    + " quic.header_form quic.long.packet_type quic.version"
                                    + " quic.dcid")
                            .split(" "));

    /// Each frame alone, as Headgate sees it: no reassembly, no relative numbers, all checksums;
    /// packets of length 0 are those of segmentation offload, as tshark takes them unless told
    /// otherwise.
    private static final List<String> OPTIONS =
            List.of(
                    "-n",
                    "--enable-protocol",
                    "communityid",
                    "-o",
                    "ip.defragment:FALSE",
                    "-o",
                    "ipv6.defragment:FALSE",
                    "-o",
                    "ip.check_checksum:TRUE",
                    "-o",
                    "ip.tso_support:TRUE",
                    "-o",
                    "tcp.desegment_tcp_streams:FALSE",
                    "-o",
                    "tcp.analyze_sequence_numbers:FALSE",
                    "-o",
                    "tcp.relative_sequence_numbers:FALSE",
                    "-o",
                    "tcp.check_checksum:TRUE",
                    "-o",
                    "udp.check_checksum:TRUE",
                    "-o",
                    "sctp.checksum:CRC-32c",
                    "-o",
                    "sctp.reassembly:FALSE",
                    "-o",
                    "sctp.relative_tsns:FALSE",
                    "-o",
                    "http.desegment_headers:FALSE",
                    "-o",
                    "http.desegment_body:FALSE",
                    "-o",
                    "dns.desegment_dns_messages:FALSE",
                    "-o",
                    "tls.desegment_ssl_records:FALSE",
                    "-o",
                    "tls.desegment_ssl_application_data:FALSE",
                    "-T",
                    "fields",
                    "-E",
                    "separator=/t",
                    "-E",
                    "occurrence=a",
                    "-E",
                    "aggregator=" + SEPARATOR,
                    "-E",
                    "quote=n");

    private final Process process;
    private final Path file;
    private final Path complaints;
    private final Path profile;
    private final BufferedReader lines;
    private final List<String> names;
    private final Set<String> asked;

    private TsharkAnswers(
            Process process, Path file, Path complaints, Path profile, List<String> names) {
        this.process = process;
        this.file = file;
        this.complaints = complaints;
        this.profile = profile;
        this.names = names;
        asked = new HashSet<>(names);
        lines = process.inputReader(StandardCharsets.UTF_8);
    }

    /// Of our fields those that this tshark knows.
    static List<String> knownFields(String tshark) throws IOException {
        var known = new HashSet<String>();
        Process process = start(new ProcessBuilder(tshark, "-G", "fields"), tshark);
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                var columns = line.split("\t", 4);
                if (columns.length > 2 && columns[0].equals("F")) {
                    known.add(columns[2]);
                }
            }
        }
        List<String> names = FIELDS.stream().filter(known::contains).toList();
        if (names.isEmpty()) {
            throw new CommandFailure(ExitCode.INPUT, tshark + " lists no fields: is it tshark?");
        }
        return names;
    }

    static TsharkAnswers of(String tshark, Path file, List<String> names) throws IOException {
        var command = new ArrayList<>(List.of(tshark, "-r", file.toString()));
        command.addAll(OPTIONS);
        for (String name : names) {
            command.add("-e");
            command.add(name);
        }
        Path complaints = Files.createTempFile("headgate-tshark", ".err");
        Path profile = Files.createTempDirectory("headgate-tshark");
        var builder = new ProcessBuilder(command).redirectError(complaints.toFile());
        // The user's own preferences must not change the answers.
        builder.environment().put("WIRESHARK_CONFIG_DIR", profile.toString());
        return new TsharkAnswers(start(builder, tshark), file, complaints, profile, names);
    }

    private static Process start(ProcessBuilder builder, String tshark) {
        try {
            if (builder.redirectError() == ProcessBuilder.Redirect.PIPE) {
                builder.redirectError(ProcessBuilder.Redirect.DISCARD);
            }
            return builder.start();
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.INPUT,
                    tshark
                            + ": cannot be run; install tshark (Debian: apt-get install tshark), or"
                            + " name it with --tshark");
        }
    }

    /// The fields of the next frame, occurrences joined, outer to inner; null at the end.
    ///
    /// @throws CommandFailure where tshark does not read the file, or not to its end
    Map<String, String> next() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            finish();
            return null;
        }
        var cells = line.split("\t", -1);
        var row = new HashMap<String, String>();
        for (int i = 0; i < Math.min(cells.length, names.size()); i++) {
            if (!cells[i].isEmpty()) {
                row.put(names.get(i), cells[i]);
            }
        }
        return row;
    }

    boolean isAsked(String name) {
        return asked.contains(name);
    }

    /// After the last frame. tshark's status is 2 for a file that is none, is cut or damaged; it
    /// says which in its last line, after remarks on its own state.
    private void finish() throws IOException {
        try {
            int status = process.waitFor();
            if (status != 0) {
                String said = Files.readString(complaints).strip();
                throw new CommandFailure(
                        ExitCode.INPUT,
                        "%s: tshark ended with status %d: %s"
                                .formatted(
                                        file, status, said.substring(said.lastIndexOf('\n') + 1)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        lines.close();
        Files.deleteIfExists(complaints);
        try (var left = Files.list(profile)) {
            for (Path each : left.toList()) {
                Files.deleteIfExists(each);
            }
        }
        Files.deleteIfExists(profile);
    }

    // ---- How values compare ----

    /// As tshark writes several occurrences.
    static String joined(List<Object> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(SEPARATOR));
    }

    static String readable(String joined) {
        return joined.replace(SEPARATOR, ", ");
    }

    /// tshark also names what it dissected above our last protocol.
    static boolean isEqual(String field, String ours, String theirs) {
        if (field.equals(PROTOCOLS)) {
            return theirs.equals(ours) || theirs.startsWith(ours + ":");
        }
        var our = ours.split(SEPARATOR, -1);
        var their = theirs.split(SEPARATOR, -1);
        if (our.length != their.length) {
            return false;
        }
        for (int i = 0; i < our.length; i++) {
            if (!normal(field, our[i]).equals(normal(field, their[i]))) {
                return false;
            }
        }
        return true;
    }

    /// Numbers in decimal, whatever base they are written in; addresses in canonical form.
    private static String normal(String field, String text) {
        try {
            if (field.equals("ipv6.src") || field.equals("ipv6.dst")) {
                return IpAddress.parse(text).toString();
            }
            if (text.startsWith("0x")) {
                return Long.toString(Long.parseLong(text.substring(2), 16));
            }
        } catch (IllegalArgumentException e) {
            return text;
        }
        return switch (text) {
            case "True" -> "1";
            case "False" -> "0";
            default -> text;
        };
    }
}
