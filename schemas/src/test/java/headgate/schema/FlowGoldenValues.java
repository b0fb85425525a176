package headgate.schema;

import java.nio.file.Path;

/// Makes the golden values of flow records and losses; argument: this module's directory. It
/// refuses to touch those that are there: a golden value never changes.
final class FlowGoldenValues {
    private FlowGoldenValues() {}

    public static void main(String[] arguments) {
        CodecContract.makeGolden(
                Path.of(arguments[0]),
                "flow-record-4",
                FlowRecordCodec.SCHEMA,
                FlowRecordCodec.write(FlowRecordCodecTest.WEB));
        CodecContract.makeGolden(
                Path.of(arguments[0]),
                "capture-losses-1",
                CaptureLossesCodec.SCHEMA,
                CaptureLossesCodec.write(FlowSumCodecsTest.LOSSES));
    }
}
