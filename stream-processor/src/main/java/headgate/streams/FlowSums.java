package headgate.streams;

import headgate.finding.Evidence;
import headgate.finding.FindingThresholds;
import headgate.finding.FlowEvidence;
import headgate.flow.EndReason;
import headgate.flow.FlowRecord;
import headgate.flow.join.FlowJoins;
import headgate.flow.join.FlowStep;
import headgate.flow.join.JoinSettings;
import headgate.flow.join.JoinedFlow;
import headgate.flow.rollup.RollUp;
import headgate.flow.rollup.RollUpSettings;
import headgate.flow.rollup.RollUps;
import headgate.schema.EvidenceCodec;
import headgate.streams.StreamCounters.Count;
import headgate.streams.state.PortableEngine;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// What is summed over the flows of one partition: conversations over capture points, roll-ups, and
/// evidence for findings.
final class FlowSums implements PortableEngine {
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final long AFTER_END_MILLIS = 1_000;
    private static final byte JOINS = 'j';
    private static final byte ROLL_UPS = 'r';
    private static final byte EVIDENCE = 'e';

    /// What [#count] adds to.
    private static final Count[] COUNTS = {
        Count.FLOWS_NOT_JOINED,
        Count.CONVERSATIONS_HELD_SHORTER,
        Count.LATE_FLOW_STEPS,
        Count.EVIDENCE_GIVEN_UP
    };

    /// Takes what records lead to.
    interface Listener {
        void onJoined(JoinedFlow joined);

        void onRollUp(RollUp rollUp);

        void onEvidence(Evidence evidence);
    }

    private final FlowJoins joins;
    private final RollUps rollUps;
    private final FlowEvidence evidence;
    private final Listener listener;
    private long minute = Long.MIN_VALUE;
    private boolean inputEnded;
    private boolean endTold;
    private long heardMillis;
    private final Map<String, Long> pointHeardMillis = new HashMap<>();
    private long[] counted = new long[COUNTS.length];

    FlowSums(JoinSettings joinSettings, RollUpSettings rollUpSettings, Listener listener) {
        this.listener = listener;
        rollUps = new RollUps(rollUpSettings, listener::onRollUp);
        evidence = new FlowEvidence(rollUpSettings.prefixes(), FindingThresholds.DEFAULT);
        joins =
                new FlowJoins(
                        joinSettings,
                        new FlowJoins.Listener() {
                            @Override
                            public void onStep(FlowStep step) {
                                rollUps.add(step);
                                evidence.observe(step);
                            }

                            @Override
                            public void onJoined(JoinedFlow joined) {
                                listener.onJoined(joined);
                            }
                        });
    }

    void onRecord(FlowRecord record, long atMillis) {
        heardMillis = atMillis;
        inputEnded = record.endReason() == EndReason.END_OF_INPUT;
        endTold = false;
        String capturePoint = String.join("+", record.capturePoints());
        pointHeardMillis.put(capturePoint, atMillis);
        joins.onRecord(record, capturePoint);
        rollUps.advanceTo(joins.nowNanos());
        long now = Math.floorDiv(joins.nowNanos(), MINUTE_NANOS);
        if (now != minute) {
            minute = now;
            tellEvidence();
        }
    }

    /// Hands over what speaks for findings so far.
    void tellEvidence() {
        evidence.drain(listener::onEvidence);
    }

    /// Tells the last windows when a capture has ended and nothing followed for a moment: other
    /// lanes and other agents may end a little later, and what they bring adds up.
    void afterEnd(long nowMillis) {
        if (inputEnded && !endTold && nowMillis - heardMillis >= AFTER_END_MILLIS) {
            endTold = true;
            rollUps.closeAll();
        }
    }

    /// Time does not wait for capture points of which nothing was heard for long. Where there is no
    /// other it goes on with the clock on the wall; behind the end of a capture it stands still.
    void onWallClock(long nowMillis, long silenceMillis) {
        joins.nextRound();
        if (heardMillis == 0) {
            heardMillis = nowMillis;
        }
        pointHeardMillis.keySet().retainAll(joins.points());
        for (String point : joins.points()) {
            long heard = pointHeardMillis.computeIfAbsent(point, _ -> nowMillis);
            if (nowMillis - heard >= silenceMillis) {
                pointHeardMillis.remove(point);
                joins.leaveOut(point);
            }
        }
        long silentMillis = nowMillis - heardMillis;
        if (silentMillis < silenceMillis || inputEnded || joins.nowNanos() == Long.MIN_VALUE) {
            return;
        }
        heardMillis = nowMillis;
        long nanos = joins.nowNanos() + silentMillis * 1_000_000;
        joins.advanceTo(nanos);
        rollUps.advanceTo(nanos);
    }

    /// Adds what limits and lateness came to since the last call.
    void count(StreamCounters counters) {
        var joined = joins.statistics();
        long[] now = {joined.notJoined(), joined.heldShorter(), rollUps.late(), evidence.givenUp()};
        for (int i = 0; i < COUNTS.length; i++) {
            counters.add(COUNTS[i], now[i] - counted[i]);
        }
        counted = now;
    }

    @Override
    public void drainChanged(EntrySink sink) {
        joins.drainChanged((key, state) -> sink.put(key(JOINS, key), state));
        rollUps.drainChanged((key, state) -> sink.put(key(ROLL_UPS, key), state));
        evidence.drainChanged((number, now) -> {
            byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
            sink.put(key(EVIDENCE, key), now == null ? null : EvidenceCodec.write(now));
        });
    }

    private static byte[] key(byte kind, byte[] key) {
        return ByteBuffer.allocate(1 + key.length).put(kind).put(key).array();
    }

    @Override
    public void restore(byte[] key, byte[] state) {
        byte[] own = Arrays.copyOfRange(key, 1, key.length);
        switch (key[0]) {
            case JOINS -> joins.restore(own, state);
            case ROLL_UPS -> rollUps.restore(own, state);
            default -> evidence.restore(ByteBuffer.wrap(own).getLong(), EvidenceCodec.read(state));
        }
    }

    @Override
    public void restored() {
        joins.restored();
    }
}
