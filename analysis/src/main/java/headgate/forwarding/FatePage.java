package headgate.forwarding;

import headgate.packet.FlowKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Rows of [FateRows] as bytes, for a changelog: many together, since most of them change in each
/// second, and fare alike. Devices and fates stand once, in front; then follow the rows.
final class FatePage {
    /// Most rows of a page.
    static final int ROWS = 64;

    private static final int ROW_BYTES = 3 * Short.BYTES + 2 + 2 * Integer.BYTES + 8 * Long.BYTES;
    private static final int NONE = -1;

    private FatePage() {}

    static byte[] write(List<FateRows.Row> rows) {
        Map<String, Integer> devices = new LinkedHashMap<>();
        Map<Fate, Integer> fates = new LinkedHashMap<>();
        var body = ByteBuffer.allocate(rows.size() * ROW_BYTES);
        for (FateRows.Row row : rows) {
            body.putShort((short) numberOf(row.device, devices));
            body.putShort((short) numberOf(row.fate, fates));
            body.putShort((short) (row.otherFate == null ? NONE : numberOf(row.otherFate, fates)));
            body.putLong(row.bucket).putLong(row.firstNanos);
            body.putLong(row.packets).putLong(row.bytes);
            put(body, row.flow);
        }
        var page = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(page)) {
            out.writeShort(devices.size());
            for (String device : devices.keySet()) {
                out.writeUTF(device);
            }
            out.writeShort(fates.size());
            for (Fate fate : fates.keySet()) {
                write(out, fate);
            }
            out.write(body.array());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return page.toByteArray();
    }

    private static <T> int numberOf(T value, Map<T, Integer> numbers) {
        Integer known = numbers.putIfAbsent(value, numbers.size());
        return known == null ? numbers.size() - 1 : known;
    }

    private static void put(ByteBuffer to, FlowKey flow) {
        if (flow == null) {
            to.put(new byte[2 + 2 * Integer.BYTES + 4 * Long.BYTES]);
            return;
        }
        to.put((byte) flow.ipVersion()).put((byte) flow.protocol());
        to.putInt(flow.sourcePort()).putInt(flow.destinationPort());
        to.putLong(flow.sourceHigh()).putLong(flow.sourceLow());
        to.putLong(flow.destinationHigh()).putLong(flow.destinationLow());
    }

    private static void write(DataOutputStream out, Fate fate) throws IOException {
        out.writeUTF(fate.verdict());
        out.writeUTF(fate.reason());
        out.writeUTF(fate.dropReason());
        out.writeUTF(fate.icmp());
        out.writeUTF(fate.rule());
        out.writeUTF(fate.route());
        out.writeUTF(fate.nextHop());
        out.writeUTF(fate.nextHopMac());
        out.writeUTF(fate.outputDevice());
    }

    /// @throws UncheckedIOException if this is not what [#write] made
    static List<FateRows.Row> read(byte[] page) {
        try (var in = new DataInputStream(new ByteArrayInputStream(page))) {
            var devices = new ArrayList<String>();
            for (int count = in.readUnsignedShort(); count > 0; count--) {
                devices.add(in.readUTF());
            }
            var fates = new ArrayList<Fate>();
            for (int count = in.readUnsignedShort(); count > 0; count--) {
                fates.add(readFate(in));
            }
            var rows = new ArrayList<FateRows.Row>();
            while (in.available() > 0) {
                rows.add(readRow(in, devices, fates));
            }
            return rows;
        } catch (IOException foreign) {
            throw new UncheckedIOException("rows of verdicts", foreign);
        }
    }

    private static Fate readFate(DataInputStream in) throws IOException {
        return new Fate(
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF());
    }

    private static FateRows.Row readRow(DataInputStream in, List<String> devices, List<Fate> fates)
            throws IOException {
        String device = devices.get(in.readShort());
        Fate fate = fates.get(in.readShort());
        int other = in.readShort();
        long bucket = in.readLong();
        long firstNanos = in.readLong();
        long packets = in.readLong();
        long bytes = in.readLong();
        var row = new FateRows.Row(bucket, device, readFlow(in), firstNanos);
        row.fate = fate;
        row.otherFate = other == NONE ? null : fates.get(other);
        row.packets = packets;
        row.bytes = bytes;
        return row;
    }

    private static FlowKey readFlow(DataInputStream in) throws IOException {
        int version = in.readByte();
        int protocol = in.readUnsignedByte();
        int sourcePort = in.readInt();
        int destinationPort = in.readInt();
        long sourceHigh = in.readLong();
        long sourceLow = in.readLong();
        long destinationHigh = in.readLong();
        long destinationLow = in.readLong();
        return version == 0
                ? null
                : new FlowKey(
                        version,
                        sourceHigh,
                        sourceLow,
                        destinationHigh,
                        destinationLow,
                        protocol,
                        sourcePort,
                        destinationPort);
    }
}
