package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.finding.Evidence;
import headgate.finding.EvidenceJudge;
import headgate.finding.EvidenceJudge.Case;
import headgate.finding.EvidenceJudge.CaseName;
import headgate.finding.Finding;
import headgate.finding.FindingThresholds;
import headgate.schema.EvidenceCodec;
import headgate.streams.state.PortableEngine;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/// The cases of one partition of evidence: an [EvidenceJudge] whose state can travel.
final class FlowCases implements PortableEngine {
    private final EvidenceJudge judge = new EvidenceJudge(FindingThresholds.DEFAULT);

    /// @return false if nobody knows evidence of that kind
    boolean take(Evidence evidence) {
        return judge.take(evidence);
    }

    void judge(Consumer<Finding> listener) {
        judge.judge(listener);
    }

    @Override
    public void drainChanged(EntrySink sink) {
        judge.drainChanged((name, now) -> sink.put(key(name), now == null ? null : state(now)));
    }

    private static byte[] key(CaseName name) {
        byte[] text = (name.kind() + '\0' + name.subject()).getBytes(UTF_8);
        return ByteBuffer.allocate(Long.BYTES + text.length)
                .putLong(name.minuteNanos())
                .put(text)
                .array();
    }

    private static byte[] state(Case now) {
        byte[] evidence = EvidenceCodec.write(now.evidence());
        return ByteBuffer.allocate(1 + evidence.length)
                .put((byte) (now.told() ? 1 : 0))
                .put(evidence)
                .array();
    }

    @Override
    public void restore(byte[] key, byte[] state) {
        Evidence evidence = EvidenceCodec.read(Arrays.copyOfRange(state, 1, state.length));
        judge.restore(
                new CaseName(evidence.kind(), evidence.subject(), evidence.minuteNanos()),
                new Case(evidence, state[0] == 1));
    }
}
