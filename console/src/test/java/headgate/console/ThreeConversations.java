package headgate.console;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.packet.Checksum;
import headgate.packet.FrameDecoder;
import headgate.packet.IpProtocol;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// A capture of three conversations: a complete TCP connection to port 80 that lasts 29 ms, a
/// question and answer over UDP, and an ARP request.
public final class ThreeConversations {
    private static final String ETHERNET = "02 00 00 00 00 02  02 00 00 00 00 01 ";
    private static final String TO_SERVER = "0a 00 00 01  0a 00 00 02 ";
    private static final String TO_CLIENT = "0a 00 00 02  0a 00 00 01 ";
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int PSH_ACK = 0x18;
    private static final int ACK = 0x10;

    private ThreeConversations() {}

    /// Writes the capture and says where.
    public static Path writeTo(Path directory) throws IOException {
        return Files.write(
                directory.resolve("three.pcap"),
                pcap(
                        frame(0, tcp(TO_SERVER, "c3 50  00 50", 1000, 0, SYN, 0)),
                        frame(20_000, tcp(TO_CLIENT, "00 50  c3 50", 5000, 1001, SYN | ACK, 0)),
                        frame(25_000, tcp(TO_SERVER, "c3 50  00 50", 1001, 5001, ACK, 0)),
                        frame(26_000, tcp(TO_SERVER, "c3 50  00 50", 1001, 5001, PSH_ACK, 10)),
                        frame(27_000, tcp(TO_CLIENT, "00 50  c3 50", 5001, 1011, PSH_ACK, 100)),
                        frame(28_000, tcp(TO_CLIENT, "00 50  c3 50", 5101, 1011, FIN | ACK, 0)),
                        frame(29_000, tcp(TO_SERVER, "c3 50  00 50", 1011, 5102, FIN | ACK, 0)),
                        frame(500, udp(TO_SERVER, "c3 51  00 35", 20)),
                        frame(40_500, udp(TO_CLIENT, "00 35  c3 51", 50)),
                        frame(41_000, ETHERNET + "08 06" + " 00".repeat(28))));
    }

    /// The TCP connection and the UDP exchange, in this order.
    public static List<FlowRecord> records(Path directory) throws IOException {
        var records = new ArrayList<FlowRecord>();
        var table = new FlowTable(FlowSettings.CAPTURE_FILE, records::add);
        var decoder = new FrameDecoder();
        try (FrameSource source = CaptureFileSource.open(writeTo(directory))) {
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                table.onFrame(frame);
                            },
                            100)
                    != FrameSource.END) {}
        }
        table.endAll();
        records.sort(Comparator.comparingLong(FlowRecord::firstNanos));
        return records;
    }

    private static String tcp(
            String addresses, String ports, int sequence, int acknowledgment, int flags, int data) {
        return ETHERNET
                + "08 00"
                + "45 00 %04x  00 01 40 00  40 06 00 00 ".formatted(40 + data)
                + addresses
                + ports
                + "%08x %08x".formatted(sequence, acknowledgment)
                + "50 %02x  20 00  00 00  00 00".formatted(flags) // window 8192
                + "00".repeat(data);
    }

    private static String udp(String addresses, String ports, int data) {
        return ETHERNET
                + "08 00"
                + "45 00 %04x  00 01 40 00  40 11 00 00 ".formatted(28 + data)
                + addresses
                + ports
                + "%04x  00 00".formatted(8 + data)
                + "00".repeat(data);
    }

    private record At(int micros, byte[] bytes) {}

    private static At frame(int micros, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        if (bytes[12] == 0x08 && bytes[13] == 0x00) {
            fillInChecksums(bytes);
        }
        return new At(micros, bytes);
    }

    /// Of the IP header, and of TCP; UDP goes without.
    private static void fillInChecksums(byte[] bytes) {
        var frame = MemorySegment.ofArray(bytes);
        int ip = 14;
        int transport = ip + 20;
        var out = ByteBuffer.wrap(bytes);
        out.putShort(ip + 10, (short) Checksum.of(frame, ip, 20));
        if (bytes[ip + 9] == IpProtocol.TCP) {
            int length = bytes.length - transport;
            long sum =
                    Checksum.sum(frame, ip + 12, 8)
                            + IpProtocol.TCP
                            + length
                            + Checksum.sum(frame, transport, length);
            out.putShort(transport + 16, (short) ~(sum + (sum >>> 16)));
        }
    }

    private static byte[] pcap(At... frames) {
        var out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
        out.putInt(65535).putInt(1); // snaplen, Ethernet
        for (At each : frames) {
            out.putInt(1_700_000_000).putInt(each.micros);
            out.putInt(each.bytes.length).putInt(each.bytes.length).put(each.bytes);
        }
        var bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }
}
