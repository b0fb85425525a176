package headgate.schema;

import java.nio.file.Path;

/// Makes the golden values of what is summed over flows; argument: this module's directory. It
/// refuses to touch those that are there: a golden value never changes.
final class FlowSumGoldenValues {
    private FlowSumGoldenValues() {}

    public static void main(String[] arguments) {
        Path module = Path.of(arguments[0]);
        CodecContract.makeGolden(
                module,
                "joined-flow-1",
                JoinedFlowCodec.SCHEMA,
                JoinedFlowCodec.write(FlowSumCodecsTest.JOINED));
        CodecContract.makeGolden(
                module,
                "roll-up-1",
                RollUpCodec.SCHEMA,
                RollUpCodec.write(FlowSumCodecsTest.ROLL_UP));
        CodecContract.makeGolden(
                module,
                "evidence-1",
                EvidenceCodec.SCHEMA,
                EvidenceCodec.write(FlowSumCodecsTest.EVIDENCE));
    }
}
