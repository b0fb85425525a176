package headgate.schema;

import headgate.schema.FrameBatchHeader.Interface;
import java.nio.file.Path;
import java.util.List;

/// Makes the golden values of this module's own codecs; argument: this module's directory. It
/// refuses to touch those that are there: a golden value never changes.
final class GoldenValues {
    private GoldenValues() {}

    public static void main(String[] arguments) {
        Path module = Path.of(arguments[0]);
        var frames = new FrameBatchCodec();
        frames.begin(FrameBatchCodecTest.HEADER);
        Frames.ofAllKinds()
                .values()
                .forEach(frame -> frames.add(frame, 9, 8, FrameBatchCodecTest.ALL));
        CodecContract.makeGolden(module, "frame-batch-4", FrameBatchCodec.SCHEMA, frames.finish());

        var arrivals = new ArrivalBatchCodec();
        arrivals.add(1_700_000_000_000_000_000L, 64, 1, 0, 0);
        arrivals.add(1_700_000_000_000_000_000L, 64, 2, 4, 1);
        arrivals.setMeasured(ArrivalBatchCodecTest.MEASURED);
        arrivals.setRssInterfaces(0, 1);
        CodecContract.makeGolden(
                module,
                "arrival-batch-3",
                ArrivalBatchCodec.SCHEMA,
                arrivals.finish(
                        "gw1",
                        "eth0",
                        List.of(new Interface("eth0", 1, 0)),
                        5,
                        41,
                        1_700_000_000_000_000_000L));
        CodecContract.makeGolden(
                module, "ledger-1", LedgerCodec.SCHEMA, LedgerCodec.write(RecordCodecsTest.LIVE));
        CodecContract.makeGolden(
                module,
                "finding-1",
                FindingCodec.SCHEMA,
                FindingCodec.write(RecordCodecsTest.FINDING));
        CodecContract.makeGolden(
                module,
                "dead-letter-1",
                DeadLetterCodec.SCHEMA,
                DeadLetterCodec.write(RecordCodecsTest.TOMBSTONE));
    }
}
