package headgate.flow;

import static headgate.flow.Conversation.ACK;
import static headgate.flow.Conversation.MILLI;
import static headgate.flow.Conversation.SECOND;
import static headgate.flow.Conversation.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/// Rules D1 to D9 of docs/flows.md. In a conversation each frame comes 1 ms after the one before.
class FlowDetailTest {
    private static final double EXACTLY = 1e-9;
    private final Conversation talk = new Conversation(FlowSettings.CAPTURE_FILE);

    @Test
    void measuresTheTimesBetweenFramesOfTheFlowAndOfEachSide() {
        talk.udp(true, 10).after(2 * MILLI).udp(false, 10).udp(true, 10).udp(true, 10);
        FlowRecord record = talk.only();
        Spread all = record.detail().interArrivalNanos();
        assertEquals(3, all.count());
        assertEquals(MILLI, all.min());
        assertEquals(3 * MILLI, all.max());
        assertEquals(5 * MILLI / 3.0, all.mean(), EXACTLY);
        // Of 3, 1, 1 ms: the squares of 4/3, -2/3, -2/3 by two.
        assertEquals(MILLI * Math.sqrt(4 / 3.0), all.standardDeviation(), 1e-3);
        Spread originator = record.originator().detail().interArrivalNanos();
        assertEquals(2, originator.count());
        assertEquals(MILLI, originator.min());
        assertEquals(4 * MILLI, originator.max());
        assertEquals(2.5 * MILLI, originator.mean(), EXACTLY);
        assertEquals(Spread.NONE, record.responder().detail().interArrivalNanos());
    }

    @Test
    void tellsWhenEachSideWasHeard() {
        long start = talk.nanos;
        talk.udp(true, 1).udp(false, 1).udp(true, 1);
        FlowRecord record = talk.only();
        assertEquals(start, record.originator().detail().firstNanos());
        assertEquals(start + 2 * MILLI, record.originator().detail().lastNanos());
        assertEquals(start + MILLI, record.responder().detail().firstNanos());
        assertEquals(start + MILLI, record.responder().detail().lastNanos());
    }

    @Test
    void measuresThePayloadOfEachSide() {
        talk.udp(true, 100).udp(true, 0).udp(true, 200).udp(false, 7);
        FlowRecord record = talk.only();
        Spread sent = record.originator().detail().payloadLength();
        assertEquals(new Spread(3, 0, 200, 100, 100), sent);
        assertEquals(2, record.originator().detail().dataPackets());
        assertEquals(new Spread(1, 7, 7, 7, 0), record.responder().detail().payloadLength());
        // 20 bytes of IP and 8 of UDP each.
        assertEquals(3 * 28, record.originator().headerBytes());
    }

    @Test
    void addsNoTimeForAFrameThatComesLate() {
        talk.udp(true, 1).udp(true, 1).after(-5 * MILLI).udp(true, 1).after(5 * MILLI);
        talk.udp(true, 1);
        FlowRecord record = talk.only();
        Spread gaps = record.detail().interArrivalNanos();
        assertEquals(3, gaps.count());
        assertEquals(0, gaps.min());
        assertEquals(2 * MILLI, gaps.max());
        assertEquals(MILLI, gaps.mean(), EXACTLY);
    }

    @Test
    void cutsActiveStretchesAtPausesOfMoreThanFiveSeconds() {
        talk.udp(true, 1).udp(true, 1).udp(true, 1);
        talk.after(10 * SECOND - MILLI).udp(true, 1);
        talk.after(6 * SECOND - MILLI).udp(true, 1).after(5 * SECOND - MILLI).udp(true, 1);
        FlowDetail detail = talk.only().detail();
        // 2 ms, then one frame alone that does not count, then 5 s up to the end.
        assertEquals(2, detail.activeNanos().count());
        assertEquals(2 * MILLI, detail.activeNanos().min());
        assertEquals(5 * SECOND, detail.activeNanos().max());
        assertEquals(2, detail.idleNanos().count());
        assertEquals(6 * SECOND, detail.idleNanos().min());
        assertEquals(10 * SECOND, detail.idleNanos().max());
        assertEquals(8 * SECOND, detail.idleNanos().mean(), EXACTLY);
        assertEquals(2 * SECOND * Math.sqrt(2), detail.idleNanos().standardDeviation(), 1);
        // Pauses of 10, 6 and 5 s.
        assertEquals(4, detail.subflows());
    }

    @Test
    void countsRunsOfFourAndMoreFramesWithPayloadAsBulks() {
        for (int i = 0; i < 5; i++) {
            talk.udp(true, 100);
        }
        talk.udp(false, 10);
        for (int i = 0; i < 3; i++) {
            talk.udp(true, 100);
        }
        talk.after(2 * SECOND);
        for (int i = 0; i < 4; i++) {
            talk.udp(true, 1).udp(false, 0);
        }
        SideDetail side = talk.only().originator().detail();
        // The run of three ended with the pause; frames without payload do not end one.
        assertEquals(2, side.bulks());
        assertEquals(5 + 4, side.bulkPackets());
        assertEquals(504, side.bulkBytes());
        assertEquals(4 * MILLI + 6 * MILLI, side.bulkNanos());
    }

    @Test
    void keepsDetailOfAtMostSoManyFlowsAndCountsTheOthers() {
        var few =
                new Conversation(
                        FlowSettings.CAPTURE_FILE.with(draft -> draft.maxDetailedFlows = 1));
        few.udp(true, 1).udp(true, 1);
        few.clientPort++;
        few.udp(true, 1).udp(true, 1).udp(true, 1);
        few.clientPort++;
        few.udp(true, 1).udp(false, 1);
        var records = few.end();
        assertNotNull(records.get(0).detail());
        assertNull(records.get(1).detail());
        assertNull(records.get(1).originator().detail());
        // One frame a side needs no room.
        assertEquals(MILLI, records.get(2).detail().interArrivalNanos().max());
        assertEquals(1, few.table.statistics().flowsWithoutDetail());
    }

    @Test
    void givesTheRoomOfAFlowThatEndedToAnother() {
        var one = new Conversation(FlowSettings.LIVE.with(draft -> draft.maxDetailedFlows = 1));
        one.udp(true, 1).udp(true, 500).after(120 * SECOND);
        one.clientPort++;
        one.udp(true, 1).udp(true, 1).end();
        assertEquals(0, one.table.statistics().flowsWithoutDetail());
        assertEquals(1, one.records.get(1).originator().detail().payloadLength().max());
    }

    @Test
    void saysTheSameOfAShortFlowAsOfOneThatWentOn() {
        talk.client(SYN, 1000, 0, 0).server(SYN | ACK, 5000, 1001, 0);
        FlowRecord brief = talk.only();
        var longer = new Conversation(FlowSettings.CAPTURE_FILE);
        longer.client(SYN, 1000, 0, 0).server(SYN | ACK, 5000, 1001, 0).client(ACK, 1001, 5001, 0);
        FlowRecord record = longer.only();
        assertEquals(
                brief.originator().detail().tcp().roundTrips(),
                record.originator().detail().tcp().roundTrips());
        assertEquals(
                brief.detail().interArrivalNanos().max(),
                record.detail().interArrivalNanos().max());
        assertEquals(2, record.detail().interArrivalNanos().count());
    }

    @Test
    void rangesTheTimeToLiveAndKeepsTheFirstTrafficClassOfEachSide() {
        send(true, 64, 0xb8);
        send(true, 60, 0xb8);
        send(false, 128, 0);
        send(true, 61, 0);
        FlowRecord record = talk.only();
        assertEquals(60, record.originator().minTimeToLive());
        assertEquals(64, record.originator().maxTimeToLive());
        assertEquals(0xb8, record.originator().trafficClass());
        assertEquals(true, record.originator().trafficClassChanged());
        assertEquals(128, record.responder().minTimeToLive());
        assertEquals(0, record.responder().trafficClass());
        assertEquals(false, record.responder().trafficClassChanged());
    }

    @Test
    void knowsNoHopOfASideThatSentNothing() {
        talk.udp(true, 1);
        FlowRecord record = talk.only();
        assertEquals(-1, record.responder().minTimeToLive());
        assertEquals(-1, record.responder().trafficClass());
    }

    private void send(boolean fromClient, int timeToLive, int trafficClass) {
        talk.ip(fromClient, 17, 8);
        talk.frame.sourcePort = fromClient ? talk.clientPort : talk.serverPort;
        talk.frame.destinationPort = fromClient ? talk.serverPort : talk.clientPort;
        talk.frame.setIpv4(trafficClass, 28, 0, false, false, 0, timeToLive, 17, 0);
        talk.send();
    }

    @Test
    void namesTypeAndCodeOfIcmp() {
        talk.icmp(true, 8, 0).icmp(false, 0, 0);
        FlowRecord echo = talk.only();
        assertEquals("8 0", echo.icmpType() + " " + echo.icmpCode());
        var other = new Conversation(FlowSettings.CAPTURE_FILE);
        FlowRecord unreachable = other.icmp(false, 3, 4).only();
        assertEquals("3 4", unreachable.icmpType() + " " + unreachable.icmpCode());
        var third = new Conversation(FlowSettings.CAPTURE_FILE);
        assertEquals(-1, third.udp(true, 1).only().icmpType());
    }
}
