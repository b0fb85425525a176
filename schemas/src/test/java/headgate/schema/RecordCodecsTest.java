package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import headgate.finding.Finding;
import headgate.finding.Finding.Severity;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/// The codecs of ledger, findings and dead letters.
class RecordCodecsTest {
    static final Ledger LIVE =
            new Ledger(
                    "gw1",
                    "eth0",
                    1_700_000_000_000_000_000L,
                    1_700_000_001_000_000_000L,
                    false,
                    new Ledger.Nic(1000, 2, 3, 4),
                    new Ledger.Softnet(990, 5, 6),
                    new Ledger.Source(980, 10, 1, 2),
                    new Ledger.Handling(968, 11, 7, 12, 8, 9, 100),
                    new Ledger.Outbox(200, 65536, 1 << 26),
                    new Ledger.Spool(13, 4096, 1 << 30, 14, 15, 16),
                    new Ledger.Published(3, 650, 250_000, 9));

    private static Ledger beforeThereWereDuplicatesAndSpools() {
        return new Ledger(
                LIVE.agent(),
                LIVE.capturePoint(),
                LIVE.startedNanos(),
                LIVE.atNanos(),
                LIVE.last(),
                LIVE.nic(),
                LIVE.softnet(),
                LIVE.source(),
                new Ledger.Handling(968, 0, 7, 0, 8, 9, 100),
                LIVE.outbox(),
                null,
                LIVE.published());
    }

    static final DeadLetter TOMBSTONE = new DeadLetter("hosts", 0, 1, 2, "p", "why", null, null, 0);
    static final Finding FINDING =
            new Finding(
                    "backlog-overflow",
                    Severity.WARNING,
                    "gw1",
                    "eth0",
                    1,
                    2,
                    3,
                    "7 packets found the backlog full",
                    List.of("softnet_stat dropped 7", "net.core.netdev_max_backlog 1000"),
                    "raise net.core.netdev_max_backlog");

    @Test
    void theLedgerComesBackWithItsResidual() {
        byte[] value = LedgerCodec.write(LIVE);
        assertEquals(LIVE, LedgerCodec.read(value));
        GenericRecord generic = CodecContract.holds(LedgerCodec.SCHEMA, value);
        assertEquals(980 - 10 - 11 - 12 - 9 - 100 - 200 - 13 - 650 - 9L, generic.get("residual"));
        CodecContract.refusesEveryPiece(value, LedgerCodec::read);
    }

    @Test
    void theLedgerOfAFileHasNoInterface() {
        var file =
                new Ledger(
                        "gw1",
                        "day.pcap",
                        1,
                        2,
                        true,
                        null,
                        null,
                        new Ledger.Source(5, 0, 0, 0),
                        new Ledger.Handling(5, 0, 0, 0, 0, 0, 0),
                        new Ledger.Outbox(0, 0, 1 << 20),
                        null,
                        new Ledger.Published(1, 5, 900, 0));
        byte[] value = LedgerCodec.write(file);
        assertEquals(file, LedgerCodec.read(value));
        assertEquals(0, file.residual());
        CodecContract.holds(LedgerCodec.SCHEMA, value);
    }

    @Test
    void aFindingComesBack() {
        byte[] value = FindingCodec.write(FINDING);
        assertEquals(FINDING, FindingCodec.read(value));
        CodecContract.holds(FindingCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, FindingCodec::read);
        var bare =
                new Finding("kind", Severity.INFO, null, "topic", 0, 0, 1, "what", List.of(), null);
        assertEquals(bare, FindingCodec.read(FindingCodec.write(bare)));
        CodecContract.holds(FindingCodec.SCHEMA, FindingCodec.write(bare));
    }

    @Test
    void aDeadLetterHoldsNoMoreThanTheStartOfItsRecord() {
        var letter =
                new DeadLetter(
                        "headgate.frames",
                        3,
                        1L << 40,
                        5,
                        "flows",
                        "FrameBatch expected",
                        "gw1/eth0/3".getBytes(),
                        new byte[100_000],
                        100_000);
        byte[] value = DeadLetterCodec.write(letter);
        DeadLetter read = DeadLetterCodec.read(value);
        assertEquals("headgate.frames", read.topic());
        assertEquals(1L << 40, read.offset());
        assertArrayEquals("gw1/eth0/3".getBytes(), read.key());
        assertEquals(65536, read.value().length);
        assertEquals(100_000, read.valueLength());
        CodecContract.holds(DeadLetterCodec.SCHEMA, value);
    }

    @Test
    void aDeadLetterOfATombstoneHasNoValue() {
        byte[] value = DeadLetterCodec.write(TOMBSTONE);
        assertNull(DeadLetterCodec.read(value).key());
        assertNull(DeadLetterCodec.read(value).value());
        CodecContract.holds(DeadLetterCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, DeadLetterCodec::read);
    }

    @Test
    void stillReadsTheFirstRecordsEverPublished() {
        assertEquals(
                beforeThereWereDuplicatesAndSpools(),
                LedgerCodec.read(CodecContract.golden("ledger-1", LedgerCodec.SCHEMA)));
        assertEquals(
                FINDING, FindingCodec.read(CodecContract.golden("finding-1", FindingCodec.SCHEMA)));
        byte[] letter = CodecContract.golden("dead-letter-1", DeadLetterCodec.SCHEMA);
        assertEquals("why", DeadLetterCodec.read(letter).reason());
    }
}
