package headgate.flow;

import static headgate.flow.Conversation.ACK;
import static headgate.flow.Conversation.FIN;
import static headgate.flow.Conversation.RST;
import static headgate.flow.Conversation.SECOND;
import static headgate.flow.Conversation.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Where a connection begins and ends by Zeek's rules Z1 to Z4 (`docs/flows.md`). Frames come one
/// millisecond after the other unless a pause is told.
class ZeekConventionsTest {
    private final Conversation talk =
            new Conversation(FlowSettings.ZEEK.with(draft -> draft.verifiesChecksums = false));

    @Test
    void takesTheSenderOfASynAckForTheResponderOnlyAtAServersPort() {
        talk.server(SYN | ACK, 5000, 1001, 0);
        assertEquals("^h", talk.only().history());
        assertEquals(80, talk.only().responder().port());
    }

    @Test
    void takesTheSenderOfASynAckForAScannerAtAnyOtherPort() {
        talk.serverPort = 45_000;
        talk.server(SYN | ACK, 5000, 1001, 0).client(RST, 1001, 0, 0);
        FlowRecord record = talk.only();
        assertEquals(45_000, record.originator().port());
        assertEquals("Hr", record.history());
        assertEquals(ConnState.REJ, record.state());
    }

    @Test
    void endsASynAckThatNobodyTookUpAfterFiveSeconds() {
        talk.serverPort = 45_000;
        talk.server(SYN | ACK, 5000, 1001, 0).after(6 * SECOND).server(SYN | ACK, 5000, 1001, 0);
        assertEquals(List.of("H", "H"), histories());
    }

    @Test
    void beginsAnotherConnectionWithTheSecondOfTwoSynsThatCross() {
        talk.client(SYN, 1000, 0, 0).server(SYN, 5000, 0, 0);
        assertEquals(List.of("S", "S"), histories());
    }

    @Test
    void beginsAnotherConnectionWithASynAfterOneSideHasClosed() {
        talk.handshake().client(FIN | ACK, 1001, 5001, 0).client(SYN, 1000, 0, 0);
        assertEquals(List.of("ShAF", "S"), histories());
    }

    @Test
    void goesOnWithTheSynWhoseAnswerCameBeforeIt() {
        talk.server(SYN | ACK, 5000, 1001, 0).client(SYN, 1000, 0, 0);
        assertEquals(List.of("^hS"), histories());
    }

    @Test
    void tellsSynAcksOfDifferentNumbersApartWhereNothingElseIsSeen() {
        talk.server(SYN | ACK, 5000, 1001, 0).server(SYN | ACK, 5000, 1001, 0);
        talk.server(SYN | ACK, 9000, 1001, 0);
        assertEquals(List.of("^h", "^h"), histories());
    }

    @Test
    void callsAResetRstos0OnlyBehindTheSynItself() {
        talk.client(SYN, 1000, 0, 0).client(RST, 1001, 0, 0);
        assertEquals(ConnState.RSTOS0, talk.only().state());
    }

    @Test
    void callsAResetOfOneSideTakenUpInTheMiddleOther() {
        talk.client(ACK, 1000, 5000, 100).client(RST | ACK, 1100, 5000, 0);
        assertEquals(ConnState.OTH, talk.only().state());
    }

    @Test
    void callsAResetBehindAnAcknowledgmentOfWhatWasNotSeenOther() {
        talk.client(SYN, 1000, 0, 0).client(ACK, 1001, 5001, 0).client(RST, 1001, 0, 0);
        assertEquals(ConnState.OTH, talk.only().state());
    }

    @Test
    void endsAConnectionThatWasIdleForExactlyAsLongAsAllowed() {
        talk.handshake().after(300 * SECOND - Conversation.MILLI).client(ACK, 1001, 5001, 10);
        assertEquals(List.of("ShA", "D"), histories());
    }

    @Test
    void goesOnWithAQuestionWithinTheTenSecondsInWhichTheLastOneCame() {
        // Looked at 10 s, idle for 7; the next look would be at 20 s.
        talk.serverPort = 5353;
        talk.udp(true, 40).after(3 * SECOND).udp(true, 40).after(16 * SECOND).udp(true, 40);
        assertEquals(List.of(3L), packets());
    }

    @Test
    void endsAQuestionThatWasIdleForNineSecondsWhenItIsLookedAt() {
        talk.serverPort = 53;
        talk.udp(true, 40).udp(false, 80).after(10 * SECOND).udp(true, 40);
        assertEquals(List.of(1L, 1L), packets());
    }

    private List<String> histories() {
        return talk.end().stream().map(FlowRecord::history).toList();
    }

    /// Of the originators.
    private List<Long> packets() {
        return talk.end().stream().map(record -> record.originator().packets()).toList();
    }
}
