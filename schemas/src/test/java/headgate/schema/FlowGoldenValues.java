package headgate.schema;

import java.nio.file.Path;

/// Makes the golden value of the flow record; argument: this module's directory. It refuses to
/// touch one that is there: a golden value never changes.
final class FlowGoldenValues {
    private FlowGoldenValues() {}

    public static void main(String[] arguments) {
        CodecContract.makeGolden(
                Path.of(arguments[0]),
                "flow-record-3",
                FlowRecordCodec.SCHEMA,
                FlowRecordCodec.write(FlowRecordCodecTest.WEB));
    }
}
