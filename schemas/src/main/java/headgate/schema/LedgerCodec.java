package headgate.schema;

import org.apache.avro.Schema;

/// [Ledger] ⇄ values of the topic `ledger` (`ledger.avsc`).
public final class LedgerCodec {
    public static final Schema SCHEMA = SchemaFiles.load("ledger");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);

    private LedgerCodec() {}

    public static byte[] write(Ledger ledger) {
        return FRAMING.write(out -> {
            out.writeString(ledger.agent());
            out.writeString(ledger.capturePoint());
            out.writeLong(ledger.startedNanos());
            out.writeLong(ledger.atNanos());
            out.writeBoolean(ledger.last());
            writeNic(out, ledger.nic());
            writeSoftnet(out, ledger.softnet());
            writeSource(out, ledger.source());
            writeHandling(out, ledger.handling());
            writeOutbox(out, ledger.outbox());
            writeSpool(out, ledger.spool());
            writePublished(out, ledger.published());
            out.writeLong(ledger.residual());
        });
    }

    private static void writeNic(AvroOutput out, Ledger.Nic nic) {
        out.writeIndex(nic == null ? 0 : 1);
        if (nic != null) {
            out.writeLong(nic.received());
            out.writeLong(nic.missed());
            out.writeLong(nic.dropped());
            out.writeLong(nic.errors());
        }
    }

    private static void writeSoftnet(AvroOutput out, Ledger.Softnet softnet) {
        out.writeIndex(softnet == null ? 0 : 1);
        if (softnet != null) {
            out.writeLong(softnet.processed());
            out.writeLong(softnet.dropped());
            out.writeLong(softnet.timeSqueeze());
        }
    }

    private static void writeSource(AvroOutput out, Ledger.Source source) {
        out.writeLong(source.received());
        out.writeLong(source.dropped());
        out.writeLong(source.interfaceDropped());
        out.writeLong(source.freezes());
    }

    private static void writeHandling(AvroOutput out, Ledger.Handling handling) {
        out.writeLong(handling.handed());
        out.writeLong(handling.duplicates());
        out.writeLong(handling.malformed());
        out.writeLong(handling.unsampled());
        out.writeLong(handling.shedPayload());
        out.writeLong(handling.shedBodies());
        out.writeLong(handling.batching());
    }

    private static void writeOutbox(AvroOutput out, Ledger.Outbox outbox) {
        out.writeLong(outbox.frames());
        out.writeLong(outbox.bytes());
        out.writeLong(outbox.capacityBytes());
    }

    private static void writeSpool(AvroOutput out, Ledger.Spool spool) {
        out.writeIndex(spool == null ? 0 : 1);
        if (spool != null) {
            out.writeLong(spool.frames());
            out.writeLong(spool.bytes());
            out.writeLong(spool.capacityBytes());
            out.writeLong(spool.earlierFrames());
            out.writeLong(spool.replayedFrames());
            out.writeLong(spool.damagedFrames());
        }
    }

    private static void writePublished(AvroOutput out, Ledger.Published published) {
        out.writeLong(published.batches());
        out.writeLong(published.frames());
        out.writeLong(published.bytes());
        out.writeLong(published.failedFrames());
    }

    /// @throws UnreadableValueException when the value is no ledger record, or its residual is not
    ///   what its counters say
    public static Ledger read(byte[] value) {
        return FRAMING.read(value, LedgerCodec::read);
    }

    private static Ledger read(AvroInput in) {
        var ledger =
                new Ledger(
                        in.readString(),
                        in.readString(),
                        in.readLong(),
                        in.readLong(),
                        in.readBoolean(),
                        in.readIndexBelow(2) == 0
                                ? null
                                : new Ledger.Nic(
                                        in.readLong(), in.readLong(), in.readLong(), in.readLong()),
                        in.readIndexBelow(2) == 0
                                ? null
                                : new Ledger.Softnet(in.readLong(), in.readLong(), in.readLong()),
                        new Ledger.Source(
                                in.readLong(), in.readLong(), in.readLong(), in.readLong()),
                        new Ledger.Handling(
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong()),
                        new Ledger.Outbox(in.readLong(), in.readLong(), in.readLong()),
                        in.readIndexBelow(2) == 0
                                ? null
                                : new Ledger.Spool(
                                        in.readLong(),
                                        in.readLong(),
                                        in.readLong(),
                                        in.readLong(),
                                        in.readLong(),
                                        in.readLong()),
                        new Ledger.Published(
                                in.readLong(), in.readLong(), in.readLong(), in.readLong()));
        long residual = in.readLong();
        if (residual != ledger.residual()) {
            throw new UnreadableValueException(
                    "a ledger with residual %d, its counters say %d"
                            .formatted(residual, ledger.residual()));
        }
        return ledger;
    }
}
