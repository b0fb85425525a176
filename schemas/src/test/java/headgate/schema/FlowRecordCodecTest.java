package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.flow.ConnState;
import headgate.flow.EndReason;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

class FlowRecordCodecTest {
    private static final long HIGH = 0x2001_0db8_0000_0000L;

    static final FlowRecord WEB =
            new FlowRecord(
                    4,
                    6,
                    new Side(
                            0,
                            0x0a000001,
                            50_000,
                            6,
                            700,
                            600,
                            110,
                            100,
                            2,
                            0x1b,
                            1460,
                            7,
                            1,
                            3,
                            5),
                    new Side(
                            0,
                            0x0a000002,
                            443,
                            5,
                            6000,
                            5900,
                            5700,
                            5700,
                            0,
                            0x1b,
                            1400,
                            0,
                            0,
                            0,
                            0),
                    List.of(100, 4094),
                    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
                    1_700_000_000_000_000_001L,
                    1_700_000_001_000_000_002L,
                    ConnState.SF,
                    "ShADadFf",
                    20_000_000,
                    -1,
                    EndReason.CLOSED,
                    "tls",
                    Map.of("tls.handshake.type", List.of("1", "2")));

    private static final FlowRecord DATAGRAM =
            new FlowRecord(
                    6,
                    17,
                    new Side(HIGH, -1, 0, 1L << 40, 1L << 50, 0, 0, 0, 65535, 0, -1, -1, 0, 0, 0),
                    new Side(0, 0xffff_0a00_0001L, 53, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0),
                    List.of(),
                    "1:x",
                    -5,
                    0,
                    ConnState.S0,
                    "D",
                    -1,
                    -1,
                    EndReason.NOT_ENDED,
                    "",
                    Map.of());

    @Test
    void comesBackAndEqualsWhatAvroWrites() {
        for (FlowRecord record : List.of(WEB, DATAGRAM)) {
            byte[] value = FlowRecordCodec.write(record);
            assertEquals(record, FlowRecordCodec.read(value));
            CodecContract.holds(FlowRecordCodec.SCHEMA, value);
        }
    }

    @Test
    void saysAddressesAsText() {
        var generic = CodecContract.holds(FlowRecordCodec.SCHEMA, FlowRecordCodec.write(DATAGRAM));
        var originator = (GenericRecord) generic.get("originator");
        assertEquals("2001:db8::ffff:ffff:ffff:ffff", originator.get("address").toString());
        var responder = (GenericRecord) generic.get("responder");
        assertEquals("::ffff:10.0.0.1", responder.get("address").toString());
    }

    @Test
    void refusesEveryPieceAndWhatIsNoRecord() {
        byte[] value = FlowRecordCodec.write(WEB);
        CodecContract.refusesEveryPiece(value, FlowRecordCodec::read);
        int version = AvroFraming.LENGTH + 1 + WEB.communityId().length();
        byte[] otherVersion = value.clone();
        otherVersion[version] = 5 << 1;
        assertThrows(UnreadableValueException.class, () -> FlowRecordCodec.read(otherVersion));
        byte[] wrongVersion = value.clone();
        wrongVersion[version] = 6 << 1;
        assertThrows(UnreadableValueException.class, () -> FlowRecordCodec.read(wrongVersion));
        byte[] noAddress = value.clone();
        noAddress[version + 3] = 'x';
        assertThrows(UnreadableValueException.class, () -> FlowRecordCodec.read(noAddress));
        byte[] longer = Arrays.copyOf(value, value.length + 1);
        assertThrows(UnreadableValueException.class, () -> FlowRecordCodec.read(longer));
    }

    @Test
    void listsTheSymbolsOfItsEnumsInOrder() {
        var state = FlowRecordCodec.SCHEMA.getField("state").schema().getEnumSymbols();
        assertEquals(Arrays.stream(ConnState.values()).map(Enum::name).toList(), state);
        var reason = FlowRecordCodec.SCHEMA.getField("endReason").schema().getEnumSymbols();
        assertEquals(Arrays.stream(EndReason.values()).map(Enum::name).toList(), reason);
    }

    @Test
    void readsWhatWasWrittenBefore() {
        byte[] golden = CodecContract.golden("flow-record-2", FlowRecordCodec.SCHEMA);
        assertEquals(WEB, FlowRecordCodec.read(golden));
    }

    /// The first schema had no metadata.
    @Test
    void readsTheFirstSchema() {
        byte[] golden = CodecContract.golden("flow-record-1", FlowRecordCodec.SCHEMA);
        FlowRecord read = FlowRecordCodec.read(golden);
        assertEquals(WEB.originator(), read.originator());
        assertEquals("tls", read.application());
        assertEquals(Map.of(), read.metadata());
    }

    /// Avro's own maps have none.
    @Test
    void keepsTheOrderOfMetadata() {
        var metadata = new LinkedHashMap<String, List<String>>();
        for (String name : List.of("http.host", "dns.id", "a", "tls.record.version")) {
            metadata.put(name, List.of(name));
        }
        FlowRecord read = FlowRecordCodec.read(FlowRecordCodec.write(with(metadata)));
        assertEquals(List.copyOf(metadata.keySet()), List.copyOf(read.metadata().keySet()));
    }

    private static FlowRecord with(Map<String, List<String>> metadata) {
        return new FlowRecord(
                WEB.ipVersion(),
                WEB.protocol(),
                WEB.originator(),
                WEB.responder(),
                WEB.vlanIds(),
                WEB.communityId(),
                WEB.firstNanos(),
                WEB.lastNanos(),
                WEB.state(),
                WEB.history(),
                WEB.serverRttNanos(),
                WEB.clientRttNanos(),
                WEB.endReason(),
                WEB.application(),
                metadata);
    }
}
