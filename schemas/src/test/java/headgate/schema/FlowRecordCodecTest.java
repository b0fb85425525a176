package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.flow.ConnState;
import headgate.flow.EndReason;
import headgate.flow.FlowDetail;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.LossPlace;
import headgate.flow.RoundTrips;
import headgate.flow.SideDetail;
import headgate.flow.Spread;
import headgate.flow.TcpDetail;
import headgate.flow.Tunnel;
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
                            5,
                            0xb8,
                            true,
                            63,
                            64,
                            true,
                            detail(new RoundTrips(9, 1_000_000, 2_500_000, 2_400_000, 4, 5))),
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
                            0,
                            0,
                            false,
                            255,
                            255,
                            false,
                            detail(null)),
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
                    Map.of("tls.handshake.type", List.of("1", "2")),
                    List.of(
                            new Tunnel("gre", "192.0.2.1", "192.0.2.2", -1),
                            new Tunnel("vxlan", "2001:db8::1", "2001:db8::2", 5000)),
                    List.of("tap-1", "tap-2/eth0"),
                    LossPlace.BEFORE_CAPTURE,
                    new FlowDetail(
                            new Spread(10, 1, 300, 99.5, 12.25),
                            Spread.NONE,
                            new Spread(1, 7, 7, 7, 0),
                            2),
                    16);

    private static final FlowRecord DATAGRAM =
            new FlowRecord(
                    6,
                    17,
                    new Side(
                            HIGH, -1, 0, 1L << 40, 1L << 50, 0, 0, 0, 65535, 0, -1, -1, 0, 0, 0, 0,
                            false, 1, 1, false, null),
                    new Side(
                            0,
                            0xffff_0a00_0001L,
                            53,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            -1,
                            -1,
                            0,
                            0,
                            0,
                            -1,
                            false,
                            -1,
                            -1,
                            false,
                            null),
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
                    Map.of(),
                    List.of(),
                    List.of(),
                    LossPlace.NONE,
                    null,
                    1);

    private static SideDetail detail(RoundTrips roundTrips) {
        return new SideDetail(
                1_700_000_000_000_000_001L,
                1_700_000_000_900_000_002L,
                new Spread(6, 0, 50, 110 / 6.0, 20.5),
                new Spread(5, 1_000, 400_000_000, 180_000_000, 1e8 / 3),
                3,
                1,
                4,
                5_000,
                600_000,
                new TcpDetail(
                        65_535, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, roundTrips));
    }

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
        var place = FlowRecordCodec.SCHEMA.getField("missingPlace").schema().getEnumSymbols();
        assertEquals(Arrays.stream(LossPlace.values()).map(Enum::name).toList(), place);
        var reason = FlowRecordCodec.SCHEMA.getField("endReason").schema().getEnumSymbols();
        assertEquals(Arrays.stream(EndReason.values()).map(Enum::name).toList(), reason);
    }

    @Test
    void readsWhatWasWrittenBefore() {
        byte[] golden = CodecContract.golden("flow-record-4", FlowRecordCodec.SCHEMA);
        assertEquals(WEB, FlowRecordCodec.read(golden));
    }

    /// The third schema had no sampling, and fewer places where bytes get lost.
    @Test
    void readsTheThirdSchema() {
        byte[] golden = CodecContract.golden("flow-record-3", FlowRecordCodec.SCHEMA);
        assertEquals(WEB.sampled(1), FlowRecordCodec.read(golden));
    }

    /// The second schema had no detail, tunnels, capture points, classes and times to live.
    @Test
    void readsTheSecondSchema() {
        byte[] golden = CodecContract.golden("flow-record-2", FlowRecordCodec.SCHEMA);
        FlowRecord read = FlowRecordCodec.read(golden);
        assertEquals(withoutDetail(WEB.originator()), read.originator());
        assertEquals(WEB.metadata(), read.metadata());
        assertEquals(List.of(), read.tunnels());
        assertEquals(List.of(), read.capturePoints());
        assertEquals(LossPlace.UNKNOWN, read.missingPlace());
        assertNull(read.detail());
    }

    private static Side withoutDetail(Side side) {
        return new Side(
                side.addressHigh(),
                side.addressLow(),
                side.port(),
                side.packets(),
                side.frameBytes(),
                side.ipBytes(),
                side.payloadBytes(),
                side.streamBytes(),
                side.fragments(),
                side.tcpFlags(),
                side.maximumSegmentSize(),
                side.windowScale(),
                side.retransmissions(),
                side.zeroWindows(),
                side.missingBytes(),
                -1,
                false,
                -1,
                -1,
                false,
                null);
    }

    /// The first schema had no metadata.
    @Test
    void readsTheFirstSchema() {
        byte[] golden = CodecContract.golden("flow-record-1", FlowRecordCodec.SCHEMA);
        FlowRecord read = FlowRecordCodec.read(golden);
        assertEquals(withoutDetail(WEB.originator()), read.originator());
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
                metadata,
                WEB.tunnels(),
                WEB.capturePoints(),
                WEB.missingPlace(),
                WEB.detail(),
                WEB.sampling());
    }
}
