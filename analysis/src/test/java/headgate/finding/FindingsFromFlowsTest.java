package headgate.finding;

import static headgate.flow.join.Records.ACK;
import static headgate.flow.join.Records.SECOND;
import static headgate.flow.join.Records.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.ConnState;
import headgate.flow.FlowRecord;
import headgate.flow.join.FlowJoins;
import headgate.flow.join.FlowStep;
import headgate.flow.join.JoinSettings;
import headgate.flow.join.JoinedFlow;
import headgate.flow.join.Records;
import headgate.flow.rollup.Prefixes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class FindingsFromFlowsTest {
    private static final int CLIENT = 0x0a000001;
    private static final int SERVER = 0xc0000201;
    private static final FindingThresholds THRESHOLDS = FindingThresholds.DEFAULT;

    private final EvidenceJudge judge = new EvidenceJudge(THRESHOLDS);
    private final List<Finding> findings = new ArrayList<>();

    /// Findings from so many flows, whose records are seen by several collectors.
    private void see(int count, IntFunction<Records> flow) {
        var collectors =
                List.of(
                        new FlowEvidence(Prefixes.DEFAULT, THRESHOLDS),
                        new FlowEvidence(Prefixes.DEFAULT, THRESHOLDS));
        for (int i = 0; i < count; i++) {
            FlowEvidence collector = collectors.get(i % 2);
            steps(flow.apply(i).build()).forEach(collector::observe);
        }
        collectors.forEach(each -> each.drain(judge::take));
        judge.judge(findings::add);
    }

    private static List<FlowStep> steps(FlowRecord record) {
        var steps = new ArrayList<FlowStep>();
        new FlowJoins(
                        JoinSettings.ONE_POINT,
                        new FlowJoins.Listener() {
                            @Override
                            public void onStep(FlowStep step) {
                                steps.add(step);
                            }

                            @Override
                            public void onJoined(JoinedFlow joined) {}
                        })
                .onRecord(record, "gw1/eth0");
        return steps;
    }

    private Finding only(String kind) {
        assertEquals(List.of(kind), findings.stream().map(Finding::kind).toList());
        Finding finding = findings.getFirst();
        assertNotNull(finding.advice());
        assertFalse(finding.evidence().isEmpty());
        return finding;
    }

    private static Records unanswered(int client, int clientPort, int server, int serverPort) {
        return Records.tcp(client, clientPort, server, serverPort)
                .state(ConnState.S0)
                .flags(SYN, 0)
                .packets(1, 0)
                .bytes(60, 0);
    }

    @Test
    void findsASynFloodFromForgedSenders() {
        see(1000, i -> unanswered(0x0b000000 + i * 257, 1024 + i, SERVER, 443));
        Finding flood = only("syn-flood");
        assertEquals("192.0.2.1:443", flood.subject());
        assertEquals(1000, flood.count());
        assertEquals(
                "1000 of 1000 attempts in this minute sent a SYN and no ACK",
                flood.evidence().getFirst());
        assertEquals("from at least 256 addresses", flood.evidence().get(1));
        assertTrue(flood.evidence().get(2).startsWith("for example 1:"));
    }

    @Test
    void findsNoFloodWhereMostConnectionsAreGoneOnWith() {
        see(1000, i -> Records.tcp(CLIENT + i, 1024, SERVER, 443));
        see(300, i -> unanswered(CLIENT + i, 2024, SERVER, 443).flags(SYN, SYN | ACK));
        assertEquals(List.of(), findings);
    }

    @Test
    void findsAScanOfPorts() {
        see(100, i -> unanswered(CLIENT, 50_000, SERVER, 1 + i).state(ConnState.REJ));
        Finding scan = only("port-scan");
        assertEquals("10.0.0.1 to 192.0.2.1", scan.subject());
        assertEquals("10.0.0.1 to 192.0.2.1: attempts at 100 ports failed", scan.what());
        assertEquals(
                "100 attempts in this minute, 100 of them refused", scan.evidence().getFirst());
    }

    @Test
    void findsAScanOfHosts() {
        see(30, i -> unanswered(CLIENT, 50_000, SERVER + i, 22));
        assertEquals("10.0.0.1 to port 22", only("host-scan").subject());
    }

    @Test
    void findsNoScanInManyAttemptsAtOnePort() {
        see(200, i -> unanswered(CLIENT, 10_000 + i, SERVER, 8080));
        assertEquals(List.of(), findings);
    }

    private static Records datagrams(int client, int clientPort, int server, int serverPort) {
        return Records.udp(client, clientPort, server, serverPort).packets(2, 0).bytes(120, 0);
    }

    @Test
    void findsAScanOfUdpPorts() {
        see(
                61,
                i ->
                        i == 60
                                ? Records.icmp(SERVER, 3, CLIENT, 3).packets(40, 0)
                                : datagrams(CLIENT, 50_000, SERVER, 1 + i));
        Finding scan = only("udp-port-scan");
        assertEquals("10.0.0.1 to 192.0.2.1", scan.subject());
        assertEquals("10.0.0.1 to 192.0.2.1: datagrams to 60 ports were not answered", scan.what());
        assertEquals("60 of 60 flows in this minute had no answer", scan.evidence().getFirst());
        assertEquals("\"port unreachable\" came back 40 times", scan.evidence().get(1));
    }

    @Test
    void findsAScanOfHostsOverUdp() {
        see(30, i -> datagrams(CLIENT, 50_000, SERVER + i, 161));
        assertEquals("10.0.0.1 to port 161", only("udp-host-scan").subject());
    }

    @Test
    void findsNoScanWhereOneInFiveAnswers() {
        see(100, i -> datagrams(CLIENT, 50_000, SERVER + i, 6881).packets(2, i % 5 == 0 ? 2 : 0));
        assertEquals(List.of(), findings);
    }

    @Test
    void takesNeitherTracerouteNorAnswersNorCallsNorMulticastForScans() {
        see(90, i -> datagrams(CLIENT, 40_000, SERVER, 33_434 + i).timeToLive(1 + i / 3));
        see(90, i -> datagrams(SERVER, 53, CLIENT, 40_000 + i));
        see(90, i -> datagrams(CLIENT, 10_000 + i, SERVER, 20_000 + i).packets(500, 0));
        see(90, i -> datagrams(CLIENT, 5353, 0xe00000fb + i, 5353));
        assertEquals(List.of(), findings);
    }

    @Test
    void findsAReceiverThatDoesNotRead() {
        see(2, i -> Records.tcp(CLIENT, 1000 + i, SERVER, 80).zeroWindows(0, 6));
        Finding stall = only("zero-window-stall");
        assertEquals("192.0.2.1", stall.subject());
        assertEquals(12, stall.count());
        assertEquals("in 2 flows in this minute", stall.evidence().getFirst());
    }

    @Test
    void findsALossyWay() {
        see(
                20,
                i ->
                        Records.tcp(CLIENT, 1000 + i, SERVER, 80)
                                .packets(50, 100)
                                .retransmissions(0, 8));
        Finding storm = only("retransmission-storm");
        assertEquals("192.0.2.0/24 to 10.0.0.0/24", storm.subject());
        assertEquals(
                "192.0.2.0/24 to 10.0.0.0/24: 8.0 % of the segments were sent again", storm.what());
    }

    @Test
    void findsThatOneDirectionIsSeenOnly() {
        see(20, i -> Records.tcp(CLIENT, 1000 + i, SERVER, 80).packets(5, 0).state(ConnState.OTH));
        Finding route = only("asymmetric-route");
        assertEquals("gw1/eth0: 10.0.0.0/24 to 192.0.2.0/24", route.subject());
        assertEquals(20, route.count());
    }

    @Test
    void takesAttemptsWithoutAnswerForNoRoute() {
        see(20, i -> unanswered(CLIENT, 1000, SERVER + i, 80).packets(4, 0));
        assertEquals(List.of(), findings);
    }

    private static Records stalled(int i) {
        return Records.tcp(CLIENT, 1000 + i, SERVER, 80)
                .packets(12, 4)
                .payload(6 * 1460 + 300, 1460 + 300)
                .retransmissions(5, 0)
                .state(ConnState.S1);
    }

    @Test
    void findsAWayThatLargeSegmentsDoNotPass() {
        see(3, FindingsFromFlowsTest::stalled);
        Finding hole = only("mtu-black-hole");
        assertEquals("10.0.0.1", hole.subject());
        assertEquals("no ICMP message said that packets are too big", hole.evidence().get(1));
        assertTrue(hole.advice().contains("tracepath"));
    }

    @Test
    void findsASenderThatDoesNotHeedPacketTooBig() {
        see(1, FindingsFromFlowsTest::stalled);
        assertEquals(List.of(), findings);
        see(1, i -> Records.icmp(0x0a0000fe, 3, CLIENT, 4).packets(2, 0));
        Finding hole = only("mtu-black-hole");
        assertEquals(
                "2 ICMP messages told the sender that packets are too big", hole.evidence().get(1));
    }

    private static Records question(int i, String code) {
        Map<String, List<String>> fields =
                code == null ? Map.of() : Map.of("dns.flags.rcode", List.of(code));
        return Records.udp(CLIENT, 1000 + i, SERVER, 53)
                .payload(40, 40)
                .packets(1, code == null ? 0 : 1)
                .application("dns", fields);
    }

    @Test
    void findsANameServerThatFails() {
        see(40, i -> question(i, i % 8 == 0 ? null : i % 8 == 1 ? "2" : "0"));
        Finding failures = only("dns-failures");
        assertEquals("192.0.2.1", failures.subject());
        assertEquals(
                "5 without answer, 5 SERVFAIL or REFUSED, 0 NXDOMAIN",
                failures.evidence().getFirst());
    }

    @Test
    void findsNamesThatDoNotExist() {
        see(40, i -> question(i, i % 4 == 0 ? "0" : "3"));
        assertEquals(30, only("dns-failures").count());
    }

    @Test
    void findsNothingInANameServerThatWorks() {
        see(400, i -> question(i, i % 20 == 0 ? "3" : "0"));
        assertEquals(List.of(), findings);
    }

    @Test
    void tellsAFindingOnceAMinute() {
        see(30, i -> unanswered(CLIENT, 50_000, SERVER + i, 22));
        see(30, i -> unanswered(CLIENT, 50_000, SERVER + i, 22));
        assertEquals(1, findings.size());
        see(30, i -> unanswered(CLIENT, 50_000, SERVER + i, 22).at(60 * SECOND, 60 * SECOND));
        assertEquals(2, findings.size());
    }

    @Test
    void keepsAScannerAmongForgedSenders() {
        see(
                100_000,
                i ->
                        i % 100 == 0
                                ? unanswered(CLIENT, 50_000, SERVER, 1 + i / 100)
                                : unanswered(0x0b000000 + i, 1024, SERVER, 443));
        assertEquals(
                List.of("port-scan", "syn-flood"),
                findings.stream().map(Finding::kind).sorted().toList());
    }

    @Test
    void remembersNoMoreCasesThanItSays() {
        for (int i = 0; i < 2 * EvidenceJudge.MOST_CASES; i++) {
            judge.take(
                    new Evidence(
                            "syn-flood",
                            "s" + i,
                            0,
                            1,
                            1,
                            0,
                            0,
                            java.util.Set.of(),
                            0,
                            0,
                            List.of()));
        }
        assertEquals(EvidenceJudge.MOST_CASES, judge.forgottenEarly());
    }

    @Test
    void forgetsACaseOfWhichNothingIsHeard() {
        see(24, i -> unanswered(CLIENT, 50_000, SERVER + i, 22));
        for (int round = 0; round < EvidenceJudge.KEPT_ROUNDS - 1; round++) {
            judge.judge(findings::add);
        }
        see(1, i -> unanswered(CLIENT, 50_000, SERVER + 30, 22));
        assertEquals(1, findings.size());
        for (int round = 0; round <= EvidenceJudge.KEPT_ROUNDS; round++) {
            judge.judge(findings::add);
        }
        see(24, i -> unanswered(CLIENT, 50_000, SERVER + i, 22));
        assertEquals(1, findings.size());
    }

    @Test
    void goesOnAfterARestartAsIfNothingHadHappened() {
        see(24, i -> unanswered(CLIENT, 50_000, SERVER + i, 22));
        see(30, i -> unanswered(CLIENT, 50_000, SERVER + i, 23));
        assertEquals(1, findings.size());
        var cases = new HashMap<EvidenceJudge.CaseName, EvidenceJudge.Case>();
        judge.drainChanged(cases::put);
        var after = new EvidenceJudge(THRESHOLDS);
        cases.forEach(after::restore);
        after.judge(findings::add);
        assertEquals(1, findings.size());
        var more = new FlowEvidence(Prefixes.DEFAULT, THRESHOLDS);
        steps(unanswered(CLIENT, 50_000, SERVER + 99, 22).build()).forEach(more::observe);
        more.drain(after::take);
        after.judge(findings::add);
        assertEquals("10.0.0.1 to port 22", findings.get(1).subject());
    }

    @Test
    void leavesEvidenceOfAKindOutThatNobodyKnows() {
        assertFalse(
                judge.take(
                        new Evidence(
                                "later", "s", 0, 1, 1, 0, 0, java.util.Set.of(), 0, 0, List.of())));
    }
}
