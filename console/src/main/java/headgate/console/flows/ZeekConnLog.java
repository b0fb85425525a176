package headgate.console.flows;

import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.packet.IpProtocol;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// Zeek's `conn.log`: its header and one line of tab-separated columns for each flow, as `zeek-cut`
/// and the readers of Zeek's logs take them (Zeek, "Log Formats", and `base/protocols/conn`).
public final class ZeekConnLog implements FlowSink {
    private static final String[] COLUMNS = {
        "ts time",
        "uid string",
        "id.orig_h addr",
        "id.orig_p port",
        "id.resp_h addr",
        "id.resp_p port",
        "proto enum",
        "service string",
        "duration interval",
        "orig_bytes count",
        "resp_bytes count",
        "conn_state string",
        "local_orig bool",
        "local_resp bool",
        "missed_bytes count",
        "history string",
        "orig_pkts count",
        "orig_ip_bytes count",
        "resp_pkts count",
        "resp_ip_bytes count",
        "tunnel_parents set[string]",
        "ip_proto count"
    };
    private static final String UNSET = "-";
    private static final int MICROS_DIGITS = 6;
    private static final int NANOS_DIGITS = 9;

    private final PrintWriter out;

    public ZeekConnLog(PrintWriter out) {
        this.out = out;
        writeHeader();
    }

    private void writeHeader() {
        out.print("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n");
        out.print("#unset_field\t-\n#path\tconn\n");
        var names = new StringBuilder("#fields");
        var types = new StringBuilder("#types");
        for (String column : COLUMNS) {
            int space = column.indexOf(' ');
            names.append('\t').append(column, 0, space);
            types.append('\t').append(column, space + 1, column.length());
        }
        out.print(names.append('\n').append(types).append('\n'));
    }

    /// Zeek leaves duration and sizes out where no time passed.
    @Override
    public void onRecord(FlowRecord record) {
        Side originator = record.originator();
        Side responder = record.responder();
        boolean lasted = record.lastNanos() > record.firstNanos();
        String sourceAddress = FlowField.address(record, originator);
        String destinationAddress = FlowField.address(record, responder);
        Object[] cells = {
            seconds(record.firstNanos()),
            uid(record),
            sourceAddress,
            originator.port(),
            destinationAddress,
            responder.port(),
            protocol(record.protocol()),
            service(record.application()),
            lasted ? seconds(record.lastNanos() - record.firstNanos()) : UNSET,
            lasted ? originator.streamBytes() : UNSET,
            lasted ? responder.streamBytes() : UNSET,
            record.state(),
            isPrivate(sourceAddress),
            isPrivate(destinationAddress),
            originator.missingBytes() + responder.missingBytes(),
            record.history().isEmpty() ? UNSET : record.history(),
            originator.packets(),
            originator.ipBytes(),
            responder.packets(),
            responder.ipBytes(),
            UNSET,
            record.protocol()
        };
        for (int i = 0; i < cells.length; i++) {
            out.print(i == 0 ? "" : "\t");
            out.print(cells[i]);
        }
        out.print('\n');
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void close() {
        out.flush();
    }

    private static BigDecimal seconds(long nanos) {
        return BigDecimal.valueOf(nanos, NANOS_DIGITS)
                .setScale(MICROS_DIGITS, RoundingMode.HALF_UP);
    }

    /// The same flow at the same time has the same one in every run.
    private static String uid(FlowRecord record) {
        var crc = new CRC32C();
        crc.update(record.communityId().getBytes(StandardCharsets.US_ASCII));
        String ends = Long.toString(crc.getValue(), Character.MAX_RADIX);
        return "C" + ends + Long.toString(Math.abs(record.firstNanos()), Character.MAX_RADIX);
    }

    private static String protocol(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> "tcp";
            case IpProtocol.UDP -> "udp";
            case IpProtocol.ICMP, IpProtocol.ICMPV6 -> "icmp";
            default -> "unknown_transport";
        };
    }

    private static String service(String application) {
        return switch (application) {
            case "" -> UNSET;
            case "tls" -> "ssl";
            case "mdns", "llmnr", "nbns" -> "dns";
            default -> application;
        };
    }

    /// Zeek's `Site::local_nets`, unless told otherwise: private address space.
    private static String isPrivate(String address) {
        InetAddress parsed = InetAddress.ofLiteral(address);
        byte[] bytes = parsed.getAddress();
        boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
        boolean local =
                parsed.isSiteLocalAddress()
                        || parsed.isLoopbackAddress()
                        || parsed.isLinkLocalAddress()
                        || uniqueLocal;
        return local ? "T" : "F";
    }
}
