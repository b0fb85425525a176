package headgate.flow;

import static headgate.flow.Conversation.ACK;
import static headgate.flow.Conversation.FIN;
import static headgate.flow.Conversation.MILLI;
import static headgate.flow.Conversation.PSH;
import static headgate.flow.Conversation.RST;
import static headgate.flow.Conversation.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// What becomes of a connection, in the letters of Zeek's conn.log.
class TcpTrackerTest {
    private final Conversation connection = new Conversation();

    private static void assertState(ConnState state, String history, FlowRecord record) {
        assertEquals(state + " " + history, record.state() + " " + record.history());
    }

    @Test
    void callsACompleteConnectionSf() {
        connection
                .handshake()
                .client(ACK | PSH, 1001, 5001, 100)
                .server(ACK, 5001, 1101, 0)
                .server(ACK | PSH, 5001, 1101, 1000)
                .client(ACK, 1101, 6001, 0)
                .server(FIN | ACK, 6001, 1101, 0)
                .client(FIN | ACK, 1101, 6002, 0)
                .server(ACK, 6002, 1102, 0);
        var record = connection.only();
        assertState(ConnState.SF, "ShADadfF", record);
        assertEquals(100, record.originator().streamBytes());
        assertEquals(1000, record.responder().streamBytes());
        assertEquals(SYN | ACK | PSH | FIN, record.originator().tcpFlags());
    }

    @Test
    void callsAnUnansweredSynS0AndNotesItsRepetitionOnce() {
        connection.client(SYN, 1000, 0, 0).client(SYN, 1000, 0, 0);
        assertState(ConnState.S0, "S", connection.only());
    }

    @Test
    void callsAnEstablishedConnectionS1() {
        assertState(ConnState.S1, "ShA", connection.handshake().only());
    }

    @Test
    void callsAHalfClosedConnectionS2OrS3() {
        connection.handshake().client(FIN | ACK, 1001, 5001, 0).server(ACK, 5001, 1002, 0);
        assertState(ConnState.S2, "ShAFa", connection.only());
        var other = new Conversation().handshake().server(FIN | ACK, 5001, 1001, 0);
        assertState(ConnState.S3, "ShAf", other.only());
    }

    @Test
    void callsARefusedConnectionRej() {
        connection.client(SYN, 1000, 0, 0).server(RST | ACK, 0, 1001, 0);
        assertState(ConnState.REJ, "Sr", connection.only());
    }

    @Test
    void tellsWhoReset() {
        connection.handshake().client(RST, 1001, 0, 0);
        assertState(ConnState.RSTO, "ShAR", connection.only());
        var other = new Conversation().handshake().server(RST, 5001, 0, 0);
        assertState(ConnState.RSTR, "ShAr", other.only());
    }

    @Test
    void callsASynFollowedByRstOrFinOfTheSameSideRstos0OrSh() {
        connection.client(SYN, 1000, 0, 0).client(RST, 1001, 0, 0);
        assertState(ConnState.RSTOS0, "SR", connection.only());
        var other = new Conversation().client(SYN, 1000, 0, 0).client(FIN, 1001, 0, 0);
        assertState(ConnState.SH, "SF", other.only());
    }

    @Test
    void takesTheReceiverOfASynAckForTheOriginator() {
        connection.server(SYN | ACK, 5000, 1001, 0).client(ACK, 1001, 5001, 0);
        var record = connection.only();
        assertState(ConnState.S1, "^hA", record);
        assertEquals(50_000, record.originator().port());
    }

    @Test
    void callsAScanWithSynAcksRstrh() {
        connection.server(SYN | ACK, 5000, 1001, 0).server(RST, 5001, 0, 0);
        assertState(ConnState.RSTRH, "^hr", connection.only());
    }

    @Test
    void callsAConnectionTakenUpInTheMiddleOth() {
        connection.client(ACK | PSH, 1001, 5001, 10).server(ACK | PSH, 5001, 1011, 20);
        var record = connection.only();
        assertState(ConnState.OTH, "Dd", record);
        assertEquals(10, record.originator().streamBytes());
        assertEquals(20, record.responder().streamBytes());
    }

    @Test
    void takesAResetAfterBothFinsForANormalEnd() {
        connection
                .handshake()
                .client(FIN | ACK, 1001, 5001, 0)
                .server(FIN | ACK, 5001, 1002, 0)
                .client(RST, 1002, 0, 0);
        assertState(ConnState.SF, "ShAFfR", connection.only());
    }

    @Test
    void measuresBothPartsOfTheHandshake() {
        connection.client(SYN, 1000, 0, 0).after(29 * MILLI);
        connection.server(SYN | ACK, 5000, 1001, 0).after(4 * MILLI);
        connection.client(ACK, 1001, 5001, 0);
        var record = connection.only();
        assertEquals(30 * MILLI, record.serverRttNanos());
        assertEquals(5 * MILLI, record.clientRttNanos());
        assertEquals(35 * MILLI, record.handshakeRttNanos());
    }

    @Test
    void measuresTheServerFromTheLastSyn() {
        connection.client(SYN, 1000, 0, 0).after(1000 * MILLI).client(SYN, 1000, 0, 0);
        connection.server(SYN | ACK, 5000, 1001, 0);
        var record = connection.only();
        assertEquals(MILLI, record.serverRttNanos());
        assertEquals(-1, record.clientRttNanos());
        assertEquals(-1, record.handshakeRttNanos());
    }

    @Test
    void countsSegmentsSentAgainAtTheFirstAndTenthTimeInTheHistory() {
        connection.handshake().client(ACK, 1001, 5001, 100);
        for (int i = 0; i < 10; i++) {
            connection.client(ACK, 1001, 5001, 100);
        }
        var record = connection.only();
        assertState(ConnState.S1, "ShADTT", record);
        assertEquals(10, record.originator().retransmissions());
        assertEquals(100, record.originator().streamBytes());
        assertEquals(1100, record.originator().payloadBytes());
    }

    @Test
    void countsClosedWindows() {
        connection.handshake();
        connection.window = 0;
        connection.server(ACK, 5001, 1001, 0);
        var record = connection.only();
        assertState(ConnState.S1, "ShAaw", record);
        assertEquals(1, record.responder().zeroWindows());
    }

    @Test
    void findsBytesThatWereAcknowledgedButNeverSeen() {
        connection
                .handshake()
                .client(ACK, 1001, 5001, 100)
                .client(ACK, 1301, 5001, 100)
                .server(ACK, 5001, 1401, 0)
                .client(ACK, 1401, 5001, 100)
                .server(ACK, 5001, 1601, 0);
        var record = connection.only();
        assertEquals(200 + 100, record.originator().missingBytes());
        assertState(ConnState.S1, "ShADaG", record);
        assertEquals(600, record.originator().streamBytes());
    }

    @Test
    void doesNotMissSegmentsThatOnlyComeOutOfOrder() {
        connection
                .handshake()
                .client(ACK, 1101, 5001, 100)
                .client(ACK, 1001, 5001, 100)
                .server(ACK, 5001, 1201, 0);
        assertEquals(0, connection.only().originator().missingBytes());
    }

    @Test
    void countsOverTheWrapOfSequenceNumbers() {
        long start = 0xffff_ff00L;
        connection.client(SYN, start, 0, 0).server(SYN | ACK, 5000, start + 1, 0);
        long sent = 0;
        for (int i = 0; i < 5; i++) {
            connection.client(ACK, start + 1 + sent, 5001, 1_000_000_000);
            sent += 1_000_000_000;
        }
        connection.client(FIN | ACK, start + 1 + sent, 5001, 0);
        assertEquals(5_000_000_000L, connection.only().originator().streamBytes());
    }

    @Test
    void readsSegmentSizeAndWindowScaleOfBothSyns() {
        connection.ip(true, 6, 20);
        connection.frame.sourcePort = connection.clientPort;
        connection.frame.destinationPort = connection.serverPort;
        connection.frame.setTcp(0, 0, 28, SYN, 0, 0, 0);
        connection.frame.setTcpOptions(1460, 15, false);
        connection.send().server(SYN | ACK, 5000, 1, 0);
        var record = connection.only();
        assertEquals(1460, record.originator().maximumSegmentSize());
        // RFC 7323, section 2.3: a larger shift counts as 14.
        assertEquals(14, record.originator().windowScale());
        assertEquals(-1, record.responder().maximumSegmentSize());
        assertEquals(-1, record.responder().windowScale());
    }

    @Test
    void keepsTheFirstLettersOfALongHistory() {
        connection.handshake();
        for (int i = 0; i < 40; i++) {
            connection.client(RST, 1001 + i, 0, 0);
        }
        assertEquals("ShA" + "R".repeat(FlowRow.MAX_HISTORY - 3), connection.only().history());
    }
}
