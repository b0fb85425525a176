package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.schema.FrameBatchHeader.Interface;
import headgate.softnet.SoftnetStat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalBatchCodecTest {
    private static final List<Interface> ETH0 = List.of(new Interface("eth0", 1, 0));
    private static final long START = 1_700_000_000_000_000_000L;

    static final Measured MEASURED =
            new Measured(
                    START,
                    START + 1_000_000_000,
                    new Ledger.Nic(100, 3, 2, 1),
                    List.of(
                            new SoftnetStat(0, 90, 7, 5, 0, 4, 11, 0),
                            new SoftnetStat(1, 10, 0, 0, 6, 0, 0, 0)),
                    new Ledger.Source(88, 8, 0, 1));

    private final ArrivalBatchCodec codec = new ArrivalBatchCodec();

    @Test
    void readsWhatWasWritten() {
        codec.add(START, 64, 0x8000_0000, -1, 0);
        codec.add(START + 1_000, 1514, 7, -1, 0);
        codec.add(START - 5, 60, 0, -1, 0); // a capture file may go back in time
        byte[] value = finish(START + 2_000);
        assertEquals(
                List.of(
                        "3 from 41 until 2000",
                        "41 at 0: 64 -2147483648 -1 0",
                        "42 at 1000: 1514 7 -1 0",
                        "43 at -5: 60 0 -1 0"),
                read(value));
        CodecContract.holds(ArrivalBatchCodec.SCHEMA, value);
    }

    @Test
    void keepsPacketTypesAndInterfacesWhereTheyTellSomething() {
        codec.add(START, 64, 1, 0, 0);
        codec.add(START, 64, 2, 4, 1);
        byte[] value = finish(START);
        assertEquals(
                List.of("2 from 41 until 0", "41 at 0: 64 1 0 0", "42 at 0: 64 2 4 1"),
                read(value));
        CodecContract.holds(ArrivalBatchCodec.SCHEMA, value);
    }

    @Test
    void saysOfWhichInterfacesTheHashIsTheirOwn() {
        codec.setRssInterfaces(1, 3);
        codec.add(START, 64, 1, -1, 1);
        byte[] value = finish(START);
        assertEquals(List.of(1, 3), header(value).rssInterfaces());
        CodecContract.holds(ArrivalBatchCodec.SCHEMA, value);
    }

    @Test
    void carriesWhatTheHostCountedInOneBatch() {
        codec.setMeasured(MEASURED);
        codec.add(START, 64, 1, -1, 0);
        byte[] value = finish(START);
        assertEquals(MEASURED, header(value).measured());
        CodecContract.holds(ArrivalBatchCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, this::read);
        assertNull(header(finish(START)).measured(), "told once");
    }

    private static ArrivalBatchHeader header(byte[] value) {
        var headers = new ArrayList<ArrivalBatchHeader>();
        new ArrivalBatchCodec()
                .read(
                        value,
                        new ArrivalBatchHandler() {
                            @Override
                            public void onBatch(ArrivalBatchHeader header, int count) {
                                headers.add(header);
                            }

                            @Override
                            public void onArrival(
                                    long sequence,
                                    long arrivalNanos,
                                    int lengthOnWire,
                                    int flowHash,
                                    int packetType,
                                    int interfaceId) {}
                        });
        return headers.getFirst();
    }

    @Test
    void anEmptyBatchTellsTheTime() {
        byte[] value = finish(START + 9);
        assertEquals(List.of("0 from 41 until 9"), read(value));
        CodecContract.holds(ArrivalBatchCodec.SCHEMA, value);
    }

    @Test
    void aThousandArrivalsTakeFewBytesEach() {
        for (int i = 0; i < 1000; i++) {
            codec.add(START + i * 10_000L, 1514, i * 0x9e37_79b9, -1, 0);
        }
        byte[] value = finish(START + 10_000_000);
        assertEquals(1001, read(value).size());
        assertEquals(true, value.length < 11_000, value.length + " bytes");
    }

    @Test
    void refusesEveryCutAndColumnsOfUnequalLength() {
        codec.add(START, 64, 1, 0, 0);
        codec.add(START, 64, 2, 4, 1);
        byte[] value = finish(START);
        CodecContract.refusesEveryPiece(value, this::read);

        byte[] unequal = value.clone();
        unequal[unequal.length - 4] = 2; // the last column now counts one item
        assertThrows(UnreadableValueException.class, () -> read(unequal));
    }

    @Test
    void stillReadsTheFirstBatchesEverPublished() {
        for (String name : List.of("arrival-batch-1", "arrival-batch-2", "arrival-batch-3")) {
            byte[] value = CodecContract.golden(name, ArrivalBatchCodec.SCHEMA);
            assertEquals(
                    List.of("2 from 41 until 0", "41 at 0: 64 1 0 0", "42 at 0: 64 2 4 1"),
                    read(value));
            assertEquals(name.endsWith("1") ? null : MEASURED, header(value).measured());
            assertEquals(
                    name.endsWith("3") ? List.of(0, 1) : List.of(), header(value).rssInterfaces());
        }
    }

    private byte[] finish(long untilNanos) {
        return codec.finish("gw1", "eth0", ETH0, 5, 41, untilNanos);
    }

    private List<String> read(byte[] value) {
        var lines = new ArrayList<String>();
        codec.read(
                value,
                new ArrivalBatchHandler() {
                    @Override
                    public void onBatch(ArrivalBatchHeader header, int count) {
                        assertEquals(ETH0, header.interfaces());
                        lines.add(
                                "%d from %d until %d"
                                        .formatted(
                                                count,
                                                header.firstSequence(),
                                                header.untilNanos() - START));
                    }

                    @Override
                    public void onArrival(
                            long sequence,
                            long arrivalNanos,
                            int lengthOnWire,
                            int flowHash,
                            int packetType,
                            int interfaceId) {
                        lines.add(
                                "%d at %d: %d %d %d %d"
                                        .formatted(
                                                sequence,
                                                arrivalNanos - START,
                                                lengthOnWire,
                                                flowHash,
                                                packetType,
                                                interfaceId));
                    }
                });
        return lines;
    }
}
