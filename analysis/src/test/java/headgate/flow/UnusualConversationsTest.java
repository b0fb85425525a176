package headgate.flow;

import static headgate.flow.Conversation.ACK;
import static headgate.flow.Conversation.FIN;
import static headgate.flow.Conversation.RST;
import static headgate.flow.Conversation.SECOND;
import static headgate.flow.Conversation.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// What traffic does that no textbook has: each case stays one flow, or becomes two, and counts
/// what came.
class UnusualConversationsTest {
    private final Conversation talk = new Conversation();

    /// RFC 9293 section 3.5, figure 8.
    @Test
    void takesTwoSynsThatCrossForOneConnection() {
        talk.client(SYN, 1000, 0, 0).server(SYN, 5000, 0, 0);
        talk.client(SYN | ACK, 1000, 5001, 0).server(SYN | ACK, 5000, 1001, 0);
        talk.client(ACK, 1001, 5001, 100);
        FlowRecord record = talk.only();
        assertEquals(ConnState.S1, record.state());
        assertEquals(100, record.originator().streamBytes());
        assertEquals(0, record.responder().streamBytes());
    }

    @Test
    void keepsAConnectionThatWasResetByANumberFarAwayWithItsBytes() {
        talk.handshake().client(ACK, 1001, 5001, 100);
        talk.server(RST, 0x9000_0000L, 0, 0);
        FlowRecord record = talk.only();
        assertEquals(ConnState.RSTR, record.state());
        assertEquals(100, record.originator().streamBytes());
        assertEquals(0, record.responder().streamBytes());
    }

    @Test
    void countsWhatAResetCarriesAsPayloadButNotAsStream() {
        talk.handshake().server(RST | ACK, 5001, 1001, 30);
        FlowRecord record = talk.only();
        assertEquals(30, record.responder().payloadBytes());
        assertEquals(0, record.responder().streamBytes());
    }

    @Test
    void callsItRstos0WhenTheClientResetsAConnectionThatOnlyTheServerRemembers() {
        // The client has forgotten; its SYN meets a server that has not (RFC 9293 section 3.5.1).
        talk.client(SYN, 1000, 0, 0).server(ACK, 7000, 400, 0).client(RST, 400, 0, 0);
        assertEquals(ConnState.RSTOS0, talk.only().state());
    }

    @Test
    void countsSegmentsWithoutAnyFlagAndWithAllOfThem() {
        talk.client(0, 1, 0, 0).client(0xfff, 1, 1, 0);
        FlowRecord record = talk.only();
        assertEquals(2, record.originator().packets());
        assertEquals(0xfff, record.originator().tcpFlags());
        assertEquals(1, record.originator().detail().tcp().urgents());
    }

    @Test
    void followsAHalfClosedConnectionOn() {
        talk.handshake().client(FIN | ACK, 1001, 5001, 0).server(ACK, 5001, 1002, 0);
        for (int i = 0; i < 10; i++) {
            talk.after(60 * SECOND).server(ACK, 5001 + 1000 * i, 1002, 1000);
            talk.client(ACK, 1002, 6001 + 1000 * i, 0);
        }
        FlowRecord record = last();
        assertEquals(10_000, record.responder().streamBytes());
        assertEquals(ConnState.S2, record.state());
    }

    /// Without the interim records.
    private FlowRecord last() {
        var ended = talk.end().stream().filter(record -> !record.interim()).toList();
        assertEquals(1, ended.size());
        return ended.getFirst();
    }

    @Test
    void believesNoLengthThatIsNegative() {
        talk.ip(true, 17, 8);
        talk.frame.sourcePort = 1;
        talk.frame.destinationPort = 2;
        talk.frame.payloadLength = -5;
        talk.send();
        talk.frame.payloadLength = Integer.MAX_VALUE;
        talk.send().send();
        FlowRecord record = talk.only();
        assertEquals(2L * Integer.MAX_VALUE, record.originator().payloadBytes());
        Spread lengths = record.originator().detail().payloadLength();
        assertEquals(Integer.MAX_VALUE, lengths.max());
        assertEquals(0, lengths.min());
        assertTrue(lengths.standardDeviation() > 0);
    }

    @Test
    void survivesTimesFromBothEndsOfTime() {
        for (long nanos : new long[] {0, Long.MAX_VALUE, Long.MIN_VALUE, -1, 1, Long.MAX_VALUE}) {
            talk.nanos = nanos;
            talk.client(ACK, 1, 1, 10);
        }
        long packets = talk.end().stream().mapToLong(FlowRecord::packets).max().orElseThrow();
        assertTrue(packets >= 1);
        for (FlowRecord record : talk.records) {
            assertTrue(record.originator().detail().interArrivalNanos().min() >= 0);
            assertTrue(record.detail().interArrivalNanos().max() >= 0);
        }
    }

    @Test
    void staysWithinItsLimitsUnderAFloodOfOnePacketFlows() {
        var small =
                new Conversation(
                        FlowSettings.LIVE.with(draft -> {
                            draft.maxFlows = 100;
                            draft.maxDetailedFlows = 10;
                        }));
        small.udp(true, 10).udp(false, 10).udp(true, 10);
        for (int i = 0; i < 10_000; i++) {
            small.clientPort = 1024 + i;
            small.udp(true, 0);
            assertTrue(small.table.size() <= 100);
        }
        var statistics = small.table.statistics();
        assertEquals(10_001 - 100, statistics.endedEvicted());
        assertEquals(0, statistics.flowsWithoutDetail());
        // One that was answered outlives those that were not.
        long answered = small.records.stream().filter(r -> r.responder().packets() > 0).count();
        assertEquals(0, answered);
    }

    @Test
    void keepsAnAssociationOfSctpTogetherAcrossItsDirections() {
        for (boolean fromClient : new boolean[] {true, false, true, false}) {
            talk.ip(fromClient, 132, 40);
            talk.frame.sourcePort = fromClient ? 7000 : 2905;
            talk.frame.destinationPort = fromClient ? 2905 : 7000;
            talk.frame.payloadLength = 28;
            talk.send();
        }
        FlowRecord record = talk.only();
        assertEquals("2 2", record.originator().packets() + " " + record.responder().packets());
        assertEquals(2, record.originator().detail().payloadLength().count());
    }
}
