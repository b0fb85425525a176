package headgate.console.flows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.console.ThreeConversations;
import headgate.flow.FlowRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// IPFIX files, read back by the rules of RFC 7011 alone: templates by their numbers, records by
/// their templates.
class IpfixFileTest {
    @TempDir private Path directory;

    /// A field of a template: `8`, or `29305/1` for a reverse one.
    private record Field(String name, int length) {}

    private record Message(int length, long exportSeconds, int sequence, int records) {}

    private final Map<Integer, List<Field>> templates = new HashMap<>();
    private final List<Message> messages = new ArrayList<>();

    private static byte[] written(List<FlowRecord> records) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var file = new IpfixFile(() -> Channels.newChannel(bytes))) {
            records.forEach(file::onRecord);
            file.flush();
        }
        return bytes.toByteArray();
    }

    /// Every record's values in hex by the names of their fields.
    private List<Map<String, String>> read(byte[] bytes) {
        var records = new ArrayList<Map<String, String>>();
        var file = ByteBuffer.wrap(bytes);
        while (file.hasRemaining()) {
            int start = file.position();
            assertEquals(10, file.getShort(), "version");
            int length = Short.toUnsignedInt(file.getShort());
            long exportSeconds = Integer.toUnsignedLong(file.getInt());
            int sequence = file.getInt();
            assertEquals(1, file.getInt(), "observation domain");
            int before = records.size();
            while (file.position() < start + length) {
                int id = Short.toUnsignedInt(file.getShort());
                int end = file.position() - 2 + Short.toUnsignedInt(file.getShort());
                while (file.position() < end) {
                    if (id == 2) {
                        readTemplate(file);
                    } else {
                        records.add(readRecord(file, templates.get(id)));
                    }
                }
                assertEquals(end, file.position(), "a set ends where it says");
            }
            assertEquals(start + length, file.position(), "a message ends where it says");
            messages.add(new Message(length, exportSeconds, sequence, records.size() - before));
        }
        return records;
    }

    private void readTemplate(ByteBuffer file) {
        int id = Short.toUnsignedInt(file.getShort());
        int count = file.getShort();
        var fields = new ArrayList<Field>();
        for (int i = 0; i < count; i++) {
            int element = Short.toUnsignedInt(file.getShort());
            int length = Short.toUnsignedInt(file.getShort());
            boolean ofEnterprise = element >= 0x8000;
            String name = Integer.toString(element & 0x7fff);
            fields.add(new Field(ofEnterprise ? file.getInt() + "/" + name : name, length));
        }
        assertTrue(id >= 256, "template number " + id);
        assertFalse(templates.containsKey(id), "told once");
        templates.put(id, fields);
    }

    private static Map<String, String> readRecord(ByteBuffer file, List<Field> fields) {
        var values = new LinkedHashMap<String, String>();
        for (Field field : fields) {
            int length = field.length == 0xffff ? Byte.toUnsignedInt(file.get()) : field.length;
            var value = new byte[length];
            file.get(value);
            values.put(field.name, HexFormat.of().formatHex(value));
        }
        return values;
    }

    @Test
    void writesBothDirectionsInOneRecord() throws IOException {
        var records = read(written(ThreeConversations.records(directory)));
        assertEquals(2, records.size());
        Map<String, String> tcp = records.getFirst();
        assertEquals("0a000001", tcp.get("8"), "sourceIPv4Address");
        assertEquals("0a000002", tcp.get("12"), "destinationIPv4Address");
        assertEquals("c350", tcp.get("7"), "sourceTransportPort");
        assertEquals("0050", tcp.get("11"), "destinationTransportPort");
        assertEquals("06", tcp.get("4"), "protocolIdentifier");
        assertEquals("%016x".formatted(170), tcp.get("1"), "octetDeltaCount");
        assertEquals("%016x".formatted(220), tcp.get("29305/1"), "its reverse");
        assertEquals("%016x".formatted(4), tcp.get("2"), "packetDeltaCount");
        assertEquals("%016x".formatted(3), tcp.get("29305/2"), "its reverse");
        assertEquals("%016x".formatted(226), tcp.get("352"), "layer2OctetDeltaCount");
        assertEquals("001b", tcp.get("6"), "tcpControlBits: ACK PSH SYN FIN");
        assertEquals("001b", tcp.get("29305/6"), "its reverse");
        assertEquals("%016x".formatted(1_700_000_000_000L), tcp.get("152"), "start, ms");
        assertEquals("%016x".formatted(1_700_000_000_029L), tcp.get("153"), "end, ms");
        assertEquals("04", tcp.get("136"), "flowEndReason: forced end");
        assertEquals("01", tcp.get("239"), "biflowDirection: initiator");
        Map<String, String> udp = records.getLast();
        assertFalse(udp.containsKey("6"), "UDP has no flags");
        assertEquals(HexFormat.of().formatHex("dns".getBytes()), udp.get("96"), "applicationName");
        assertEquals(1_700_000_000, messages.getFirst().exportSeconds);
    }

    @Test
    void keepsNanosecondsInAnNtpTime() throws IOException {
        var record = ThreeConversations.records(directory).getFirst();
        long ntp = Long.parseUnsignedLong(read(written(List.of(record))).getFirst().get("157"), 16);
        assertEquals(1_700_000_000L + 2_208_988_800L, ntp >>> 32, "seconds since 1900");
        assertEquals(29_000_000, (ntp & 0xffff_ffffL) * 1_000_000_000L >>> 32);
    }

    @Test
    void cutsManyRecordsIntoMessagesThatFitIntoDatagrams() throws IOException {
        var some = ThreeConversations.records(directory);
        var many = new ArrayList<FlowRecord>();
        for (int i = 0; i < 500; i++) {
            many.addAll(some);
        }
        assertEquals(1000, read(written(many)).size());
        assertEquals(2, templates.size(), "one for each shape");
        int sequence = 0;
        for (Message message : messages) {
            assertTrue(message.length <= IpfixFile.MAX_MESSAGE_BYTES, message.toString());
            assertEquals(sequence, message.sequence, "data records before");
            sequence += message.records;
        }
        assertEquals(1000, sequence);
    }

    @Test
    void makesAnEmptyFileOfNoFlows() throws IOException {
        assertEquals(0, written(List.of()).length);
    }

    @Test
    void leavesAnOldFileWhenNothingCame() throws IOException {
        new IpfixFile(
                        () -> {
                            throw new AssertionError("opened");
                        })
                .close();
    }

    @Test
    void saysThatADiskIsFull() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(full.toFile().exists(), "no /dev/full here");
        var file = new IpfixFile(() -> FileChannel.open(full, StandardOpenOption.WRITE));
        file.onRecord(ThreeConversations.records(directory).getFirst());
        assertThrows(UncheckedIOException.class, file::flush);
    }
}
