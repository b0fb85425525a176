package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.finding.Evidence;
import headgate.flow.CaptureLosses;
import headgate.flow.CaptureLosses.Loss;
import headgate.flow.ConnState;
import headgate.flow.EndReason;
import headgate.flow.LossPlace;
import headgate.flow.join.JoinedFlow;
import headgate.flow.join.JoinedFlow.End;
import headgate.flow.join.JoinedFlow.Sighting;
import headgate.flow.join.SideSums;
import headgate.flow.rollup.Dimension;
import headgate.flow.rollup.RollUp;
import headgate.flow.rollup.RollUp.Row;
import headgate.flow.rollup.RollUp.Sums;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The codecs of what is summed over flows: joined flows, roll-ups, evidence, losses.
class FlowSumCodecsTest {
    private static final SideSums ALL = new SideSums(10, 1_000, 500, 3, 1);
    private static final SideSums SOME = new SideSums(7, 700, 350, 1, 0);
    static final JoinedFlow JOINED =
            new JoinedFlow(
                    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
                    6,
                    6,
                    new End(0x20010db8_00000000L, 1, 40_000, ALL),
                    new End(0x20010db8_00000000L, 2, 443, SOME),
                    1_700_000_000_000_000_001L,
                    1_700_000_009_000_000_000L,
                    true,
                    "tls",
                    List.of(
                            new Sighting(
                                    "gw1/eth0",
                                    1_700_000_000_000_000_001L,
                                    1_700_000_009_000_000_000L,
                                    ConnState.SF,
                                    EndReason.CLOSED,
                                    ALL,
                                    SideSums.NONE),
                            new Sighting(
                                    "gw2/eth0",
                                    1_700_000_000_000_000_002L,
                                    1_700_000_008_000_000_000L,
                                    ConnState.OTH,
                                    EndReason.IDLE_TIMEOUT,
                                    SOME,
                                    SOME)));
    static final RollUp ROLL_UP =
            new RollUp(
                    1_700_000_000_000_000_000L,
                    60,
                    Dimension.NETWORK_PAIR,
                    List.of(
                            new Row(
                                    "10.0.0.0/24 192.0.2.0/24",
                                    new Sums(1, 2, 300, 4),
                                    new Sums(5, 6, 700, 8),
                                    2,
                                    90,
                                    50,
                                    11)),
                    new Row("", new Sums(0, 1, 60, 0), Sums.NONE, 0, 0, 0, 0),
                    new Sums(6, 9, 1_060, 12),
                    60);
    static final Evidence EVIDENCE =
            new Evidence(
                    "port-scan",
                    "10.0.0.1 to 192.0.2.1",
                    1_700_000_000_000_000_000L,
                    9,
                    10,
                    11,
                    12,
                    Set.of(22, -1, 80),
                    1_700_000_000_000_000_001L,
                    1_700_000_000_000_000_002L,
                    List.of("1:LQU9qZlK+B5F3KDmev6m5PMibrg="));

    static final CaptureLosses LOSSES =
            new CaptureLosses(
                    1_700_000_000_000_000_000L,
                    1_700_000_009_000_000_000L,
                    List.of(
                            new Loss(
                                    1_700_000_001_000_000_000L,
                                    1_700_000_002_000_000_000L,
                                    LossPlace.SOCKET,
                                    40),
                            new Loss(
                                    1_700_000_001_000_000_000L,
                                    1_700_000_003_000_000_000L,
                                    LossPlace.AGENT,
                                    2)));

    @Test
    void lossesComeBackAndOthersAreRefused() {
        byte[] value = CaptureLossesCodec.write(LOSSES);
        assertEquals(LOSSES, CaptureLossesCodec.read(value));
        CodecContract.holds(CaptureLossesCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, CaptureLossesCodec::read);
        // The last loss is of 2 frames; -2 in zigzag is 3.
        byte[] negative = value.clone();
        negative[value.length - 2] = 3;
        assertThrows(UnreadableValueException.class, () -> CaptureLossesCodec.read(negative));
    }

    @Test
    void aJoinedFlowComesBack() {
        byte[] value = JoinedFlowCodec.write(JOINED);
        assertEquals(JOINED, JoinedFlowCodec.read(value));
        CodecContract.holds(JoinedFlowCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, JoinedFlowCodec::read);
    }

    @Test
    void aRollUpComesBack() {
        byte[] value = RollUpCodec.write(ROLL_UP);
        assertEquals(ROLL_UP, RollUpCodec.read(value));
        CodecContract.holds(RollUpCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, RollUpCodec::read);
    }

    @Test
    void evidenceComesBack() {
        byte[] value = EvidenceCodec.write(EVIDENCE);
        assertEquals(EVIDENCE, EvidenceCodec.read(value));
        CodecContract.holds(EvidenceCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, EvidenceCodec::read);
    }

    @Test
    void valuesAsTheyWereFirstWrittenAreRead() {
        assertEquals(
                JOINED,
                JoinedFlowCodec.read(
                        CodecContract.golden("joined-flow-1", JoinedFlowCodec.SCHEMA)));
        assertEquals(
                ROLL_UP, RollUpCodec.read(CodecContract.golden("roll-up-1", RollUpCodec.SCHEMA)));
        assertEquals(
                EVIDENCE,
                EvidenceCodec.read(CodecContract.golden("evidence-1", EvidenceCodec.SCHEMA)));
        assertEquals(
                LOSSES,
                CaptureLossesCodec.read(
                        CodecContract.golden("capture-losses-1", CaptureLossesCodec.SCHEMA)));
    }
}
