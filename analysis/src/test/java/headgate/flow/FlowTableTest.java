package headgate.flow;

import static headgate.flow.Conversation.ACK;
import static headgate.flow.Conversation.FIN;
import static headgate.flow.Conversation.MILLI;
import static headgate.flow.Conversation.RST;
import static headgate.flow.Conversation.SECOND;
import static headgate.flow.Conversation.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.IpProtocol;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowTableTest {
    private final Conversation flow = new Conversation();

    @Test
    void countsBothDirectionsInOneFlow() {
        flow.udp(true, 10).udp(false, 20).udp(true, 30);
        var record = flow.only();
        assertEquals(ConnState.SF, record.state());
        assertEquals("Dd", record.history());
        assertEquals(2, record.originator().packets());
        assertEquals(1, record.responder().packets());
        assertEquals(60 + 72, record.originator().frameBytes());
        assertEquals(38 + 58, record.originator().ipBytes());
        assertEquals(40, record.originator().payloadBytes());
        assertEquals(20, record.responder().payloadBytes());
        assertEquals(2 * MILLI, record.lastNanos() - record.firstNanos());
        assertEquals(EndReason.END_OF_INPUT, record.endReason());
    }

    @Test
    void makesNoRecordOfAFlowThatNobodyWants() {
        flow.fewestWantedBytes = 123;
        flow.udp(true, 10).udp(false, 20);
        flow.clientPort++;
        flow.udp(true, 10).udp(false, 21);
        assertEquals(60 + 63, flow.only().frameBytes());
        assertEquals(0, flow.table.size());
        assertEquals(2, flow.table.statistics().endedInput());
    }

    @Test
    void endsFlowsInTheOrderInWhichTheyStarted() {
        flow.udp(true, 1).client(SYN, 1, 0, 0);
        flow.clientPort++;
        flow.udp(true, 1).client(SYN, 1, 0, 0);
        flow.clientPort--;
        // The first TCP flow's row is taken again by one that starts after all others.
        flow.client(RST, 2, 0, 0).client(SYN, 9000, 0, 0).client(SYN, 19_000, 0, 0);
        var starts =
                flow.end().stream()
                        .filter(record -> record.endReason() == EndReason.END_OF_INPUT)
                        .map(FlowRecord::firstNanos)
                        .toList();
        assertEquals(4, starts.size());
        assertEquals(starts.stream().sorted().toList(), starts);
    }

    @Test
    void keepsFlowsOfOtherPortsAndProtocolsApart() {
        flow.udp(true, 1).client(SYN, 1, 0, 0);
        flow.clientPort++;
        flow.udp(true, 1);
        assertEquals(3, flow.table.size());
    }

    @Test
    void keepsIpv4ApartFromIpv6OfTheSameNumbers() {
        flow.udp(true, 1);
        flow.ip(true, IpProtocol.UDP, 9);
        flow.frame.ipVersion = 6;
        flow.frame.sourcePort = flow.clientPort;
        flow.frame.destinationPort = flow.serverPort;
        flow.send();
        assertEquals(2, flow.table.size());
    }

    @Test
    void pairsEchoRequestAndReplyWithTheirTypesForPorts() {
        flow.icmp(true, 8, 0).icmp(false, 0, 0);
        var record = flow.only();
        assertEquals(8, record.originator().port());
        assertEquals(0, record.responder().port());
        assertEquals(1, record.responder().packets());
        assertEquals(ConnState.OTH, record.state());
    }

    @Test
    void keepsUnreachableMessagesOfBothDirectionsApart() {
        flow.icmp(true, 3, 3).icmp(false, 3, 3).icmp(true, 3, 3);
        var records = flow.end();
        assertEquals(2, records.size());
        assertTrue(records.stream().allMatch(record -> record.responder().packets() == 0));
    }

    @Test
    void countsLaterFragmentsToTheFlowOfTheFirst() {
        flow.udpFragment(true, 77, 0, true)
                .udpFragment(true, 77, 1480, true)
                .udpFragment(true, 77, 2960, false)
                .udp(false, 10);
        var record = flow.only();
        assertEquals(3, record.originator().packets());
        assertEquals(3, record.originator().fragments());
        assertEquals(0, record.responder().fragments());
    }

    @Test
    void countsFragmentsWithoutTheirFirstToPortsZero() {
        flow.udpFragment(true, 77, 1480, false).udpFragment(true, 77, 0, true);
        var records = flow.end();
        assertEquals(2, records.size());
        assertEquals(0, records.getFirst().originator().port());
        assertEquals(1, flow.table.statistics().fragmentsWithoutPorts());
    }

    @Test
    void forgetsTheOldestOfTooManyFragmentedDatagrams() {
        var settings = FlowSettings.LIVE.with(draft -> draft.maxFragmentedDatagrams = 4);
        var few = new Conversation(settings);
        for (int identification = 0; identification < 5; identification++) {
            few.udpFragment(true, identification, 0, true);
        }
        few.udpFragment(true, 0, 1480, false).udpFragment(true, 4, 1480, false);
        assertEquals(1, few.table.statistics().datagramsForgotten());
        assertEquals(1, few.table.statistics().fragmentsWithoutPorts());
    }

    @Test
    void remembersTheVlanTagsOfTheFirstFrame() {
        flow.ip(true, IpProtocol.UDP, 8);
        flow.frame.vlanCount = 2;
        flow.frame.vlanTags[0] = 0x88a8_2000 | 100;
        flow.frame.vlanTags[1] = 0x8100_0000 | 4094;
        flow.send();
        assertEquals(List.of(100, 4094), flow.only().vlanIds());
    }

    @Test
    void beginsAnotherFlowWhenASynReusesThePorts() {
        flow.handshake()
                .client(FIN | ACK, 1001, 5001, 0)
                .server(FIN | ACK, 5001, 1002, 0)
                .client(SYN, 900_000, 0, 0);
        var records = flow.end();
        assertEquals(2, records.size());
        assertEquals(EndReason.PORT_REUSE, records.getFirst().endReason());
        assertEquals(5, records.getFirst().packets());
        assertEquals(ConnState.S0, records.getLast().state());
    }

    @Test
    void takesASynOfAnotherNumberForAnotherConnectionEvenIfTheFirstWasNotClosed() {
        flow.handshake().client(SYN, 2000, 0, 0);
        assertEquals(2, flow.end().size());
    }

    @Test
    void keepsARepeatedSynAndAResetAttemptInTheirFlow() {
        flow.client(SYN, 1000, 0, 0)
                .server(RST | ACK, 0, 1001, 0)
                .client(SYN, 1000, 0, 0)
                .server(RST | ACK, 0, 1001, 0);
        assertEquals(ConnState.REJ, flow.only().state());
    }

    @Test
    void takesASynAfterItsSynAckIntoTheSameFlow() {
        flow.server(SYN | ACK, 5000, 1001, 0).client(SYN, 1000, 0, 0).client(ACK, 1001, 5001, 0);
        assertEquals(3, flow.only().packets());
    }

    @Test
    void endsAnIdleFlowAtItsNextFrame() {
        flow.udp(true, 1).after(61 * SECOND).udp(true, 1);
        assertEquals(1, flow.records.size());
        assertEquals(EndReason.IDLE_TIMEOUT, flow.records.getFirst().endReason());
        assertEquals(2, flow.end().size());
    }

    @Test
    void endsIdleFlowsAsTimeGoesOn() {
        flow.udp(true, 1);
        flow.table.advanceTo(flow.nanos + 59 * SECOND);
        assertEquals(1, flow.table.size());
        for (int second = 60; second <= 66; second++) {
            flow.table.advanceTo(flow.nanos + second * SECOND);
        }
        assertEquals(0, flow.table.size());
        assertEquals(EndReason.IDLE_TIMEOUT, flow.only().endReason());
    }

    @Test
    void endsAClosedConnectionSoonAndSaysSo() {
        flow.handshake().client(RST, 1001, 0, 0);
        flow.table.advanceTo(flow.nanos + 6 * SECOND);
        flow.table.advanceTo(flow.nanos + 12 * SECOND);
        assertEquals(EndReason.CLOSED, flow.only().endReason());
    }

    @Test
    void keepsAnEstablishedConnectionForFiveMinutes() {
        flow.handshake().after(299 * SECOND).client(ACK, 1001, 5001, 1);
        assertEquals(4, flow.end().getLast().packets());
    }

    @Test
    void neverSplitsAConversationOfAFileByTime() {
        var file = new Conversation(FlowSettings.CAPTURE_FILE);
        file.udp(true, 1).after(100_000 * SECOND).udp(false, 1);
        assertEquals(2, file.only().packets());
    }

    @Test
    void tellsWhatASilentFlowDidLastAsTimeGoesOnWithoutIt() {
        flow.handshake().client(Conversation.ACK, 1001, 5001, 100);
        long silentSince = flow.nanos;
        for (int second = 0; second < 200; second++) {
            flow.table.advanceTo(silentSince + second * SECOND);
        }
        assertEquals(1, flow.records.size(), "once, as nothing is new after that");
        var interim = flow.records.getFirst();
        assertTrue(interim.interim());
        assertEquals(4, interim.packets());
        assertEquals(1, flow.table.statistics().interimRecords());
    }

    @Test
    void reportsALongFlowInBetweenWithTotals() {
        flow.udp(true, 1).after(30 * SECOND).udp(true, 1).after(30 * SECOND).udp(true, 1);
        assertEquals(1, flow.records.size());
        var interim = flow.records.getFirst();
        assertTrue(interim.interim());
        assertEquals(2, interim.packets());
        var last = flow.end().getLast();
        assertFalse(last.interim());
        assertEquals(3, last.packets());
        assertEquals(1, flow.table.statistics().interimRecords());
    }

    @Test
    void acceptsAClockThatGoesBack() {
        flow.udp(true, 1).after(-10 * SECOND).udp(false, 1);
        var record = flow.only();
        assertEquals(2, record.packets());
        assertEquals(10 * SECOND - MILLI, record.lastNanos() - record.firstNanos());
        assertEquals(1, flow.table.statistics().framesLate());
    }

    @Test
    void namesFlowsAsOtherToolsDo() {
        // 128.232.110.120:34855 to 66.35.250.204:80, from the Community ID specification.
        flow.client = 0x80e8_6e78L;
        flow.clientPort = 34_855;
        flow.server = 0x4223_faccL;
        flow.server(ACK, 1, 1, 1).client(ACK, 1, 2, 1);
        assertEquals("1:LQU9qZlK+B5F3KDmev6m5PMibrg=", flow.only().communityId());
    }

    @Test
    void tellsFlowsOfSctpByTheirPorts() {
        flow.ip(true, IpProtocol.SCTP, 8);
        flow.frame.sourcePort = 2940;
        flow.frame.destinationPort = 9999;
        flow.send();
        assertEquals(2940, flow.only().originator().port());
        assertEquals(9999, flow.only().responder().port());
    }

    @Test
    void countsFramesWithoutIpInNoFlow() {
        flow.ip(true, IpProtocol.UDP, 0);
        flow.frame.ipVersion = 0;
        flow.send();
        assertEquals(0, flow.table.size());
        assertEquals(1, flow.table.statistics().framesWithoutIp());
    }

    @Test
    void givesAnUnreadablePortAsZeroAndAnUnknownProtocolAs255() {
        flow.ip(true, -1, 0);
        flow.send();
        var record = flow.only();
        assertEquals(255, record.protocol());
        assertEquals(0, record.originator().port());
    }

    @Test
    void staysWithinItsLimitUnderASynFloodAndKeepsEstablishedConnections() {
        var small = new Conversation(FlowSettings.LIVE.with(draft -> draft.maxFlows = 1000));
        small.handshake();
        for (int i = 0; i < 100_000; i++) {
            small.client = 0x0b000000 + i;
            small.client(SYN, i, 0, 0);
            small.nanos -= MILLI;
        }
        assertEquals(1000, small.table.size());
        assertEquals(100_001 - 1000, small.table.statistics().endedEvicted());
        var established = small.end().stream().filter(r -> r.state() == ConnState.S1).toList();
        assertEquals(1, established.size());
        assertEquals(EndReason.END_OF_INPUT, established.getFirst().endReason());
    }

    @Test
    void refusesSettingsAndStatesThatMakeNoSense() {
        assertThrows(
                IllegalArgumentException.class,
                () -> FlowSettings.LIVE.with(draft -> draft.maxFlows = 0));
        assertThrows(IllegalArgumentException.class, () -> FlowSettings.LIVE.withIdleNanos(0));
        var table = flow.table;
        assertThrows(IllegalArgumentException.class, () -> table.restore(new byte[0], null));
        assertThrows(IllegalArgumentException.class, () -> table.restore(new byte[] {'x'}, null));
        assertThrows(
                IllegalArgumentException.class,
                () -> table.restore(new byte[] {'f', 4, 6, 0, 1}, null));
        assertThrows(
                IllegalArgumentException.class,
                () -> table.restore(keyOfSomeFlow(), new byte[] {9, 9}));
        assertEquals(0, table.size());
    }

    private static byte[] keyOfSomeFlow() {
        var keys = new byte[1][];
        new Conversation().udp(true, 1).table.drainChanged((key, _) -> keys[0] = key);
        return keys[0];
    }
}
