package headgate.flow;

import static headgate.flow.Conversation.ACK;
import static headgate.flow.Conversation.FIN;
import static headgate.flow.Conversation.MILLI;
import static headgate.flow.Conversation.PSH;
import static headgate.flow.Conversation.SECOND;
import static headgate.flow.Conversation.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.RouterFixture;
import headgate.packet.Frame;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Rules T1 to T9 of docs/flows.md. Each segment comes 1 ms after the one before; the first bytes
/// are 1001 of the client and 5001 of the server.
class TcpAnalysisTest {
    private final Conversation connection = new Conversation(FlowSettings.CAPTURE_FILE).handshake();

    private TcpDetail client() {
        return connection.only().originator().detail().tcp();
    }

    // ---- T1 ----

    @Test
    void countsFlagsAndKeepsTheFirstWindow() {
        connection.window = 77;
        connection.client(ACK | PSH, 1001, 5001, 10).client(FIN | ACK, 1011, 5001, 0);
        var tcp = client();
        assertEquals(1000, tcp.initialWindow());
        assertEquals(
                "1 1 1 3",
                tcp.syns() + " " + tcp.fins() + " " + tcp.pushes() + " " + tcp.acknowledgments());
        assertEquals(
                "0 0 0 0",
                tcp.resets() + " " + tcp.urgents() + " " + tcp.eces() + " " + tcp.cwrs());
    }

    // ---- T2: round trips ----

    @Test
    void timesSegmentsThatAnAcknowledgmentAnswersExactly() {
        connection.client(ACK, 1001, 5001, 100).after(4 * MILLI).server(ACK, 5001, 1101, 0);
        connection.client(ACK, 1101, 5001, 100).client(ACK, 1201, 5001, 100);
        connection.server(ACK, 5001, 1301, 0);
        var trips = client().roundTrips();
        // The SYN 1 ms, the first segment 5 ms, the third one 1 ms; the second was not the last.
        assertEquals(3, trips.samples());
        assertEquals(MILLI, trips.minNanos());
        assertEquals(5 * MILLI, trips.maxNanos());
        assertEquals(7 * MILLI / 3, trips.meanNanos());
    }

    @Test
    void takesNoRoundTripFromAnAcknowledgmentThatEndsInsideASegment() {
        connection.client(ACK, 1001, 5001, 100).server(ACK, 5001, 1051, 0);
        connection.server(ACK, 5001, 1101, 0);
        assertEquals(2, client().roundTrips().samples());
    }

    @Test
    void timesNothingThatWasSentAgainNorWhatWaitedForIt() {
        connection.client(ACK, 1001, 5001, 100).client(ACK, 1101, 5001, 100);
        connection.after(SECOND).client(ACK, 1001, 5001, 100).server(ACK, 5001, 1201, 0);
        assertEquals(1, client().roundTrips().samples());
    }

    @Test
    void timesASynThatWasNotRepeatedOnly() {
        var repeated = new Conversation(FlowSettings.CAPTURE_FILE);
        repeated.client(SYN, 1000, 0, 0).after(SECOND).handshake();
        assertNull(repeated.only().originator().detail().tcp().roundTrips());
    }

    @Test
    void timesOverTheWrapOfSequenceNumbers() {
        long start = 0xffff_fff0L;
        var wrapping = new Conversation(FlowSettings.CAPTURE_FILE);
        wrapping.client(SYN, start, 0, 0).server(SYN | ACK, 5000, start + 1, 0);
        wrapping.client(ACK, start + 1, 5001, 100).server(ACK, 5001, start + 101, 0);
        assertEquals(2, wrapping.only().originator().detail().tcp().roundTrips().samples());
    }

    @Test
    void timesTheFirstEightOfManySegmentsUnderWay() {
        for (int i = 0; i < 20; i++) {
            connection.client(ACK, 1001 + 100 * i, 5001, 100);
        }
        for (int i = 0; i < 20; i++) {
            connection.server(ACK, 5001, 1101 + 100 * i, 0);
        }
        var trips = client().roundTrips();
        assertEquals(1 + TcpAnalysis.MAX_TIMED, trips.samples());
        assertEquals(20 * MILLI, trips.maxNanos());
    }

    // ---- T3: percentiles ----

    @Test
    void knowsMedianAndNinetyFifthPercentileToNinePercent() {
        var random = new Random(1);
        var taken = new long[5000];
        taken[0] = MILLI;
        long sequence = 1001;
        for (int i = 1; i < taken.length; i++) {
            // Logarithmically even between 1 and 30 ms.
            taken[i] = (long) (MILLI * Math.pow(30, random.nextDouble()));
            connection.client(ACK, sequence, 5001, 100).after(taken[i] - MILLI);
            sequence += 100;
            connection.server(ACK, 5001, sequence, 0);
        }
        var trips = client().roundTrips();
        Arrays.sort(taken);
        assertEquals(taken.length, trips.samples());
        assertEquals(taken[0], trips.minNanos());
        assertEquals(taken[taken.length - 1], trips.maxNanos());
        // Of each 32nd sample only; the error of the buckets is 9 %, that of the sample comes on
        // top.
        assertEquals(1, trips.p50Nanos() / (double) taken[2500], 0.2);
        assertEquals(1, trips.p95Nanos() / (double) taken[4750], 0.15);
    }

    @Test
    void sortsTimesIntoQuartersOfAnOctave() {
        for (long nanos : new long[] {1, 2, 1000, 1_048_576, 5_000_000_000L, 1L << 62}) {
            double log = 4 * Math.log(nanos) / Math.log(2);
            assertEquals(Math.floor(log + 1e-9), TcpAnalysis.quarterOctave(nanos), nanos + " ns");
        }
        assertEquals(0, TcpAnalysis.quarterOctave(0));
    }

    // ---- T4: out of order ----

    @Test
    void callsASegmentOutOfOrderThatFillsAHole() {
        connection.client(ACK, 1001, 5001, 100);
        connection.client(ACK, 1201, 5001, 100).client(ACK, 1101, 5001, 100);
        connection.client(ACK, 1001, 5001, 100);
        var record = connection.only();
        assertEquals(2, record.originator().retransmissions());
        assertEquals(1, record.originator().detail().tcp().outOfOrder());
    }

    // ---- T5: duplicate acknowledgments ----

    @Test
    void countsAcknowledgmentsRepeatedWhileDataIsUnderWay() {
        connection.client(ACK, 1001, 5001, 100).client(ACK, 1101, 5001, 100);
        connection.server(ACK, 5001, 1101, 0).server(ACK, 5001, 1101, 0);
        connection.server(ACK, 5001, 1101, 0);
        // Not these: with data, with another window, with nothing left to acknowledge.
        connection.server(ACK, 5001, 1101, 5);
        connection.window = 2000;
        connection.server(ACK, 5006, 1101, 0);
        connection.server(ACK, 5006, 1201, 0).server(ACK, 5006, 1201, 0);
        assertEquals(2, connection.only().responder().detail().tcp().duplicateAcks());
    }

    // ---- T6 and T7: why it was sent again ----

    private void loseTheFirstOfFive() {
        for (int i = 0; i < 5; i++) {
            connection.client(ACK, 1001 + 100 * i, 5001, 100);
        }
    }

    @Test
    void callsARetransmissionFastAfterThreeDuplicateAcknowledgments() {
        loseTheFirstOfFive();
        for (int i = 0; i < 4; i++) {
            connection.server(ACK, 5001, 1001, 0);
        }
        connection.client(ACK, 1001, 5001, 100);
        // A further one before all that was under way is acknowledged belongs to it.
        connection.server(ACK, 5001, 1101, 0).client(ACK, 1101, 5001, 100);
        var tcp = client();
        assertEquals(2, tcp.fastRetransmissions());
        assertEquals(0, tcp.timeoutRetransmissions());
    }

    @Test
    void doesNotCallItFastAfterTwo() {
        loseTheFirstOfFive();
        // The first of the three answers the handshake's end once more: it repeats as well.
        connection.server(ACK, 5001, 1001, 0).server(ACK, 5001, 1001, 0);
        connection.client(ACK, 1001, 5001, 100);
        var tcp = client();
        assertEquals(0, tcp.fastRetransmissions());
        assertEquals(0, tcp.timeoutRetransmissions());
    }

    @Test
    void callsARetransmissionOneByTimeoutAfterASilence() {
        loseTheFirstOfFive();
        connection.after(TcpAnalysis.SHORTEST_TIMEOUT_NANOS).client(ACK, 1001, 5001, 100);
        connection.server(ACK, 5001, 1101, 0).client(ACK, 1101, 5001, 100);
        connection.server(ACK, 5001, 1501, 0);
        // All is acknowledged: the next repetition is a case of its own, and undecided.
        connection.client(ACK, 1501, 5001, 100).client(ACK, 1501, 5001, 100);
        var tcp = client();
        assertEquals(2, tcp.timeoutRetransmissions());
        assertEquals(0, tcp.fastRetransmissions());
    }

    // ---- T8: not needed ----

    @Test
    void callsARetransmissionSpuriousOfWhatWasAcknowledgedBefore() {
        connection.client(ACK, 1001, 5001, 100).server(ACK, 5001, 1101, 0);
        connection.client(ACK, 1001, 5001, 100);
        assertEquals(1, client().spuriousRetransmissions());
    }

    @Test
    void callsARetransmissionSpuriousWhenTheEchoIsOlder() {
        connection.timestamps(100, 0).client(ACK, 1001, 5001, 100).after(SECOND);
        connection.timestamps(1100, 0).client(ACK, 1001, 5001, 100);
        connection.timestamps(7, 100).server(ACK, 5001, 1101, 0);
        assertEquals(1, client().spuriousRetransmissions());
    }

    @Test
    void callsARetransmissionNeededWhenTheEchoIsItsOwn() {
        connection.timestamps(100, 0).client(ACK, 1001, 5001, 100).after(SECOND);
        connection.timestamps(1100, 0).client(ACK, 1001, 5001, 100);
        connection.timestamps(7, 1100).server(ACK, 5001, 1101, 0);
        assertEquals(0, client().spuriousRetransmissions());
    }

    /// Server to client, ACK 1101, one block of selective acknowledgment from 1001 to 1101.
    private static final String DUPLICATE_SACK =
            """
            020000000001 020000000002 0800   # Ethernet, IPv4
            45 00 0034 0000 4000 40 06 0000  # IPv4, 52 bytes, TCP
            0a000002 0a000001                # 10.0.0.2 to 10.0.0.1
            0050 c350                        # port 80 to 50000
            00001389 0000044d                # sequence 5001, acknowledgment 1101
            80 10 03e8 0000 0000             # 32 bytes, ACK, window 1000
            01 01 05 0a 000003e9 0000044d    # no operation twice, SACK: 1001 to 1101
            """;

    private void answer(String annotatedHex) {
        Frame frame = RouterFixture.frame(annotatedHex);
        frame.arrivalNanos = connection.nanos;
        connection.table.onFrame(frame);
        connection.after(MILLI);
    }

    @Test
    void callsARetransmissionSpuriousWhenThePeerTellsOfADuplicate() {
        connection.client(ACK, 1001, 5001, 100).client(ACK, 1001, 5001, 100);
        connection.server(ACK, 5001, 1101, 0);
        answer(DUPLICATE_SACK);
        answer(DUPLICATE_SACK);
        assertEquals(1, client().spuriousRetransmissions());
    }

    // ---- T9: keep-alives and closed windows ----

    @Test
    void tellsKeepAlivesFromRetransmissions() {
        connection.client(ACK, 1001, 5001, 100).server(ACK, 5001, 1101, 0);
        connection.after(30 * SECOND).client(ACK, 1100, 5001, 1).server(ACK, 5001, 1101, 0);
        connection.after(30 * SECOND).client(ACK, 1100, 5001, 0).server(ACK, 5001, 1101, 0);
        var tcp = client();
        assertEquals(2, tcp.keepAlives());
        assertEquals(0, tcp.timeoutRetransmissions() + tcp.spuriousRetransmissions());
    }

    @Test
    void measuresHowLongAWindowWasClosed() {
        connection.client(ACK, 1001, 5001, 100);
        connection.window = 0;
        connection.server(ACK, 5001, 1101, 0).after(2 * SECOND).server(ACK, 5001, 1101, 0);
        connection.window = 500;
        connection.server(ACK, 5001, 1101, 0);
        connection.window = 0;
        connection.server(ACK, 5001, 1101, 0).client(ACK, 1101, 5001, 0);
        var record = connection.only();
        // 2 s and two steps of 1 ms; then 1 ms up to the end.
        assertEquals(2 * SECOND + 3 * MILLI, record.responder().detail().tcp().zeroWindowNanos());
        assertEquals(3, record.responder().zeroWindows());
        assertTrue(record.originator().detail().tcp().zeroWindowNanos() == 0);
    }
}
