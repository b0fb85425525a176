package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.FlowRecord;
import headgate.flow.LossPlace;
import headgate.flow.rollup.Dimension;
import headgate.flow.rollup.RollUp;
import headgate.flow.rollup.RollUps;
import headgate.forwarding.HostDocuments;
import headgate.packet.FlowHash;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.schema.ArrivalBatchCodec;
import headgate.schema.DeadLetter;
import headgate.schema.DeadLetterCodec;
import headgate.schema.FateChangeCodec;
import headgate.schema.FindingCodec;
import headgate.schema.FlowRecordCodec;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHeader;
import headgate.schema.FrameBatchHeader.Clock;
import headgate.schema.FrameBatchHeader.Interface;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.JoinedFlowCodec;
import headgate.schema.Ledger;
import headgate.schema.LedgerCodec;
import headgate.schema.Measured;
import headgate.schema.PathFatesCodec;
import headgate.schema.PathStatsCodec;
import headgate.schema.ProfileCodec;
import headgate.schema.RollUpCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.schema.VerdictCodec;
import headgate.schema.VerdictStatsCodec;
import headgate.schema.WhatIf;
import headgate.softnet.SoftnetProfile;
import headgate.softnet.SoftnetStat;
import headgate.streams.StreamCounters.Count;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacketTopologyTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOON = 1_750_000_000L * SECOND;
    private static final byte[] LANE_KEY = "router/eth0/0".getBytes(UTF_8);
    private static final List<Interface> INTERFACES = List.of(new Interface("eth0", 1, 0));

    private static final String TO_THE_WORLD =
            """
            [{"dst":"default","gateway":"10.0.0.2","dev":"eth0"},
             {"dst":"10.0.0.0/24","dev":"eth0","protocol":"kernel","scope":"link"},
             {"type":"local","dst":"10.0.0.1","dev":"eth0","table":"local","protocol":"kernel",
              "scope":"host"}]
            """;
    private static final String NOWHERE =
            TO_THE_WORLD.replace(
                    "\"dst\":\"default\",\"gateway\":\"10.0.0.2\",\"dev\":\"eth0\"",
                    "\"type\":\"prohibit\",\"dst\":\"default\"");
    private static final String RULES =
            """
            [{"priority":0,"src":"all","table":"local"},
             {"priority":32766,"src":"all","table":"main"},
             {"priority":32767,"src":"all","table":"default"}]
            """;
    private static final String SYSCTLS =
            Stream.of("all", "eth0")
                    .flatMap(device ->
                            Stream.of(
                                            "accept_local = 0",
                                            "accept_source_route = 0",
                                            "bc_forwarding = 0",
                                            "drop_unicast_in_l2_multicast = 0",
                                            "forwarding = 1",
                                            "ignore_routes_with_linkdown = 0",
                                            "mc_forwarding = 0",
                                            "route_localnet = 0",
                                            "rp_filter = 0",
                                            "send_redirects = 0",
                                            "shared_media = 1",
                                            "src_valid_mark = 0")
                                    .map(line -> "net.ipv4.conf." + device + "." + line + "\n"))
                    .collect(Collectors.joining());

    @TempDir private Path directory;
    private final StreamCounters counters = new StreamCounters();
    private final List<String> talk = new ArrayList<>();
    private TopologyTestDriver driver;

    @BeforeEach
    void start() {
        var settings = StreamSettings.of("none:1", Topics.DEFAULT, directory);
        driver =
                new TopologyTestDriver(
                        PacketTopology.build(settings, counters, talk::add),
                        settings.toProperties());
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void isTheGraphOfItsPicture() throws IOException {
        assertEquals(
                pictureIn(documentation()),
                draw(
                        PacketTopology.build(
                                        StreamSettings.of("none:1", new Topics(""), directory),
                                        counters,
                                        talk::add)
                                .describe()));
    }

    @Test
    void tellsAFlowWhenItHasEnded() {
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON, NOON + 2 * SECOND));
        assertEquals(List.of(), values(Topic.FLOWS));
        pipe(Topic.FRAMES, LANE_KEY, frames(1, NOON + 3600 * SECOND));
        assertEquals(1, values(Topic.FLOWS).size());
        assertEquals(3, counters.get(Count.FRAMES));
        assertEquals(3, counters.get(Count.FRAMES_WITHOUT_HOST));
    }

    @Test
    void letsTimeGoOnForALaneThatIsSilent() {
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON));
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        driver.advanceWallClockTime(Duration.ofSeconds(5));
        assertEquals(List.of(), values(Topic.FLOWS));
        driver.advanceWallClockTime(Duration.ofSeconds(200));
        assertEquals(1, values(Topic.FLOWS).size());
    }

    @Test
    void countsWhatStillComesAfterTimeHasGoneOnWithTheClock() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router());
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON));
        pipe(Topic.ARRIVALS, "router".getBytes(UTF_8), burst(0, NOON, 100, NOON));
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        driver.advanceWallClockTime(Duration.ofSeconds(200));
        pipe(Topic.FRAMES, LANE_KEY, frames(1, NOON + 1, NOON + SECOND));
        pipe(Topic.FRAMES, LANE_KEY, lastFrames(2));
        pipe(Topic.ARRIVALS, "router".getBytes(UTF_8), burst(1, NOON + 1, 4, NOON + SECOND));
        pipe(Topic.ARRIVALS, "router".getBytes(UTF_8), lastBurst(2, NOON + SECOND, 5));
        assertEquals(
                3,
                values(Topic.VERDICTS).stream()
                        .mapToLong(value -> VerdictCodec.read(value).packets())
                        .sum());
        assertEquals(
                109,
                values(Topic.PATH_STATS).stream()
                        .mapToLong(value -> PathStatsCodec.read(value).stats().offered())
                        .sum());
    }

    @Test
    void endsTheFlowsOfALaneWithoutFramesAtTheTimeThatItsAgentTells() {
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON));
        var codec = new FrameBatchCodec();
        codec.begin(header(0).at(0, 1, 1, NOON + 3600 * SECOND));
        pipe(Topic.FRAMES, LANE_KEY, codec.finish());
        assertEquals(1, values(Topic.FLOWS).size());
        assertEquals(0, counters.get(Count.LOST_FRAME_BATCHES));
    }

    @Test
    void aLaneBeginsAgainInThePastThoughItWasToldTheTimeFirst() {
        pipe(Topic.FRAMES, LANE_KEY, frames(7, NOON));
        var codec = new FrameBatchCodec();
        codec.begin(header(0).at(0, 0, 1, NOON - 3600 * SECOND));
        pipe(Topic.FRAMES, LANE_KEY, codec.finish());
        pipe(Topic.FRAMES, LANE_KEY, frames(1, NOON - 3600 * SECOND));
        assertEquals(1, counters.get(Count.RESTARTS));
    }

    @Test
    void endsTheFlowsOfALaneThatBeginsAgainInThePast() {
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON));
        pipe(Topic.FRAMES, LANE_KEY, frames(1, NOON - 3600 * SECOND));
        assertEquals(List.of(), values(Topic.FLOWS), "same run: late frames");
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON - 7200 * SECOND));
        assertEquals(1, values(Topic.FLOWS).size());
        assertEquals(1, counters.get(Count.RESTARTS));
        assertEquals(1, counters.get(Count.LATE_FRAMES));
    }

    @Test
    void answersAtOnceWhatIsLeftOfACaptureThatHasEnded() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router());
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON, NOON + 1));
        assertEquals(List.of(), values(Topic.FLOWS));
        pipe(Topic.FRAMES, LANE_KEY, lastFrames(1));
        assertEquals(2, FlowRecordCodec.read(values(Topic.FLOWS).getFirst()).packets());
        assertEquals(2, VerdictCodec.read(values(Topic.VERDICTS).getFirst()).packets());
        pipe(Topic.ARRIVALS, "router".getBytes(UTF_8), lastBurst(0, NOON, 100));
        var path = PathStatsCodec.read(values(Topic.PATH_STATS).getFirst()).stats();
        assertEquals(100, path.delivered());
        assertEquals(0, path.queued());
    }

    @Test
    void countsBatchesThatAreMissing() {
        pipe(Topic.FRAMES, LANE_KEY, frames(5, NOON));
        pipe(Topic.FRAMES, LANE_KEY, frames(6, NOON));
        pipe(Topic.FRAMES, LANE_KEY, frames(9, NOON));
        assertEquals(2, counters.get(Count.LOST_FRAME_BATCHES));
    }

    @Test
    void addsVerdictsUpByFlowFateAndSecond() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router());
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON, NOON + 1, NOON + 2, NOON + SECOND));
        pipe(Topic.FRAMES, LANE_KEY, frames(1, NOON + 5 * SECOND));
        var verdicts = values(Topic.VERDICTS).stream().map(VerdictCodec::read).toList();
        assertEquals(2, verdicts.size());
        assertEquals(3, verdicts.get(0).packets());
        assertEquals(3 * 42, verdicts.get(0).bytes());
        assertEquals(NOON, verdicts.get(0).secondNanos());
        assertEquals("eth0", verdicts.get(0).device());
        assertEquals("10.0.0.9", verdicts.get(0).flow().source());
        assertEquals(1, verdicts.get(1).packets());
        assertEquals(0, counters.get(Count.FRAMES_WITHOUT_HOST));
    }

    @Test
    void keepsTheFormerSnapshotWhenOneCannotBeRead() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router());
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), new byte[] {1, 2, 3});
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON));
        assertEquals(0, counters.get(Count.FRAMES_WITHOUT_HOST));
        assertEquals(1, counters.get(Count.UNREADABLE_SETTINGS));
        assertTrue(talk.getFirst().startsWith("'router' stays as it was: "), talk::toString);
    }

    @Test
    void judgesEachFrameByTheSnapshotOfItsTime() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router(NOON, TO_THE_WORLD));
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router(NOON + 10 * SECOND, NOWHERE));
        long[] times = {NOON - SECOND, NOON + 9 * SECOND, NOON + 10 * SECOND, NOON + 11 * SECOND};
        pipe(Topic.FRAMES, LANE_KEY, frames(0, times));
        pipe(Topic.FRAMES, LANE_KEY, lastFrames(1));
        assertEquals(
                List.of("pending", "pending", "reject", "reject"),
                values(Topic.VERDICTS).stream()
                        .map(value -> VerdictCodec.read(value).fate().verdict())
                        .toList());
    }

    @Test
    void countsUnderTheNamesOfTheKernel() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router(NOON, TO_THE_WORLD));
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router(NOON + SECOND, NOWHERE));
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON, NOON + 1, NOON + SECOND, NOON + SECOND + 1));
        pipe(Topic.FRAMES, LANE_KEY, lastFrames(1));
        var stats = values(Topic.VERDICT_STATS).stream().map(VerdictStatsCodec::read).toList();
        assertEquals(2, stats.size());
        assertEquals(Map.of("pending", 2L), stats.get(0).verdicts());
        assertEquals(2, stats.get(0).counters().get("Ip.InReceives"));
        assertEquals(2, stats.get(0).counters().get("Ip.ForwDatagrams"));
        assertEquals(Map.of("reject", 2L), stats.get(1).verdicts());
        assertEquals(2, stats.get(1).dropReasons().values().iterator().next());
        assertEquals(NOON + SECOND, stats.get(1).secondNanos());
        assertEquals(2 * 42, stats.get(1).bytes());
    }

    @Test
    void letsAnUndatedSnapshotHoldForAllTime() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router(NOON, TO_THE_WORLD));
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router(0, NOWHERE));
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON - SECOND, NOON + SECOND));
        pipe(Topic.FRAMES, LANE_KEY, lastFrames(1));
        assertEquals(
                List.of("reject", "reject"),
                values(Topic.VERDICTS).stream()
                        .map(value -> VerdictCodec.read(value).fate().verdict())
                        .toList());
    }

    @Test
    void tellsWhatWouldFareOtherwiseUnderAnotherRuleSet() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router(NOON, TO_THE_WORLD));
        pipe(Topic.PROFILES, "closed".getBytes(UTF_8), rules("closed", "router", NOWHERE));
        pipe(Topic.PROFILES, "same".getBytes(UTF_8), rules("same", "", TO_THE_WORLD));
        pipe(Topic.PROFILES, "other".getBytes(UTF_8), rules("other", "gw2", NOWHERE));
        pipe(Topic.PROFILES, "broken".getBytes(UTF_8), rules("broken", "", "[{"));
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON + 7, NOON + 8, NOON + SECOND));
        pipe(Topic.FRAMES, LANE_KEY, lastFrames(1));
        var changes = values(Topic.FATE_CHANGES).stream().map(FateChangeCodec::read).toList();
        assertEquals(2, changes.size());
        var first = changes.getFirst();
        assertEquals("closed", first.profile());
        assertEquals("pending", first.asIs().verdict());
        assertEquals("reject", first.whatIf().verdict());
        assertEquals(2, first.packets());
        assertEquals(NOON + 7, first.firstNanos());
        assertEquals("10.0.0.9", first.flow().source());
        assertEquals(NOON + SECOND, changes.get(1).secondNanos());
        assertTrue(talk.getFirst().startsWith("rule set 'broken' is left out: "), talk::toString);
        assertEquals(1, talk.size());
    }

    @Test
    void comparesNoMoreWhenARuleSetIsTakenAway() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router(NOON, TO_THE_WORLD));
        pipe(Topic.PROFILES, "closed".getBytes(UTF_8), rules("closed", "router", NOWHERE));
        pipe(Topic.FRAMES, LANE_KEY, frames(0, NOON));
        pipe(Topic.PROFILES, "closed".getBytes(UTF_8), null);
        pipe(Topic.FRAMES, LANE_KEY, frames(1, NOON + 1, NOON + SECOND));
        pipe(Topic.FRAMES, LANE_KEY, lastFrames(2));
        var changes = values(Topic.FATE_CHANGES).stream().map(FateChangeCodec::read).toList();
        assertEquals(1, changes.size());
        assertEquals(1, changes.getFirst().packets());
    }

    @Test
    void tellsOfArrivalsThatCameBeforeTheirHostWasKnown() {
        byte[] agent = "router".getBytes(UTF_8);
        pipe(Topic.ARRIVALS, agent, burst(0, NOON, 100, NOON));
        pipe(Topic.HOSTS, agent, router());
        pipe(Topic.ARRIVALS, agent, burst(1, NOON + 1, 5, NOON + 2 * SECOND));
        var offered = new TreeMap<String, Long>();
        values(Topic.PATH_STATS).stream()
                .map(value -> PathStatsCodec.read(value).stats())
                .forEach(stats -> offered.merge(stats.profile(), stats.offered(), Long::sum));
        assertEquals(Map.of("host", 5L, "linux-6", 100L), offered);
    }

    @Test
    void changesTheHostsOwnPathAtTheTimeOfItsSnapshot() {
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), router(NOON, TO_THE_WORLD));
        pipe(Topic.HOSTS, "router".getBytes(UTF_8), routerWithBacklog(NOON + SECOND, 5));
        byte[] agent = "router".getBytes(UTF_8);
        pipe(Topic.ARRIVALS, agent, burst(0, NOON, 100, NOON + SECOND - 1));
        pipe(Topic.ARRIVALS, agent, burst(1, NOON + SECOND, 100, NOON + 2 * SECOND));
        var stats =
                values(Topic.PATH_STATS).stream()
                        .map(value -> PathStatsCodec.read(value).stats())
                        .toList();
        assertEquals(List.of("host", "host"), stats.stream().map(each -> each.profile()).toList());
        assertEquals(0, stats.get(0).dropped());
        assertTrue(stats.get(1).dropped() > 0, stats::toString);
    }

    @Test
    void tellsEachSecondOfAPathUnderEveryProfile() {
        pipe(
                Topic.PROFILES,
                "tight".getBytes(UTF_8),
                ProfileCodec.write(
                        WhatIf.of(SoftnetProfile.LINUX_6.with("backlog", "9").named("tight"))));
        pipe(Topic.ARRIVALS, "router".getBytes(UTF_8), burst(0, NOON, 100, NOON + SECOND));
        var stats =
                values(Topic.PATH_STATS).stream()
                        .map(value -> PathStatsCodec.read(value).stats())
                        .toList();
        assertEquals(
                List.of("linux-6", "tight"), stats.stream().map(each -> each.profile()).toList());
        assertEquals(100, stats.get(0).offered());
        assertEquals(100, stats.get(0).delivered());
        long dropped = stats.get(1).dropped();
        assertTrue(dropped > 0 && dropped + stats.get(1).delivered() == 100, stats::toString);
        var fates = PathFatesCodec.read(values(Topic.PATH_FATES).getFirst());
        assertEquals(dropped, fates.fates().size());
        assertEquals("tight", fates.profile());
    }

    @Test
    void tellsWhatTheHostMeasuredAndThatTheModelParts() {
        byte[] agent = "router".getBytes(UTF_8);
        pipe(Topic.HOSTS, agent, router());
        for (int second = 0; second < 12; second++) {
            pipe(Topic.ARRIVALS, agent, measuredBurst(second, 200, 90));
        }
        var stats = values(Topic.PATH_STATS).stream().map(PathStatsCodec::read).toList();
        var measured =
                stats.stream().filter(of -> of.stats().profile().equals("measured")).toList();
        assertEquals(11, measured.size());
        assertEquals("eth0", measured.getFirst().capturePoint());
        assertEquals(90, measured.getFirst().stats().dropped());
        assertEquals(11, stats.stream().filter(of -> of.stats().profile().equals("host")).count());
        var findings = values(Topic.FINDINGS).stream().map(FindingCodec::read).toList();
        assertEquals("path-model-parts", findings.getFirst().kind());
        assertEquals(1, findings.size());
        assertEquals(900, findings.getFirst().count());
    }

    @Test
    void joinsWhatTwoAgentsSawOfAFlow() {
        for (String agent : List.of("router", "gw2")) {
            byte[] key = (agent + "/eth0/0").getBytes(UTF_8);
            pipe(Topic.FRAMES, key, frames(0, NOON, NOON + 1, NOON + 2));
            pipe(Topic.FRAMES, key, lastFrames(1));
        }
        assertEquals(
                List.of(List.of("router/eth0"), List.of("gw2/eth0")),
                values(Topic.FLOWS).stream()
                        .map(value -> FlowRecordCodec.read(value).capturePoints())
                        .toList());
        var joined = values(Topic.JOINED_FLOWS).stream().map(JoinedFlowCodec::read).toList();
        assertEquals(1, joined.size());
        assertEquals(3, joined.getFirst().originator().sums().packets());
        assertEquals(2, joined.getFirst().points().size());
    }

    @Test
    void rollsUpEachPacketOnceHoweverManyAgentsSawIt() {
        for (String agent : List.of("router", "gw2")) {
            byte[] key = (agent + "/eth0/0").getBytes(UTF_8);
            pipe(Topic.FRAMES, key, frames(0, NOON, NOON + 1, NOON + 2));
            pipe(Topic.FRAMES, key, lastFrames(1));
        }
        assertEquals(List.of(), values(Topic.ROLL_UPS), "others may end a little later");
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        driver.advanceWallClockTime(Duration.ofSeconds(100));
        assertEquals(2, counters.get(Count.FLOWS_SUMMED));
        var rollUps = values(Topic.ROLL_UPS).stream().map(RollUpCodec::read).toList();
        assertEquals(RollUps.SPANS.size() * Dimension.values().length, rollUps.size());
        for (RollUp each : rollUps) {
            assertEquals(new RollUp.Sums(1, 3, 126, 0), each.total());
        }
    }

    @Test
    void tellsAScanOnceAllEvidenceIsTogether() {
        pipe(Topic.FRAMES, LANE_KEY, scan(30));
        pipe(Topic.FRAMES, LANE_KEY, lastFrames(1));
        driver.advanceWallClockTime(Duration.ofSeconds(5));
        driver.advanceWallClockTime(Duration.ofSeconds(5));
        var findings = values(Topic.FINDINGS).stream().map(FindingCodec::read).toList();
        assertEquals(1, findings.size());
        assertEquals("port-scan", findings.getFirst().kind());
        assertEquals("10.0.0.9 to 192.0.2.1", findings.getFirst().subject());
        assertEquals(30, findings.getFirst().count());
    }

    @Test
    void putsWhatCannotBeReadAsideAndGoesOn() {
        byte[] whole = frames(0, NOON, NOON + 1, NOON + 2);
        byte[] cut = Arrays.copyOf(whole, whole.length - 20);
        pipe(Topic.FRAMES, LANE_KEY, "{\"not\": \"ours\"}".getBytes(UTF_8));
        pipe(Topic.FRAMES, LANE_KEY, cut);
        pipe(Topic.FRAMES, LANE_KEY, null);
        pipe(Topic.FRAMES, null, whole);
        pipe(Topic.ARRIVALS, LANE_KEY, whole);
        pipe(Topic.LEDGER, LANE_KEY, whole);
        pipe(Topic.FLOWS, LANE_KEY, whole);
        pipe(Topic.FLOW_EVIDENCE, LANE_KEY, whole);
        pipe(Topic.FRAMES, LANE_KEY, whole);
        List<DeadLetter> letters =
                values(Topic.DEAD_LETTERS).stream().map(DeadLetterCodec::read).toList();
        assertEquals(8, letters.size());
        assertEquals("headgate.frames", letters.get(0).topic());
        assertEquals(0, letters.get(0).offset());
        assertEquals("frame-engines", letters.get(0).processor());
        assertTrue(letters.get(1).reason().endsWith("(2 frames before that were used)"));
        assertEquals(cut.length, letters.get(1).valueLength());
        assertTrue(letters.get(2).reason().startsWith("a record without value"));
        assertTrue(letters.get(3).reason().startsWith("a record without key"));
        assertEquals("receive-paths", letters.get(4).processor());
        assertEquals("ledger-balance", letters.get(5).processor());
        assertEquals("flow-sums", letters.get(6).processor());
        assertEquals("flow-findings", letters.get(7).processor());
        assertEquals(2 + 3, counters.get(Count.FRAMES));
        assertEquals(8, counters.get(Count.DEAD_LETTERS));
    }

    @Test
    void drawsTheBalanceOfALedger() {
        pipe(Topic.LEDGER, "router".getBytes(UTF_8), ledger(10, 0));
        pipe(Topic.LEDGER, "router".getBytes(UTF_8), ledger(20, 4));
        var finding = FindingCodec.read(values(Topic.FINDINGS).getFirst());
        assertEquals("ring-overflow", finding.kind());
        assertEquals(4, finding.count());
    }

    /// Rules L1 to L5 of `docs/flows.md`.
    @Test
    void tellsWhereMissingBytesMayHaveBeenLost() {
        assertEquals(LossPlace.UNKNOWN, placeOfGap(0, 0));
        pipe(Topic.LEDGER, "router".getBytes(UTF_8), ledger(10 * SECOND, 0));
        assertEquals(LossPlace.BEFORE_CAPTURE, placeOfGap(SECOND, 0));
        assertEquals(LossPlace.UNKNOWN, placeOfGap(9 * SECOND, 0), "the ledger is not so far yet");
        pipe(Topic.LEDGER, "router".getBytes(UTF_8), ledger(20 * SECOND, 4));
        assertEquals(LossPlace.SOCKET, placeOfGap(12 * SECOND, 0));
        assertEquals(LossPlace.IN_CAPTURE, placeOfGap(14 * SECOND, 1), "and a batch");
        assertEquals(LossPlace.BEFORE_CAPTURE, placeOfGap(2 * SECOND, 0));
        assertEquals(LossPlace.UNKNOWN, placeOfGap(-SECOND, 0), "before the agent had started");
        pipe(Topic.LEDGER, "router".getBytes(UTF_8), ledger(30 * SECOND, 4));
        assertEquals(LossPlace.BATCHES, placeOfGap(25 * SECOND, 1));
        assertEquals(8, counters.get(Count.FLOWS));
        assertEquals(3, counters.get(Count.LOSSES));
    }

    @Test
    void keepsTheRateOfSampling() {
        var codec = new FrameBatchCodec();
        var sampled =
                new FrameBatchHeader(
                        "router", "eth0", INTERFACES, 0, 1, 0, 0, Clock.HOST, 0, "", null, 16);
        codec.begin(sampled.asLast());
        add(codec, hex(TCP.formatted("02", 0, 0)), NOON);
        pipe(Topic.FRAMES, LANE_KEY, codec.finish());
        assertEquals(16, FlowRecordCodec.read(values(Topic.FLOWS).getFirst()).sampling());
    }

    // ---- What goes in ----

    /// A SYN from port 50000 or back, with its numbers.
    private static final String TCP =
            """
            020000000001 020000000009 0800
            45 00 0028 0000 4000 40 06 6ec6 0a000009 c0000201
            c350 0050 %2$08x %3$08x 50%1$s 0400 0000 0000
            """;

    private static final String TCP_BACK =
            """
            020000000009 020000000001 0800
            45 00 0028 0000 4000 40 06 6ec6 c0000201 0a000009
            0050 c350 %2$08x %3$08x 50%1$s 0400 0000 0000
            """;

    private long batches;

    /// A connection that lasts for two seconds and acknowledges 999 bytes that were never seen; in
    /// its midst so many batches are missing.
    private LossPlace placeOfGap(long afterNanos, int missingBatches) {
        long start = NOON + afterNanos;
        var codec = new FrameBatchCodec();
        codec.begin(header(batches));
        add(codec, hex(TCP.formatted("02", 0, 0)), start);
        add(codec, hex(TCP_BACK.formatted("12", 0, 1)), start + 1);
        pipe(Topic.FRAMES, LANE_KEY, codec.finish());
        batches += 1 + missingBatches;
        codec.begin(header(batches));
        add(codec, hex(TCP.formatted("10", 1, 1)), start + 2);
        add(codec, hex(TCP_BACK.formatted("10", 1, 1000)), start + 2 * SECOND);
        pipe(Topic.FRAMES, LANE_KEY, codec.finish());
        pipe(Topic.FRAMES, LANE_KEY, lastFrames(batches + 1));
        batches += 2;
        FlowRecord flow = FlowRecordCodec.read(values(Topic.FLOWS).getLast());
        assertEquals(999, flow.missingBytes());
        return flow.missingPlace();
    }

    /// Datagrams of one flow, one at each time.
    private static byte[] frames(long batchSequence, long... times) {
        byte[] datagram =
                hex(
                        """
                        020000000001 020000000009 0800
                        45 00 001c 0000 0000 40 11 aec7 0a000009 c0000201
                        c350 0035 0008 0000
                        """);
        var codec = new FrameBatchCodec();
        codec.begin(header(batchSequence));
        for (long nanos : times) {
            add(codec, datagram, nanos);
        }
        return codec.finish();
    }

    /// A SYN to each of so many ports.
    private static byte[] scan(int ports) {
        var codec = new FrameBatchCodec();
        codec.begin(header(0));
        for (int port = 1; port <= ports; port++) {
            byte[] syn =
                    hex(
                            """
                            020000000001 020000000009 0800
                            45 00 0028 0000 4000 40 06 6ec6 0a000009 c0000201
                            c350 %04x 00000001 00000000 5002 0400 0000 0000
                            """
                                    .formatted(port));
            add(codec, syn, NOON + port);
        }
        return codec.finish();
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
    }

    private static void add(FrameBatchCodec codec, byte[] bytes, long nanos) {
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        frame.arrivalNanos = nanos;
        new FrameDecoder().decode(frame);
        codec.add(frame, 0, FlowHash.symmetric(frame), frame.lengthCaptured);
    }

    private static byte[] lastFrames(long batchSequence) {
        var codec = new FrameBatchCodec();
        codec.begin(header(batchSequence).asLast());
        return codec.finish();
    }

    private static FrameBatchHeader header(long batchSequence) {
        return new FrameBatchHeader(
                "router", "eth0", INTERFACES, 0, 1, batchSequence, 0, Clock.HOST, 0, "", null, 1);
    }

    private static byte[] lastBurst(long batchSequence, long nanos, int count) {
        var codec = new ArrivalBatchCodec();
        for (int i = 0; i < count; i++) {
            codec.add(nanos, 1500, 0, -1, 0);
        }
        return codec.finish("router", "eth0", INTERFACES, batchSequence, 0, nanos, true);
    }

    private static byte[] burst(long batchSequence, long nanos, int count, long untilNanos) {
        var codec = new ArrivalBatchCodec();
        for (int i = 0; i < count; i++) {
            codec.add(nanos, 1500, 0, -1, 0);
        }
        return codec.finish("router", "eth0", INTERFACES, batchSequence, 0, untilNanos);
    }

    /// As a second begins, the host has dropped so many of its packets; then so many arrive.
    private static byte[] measuredBurst(int second, int count, int dropped) {
        var codec = new ArrivalBatchCodec();
        long start = NOON + second * SECOND;
        codec.setMeasured(
                new Measured(
                        NOON - SECOND,
                        start + 1_000_000,
                        new Ledger.Nic((long) second * count, 0, 0, 0),
                        List.of(
                                new SoftnetStat(
                                        0,
                                        (long) second * (count - dropped),
                                        (long) second * dropped,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0)),
                        new Ledger.Source((long) second * count, 0, 0, 0)));
        for (int i = 0; i < count; i++) {
            codec.add(start + 2_000_000 + i * 1_000_000L, 100, 0, -1, 0);
        }
        return codec.finish(
                "router", "eth0", INTERFACES, second, (long) second * count, start + 900_000_000);
    }

    private static byte[] rules(String name, String agent, String routes) {
        var documents = new TreeMap<String, String>();
        documents.put("route4.json", routes);
        return ProfileCodec.write(new WhatIf(name, null, agent, documents));
    }

    private static byte[] router() {
        return router(NOON, "[]");
    }

    private static byte[] router(long takenNanos, String routes) {
        return router(takenNanos, routes, 1000);
    }

    private static byte[] routerWithBacklog(long takenNanos, int backlog) {
        return router(takenNanos, "[]", backlog);
    }

    private static byte[] router(long takenNanos, String routes, int backlog) {
        var documents = new TreeMap<String, String>();
        documents.put(
                "link.json",
                """
                [{"ifindex":2,"ifname":"eth0","flags":["UP","LOWER_UP"],"mtu":1500,
                  "operstate":"UP","link_type":"ether","address":"02:00:00:00:00:01"}]
                """);
        documents.put(
                "addr.json",
                """
                [{"ifindex":2,"ifname":"eth0","flags":["UP","LOWER_UP"],"mtu":1500,
                  "operstate":"UP","link_type":"ether","address":"02:00:00:00:00:01",
                  "addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24}]}]
                """);
        documents.put("route4.json", routes);
        documents.put("rule4.json", RULES);
        documents.put("sysctl.txt", SYSCTLS + "net.core.netdev_max_backlog = " + backlog + "\n");
        documents.put("neigh.json", "[]");
        documents.put("maddr.json", "[]");
        return HostSnapshotCodec.write(
                new HostDocuments("router", takenNanos, "6.18.0", documents));
    }

    private static byte[] ledger(long received, long dropped) {
        return LedgerCodec.write(
                new Ledger(
                        "router",
                        "eth0",
                        NOON,
                        NOON + received,
                        false,
                        null,
                        null,
                        new Ledger.Source(received, dropped, 0, 0),
                        new Ledger.Handling(received - dropped, 0, 0, 0, 0, 0, 0),
                        new Ledger.Outbox(0, 0, 1),
                        null,
                        new Ledger.Published(1, received - dropped, 1, 0)));
    }

    private void pipe(Topic topic, byte[] key, byte[] value) {
        driver.createInputTopic(
                        Topics.DEFAULT.name(topic),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())
                .pipeInput(key, value, NOON / 1_000_000);
    }

    // ---- What comes out ----

    private List<byte[]> values(Topic topic) {
        return driver.createOutputTopic(
                        Topics.DEFAULT.name(topic),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())
                .readValuesToList();
    }

    // ---- The picture ----

    private static Path documentation() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("docs/stream.md"))) {
                return at.resolve("docs/stream.md");
            }
        }
        throw new AssertionError("no docs/stream.md above " + Path.of("").toAbsolutePath());
    }

    /// The first fenced block.
    private static String pictureIn(Path page) throws IOException {
        return Files.readString(page).split("```\n")[1].strip();
    }

    private static String draw(TopologyDescription description) {
        var lines = new ArrayList<String>();
        for (var graph : description.subtopologies()) {
            lines.add(draw(graph));
        }
        for (var store : description.globalStores()) {
            lines.add(
                    "%s ─► %s (on every process: %s)"
                            .formatted(
                                    String.join(", ", store.source().topicSet()),
                                    store.processor().name(),
                                    String.join(", ", store.processor().stores())));
        }
        List<String> order =
                List.of(
                        "frames",
                        "arrivals",
                        "flows",
                        "flow-evidence",
                        "ledger",
                        "hosts",
                        "profiles");
        return lines.stream()
                .sorted((a, b) -> order.indexOf(first(a)) - order.indexOf(first(b)))
                .collect(Collectors.joining("\n"));
    }

    private static String first(String line) {
        return line.substring(0, line.indexOf(' '));
    }

    private static String draw(TopologyDescription.Subtopology graph) {
        var sources = new TreeSet<String>();
        var processors = new ArrayList<String>();
        var sinks = new TreeSet<String>();
        for (var node : graph.nodes()) {
            switch (node) {
                case TopologyDescription.Source source -> sources.addAll(source.topicSet());
                case TopologyDescription.Sink sink -> sinks.add(sink.topic());
                case TopologyDescription.Processor processor ->
                        processors.add(
                                "%s (state: %s)"
                                        .formatted(
                                                processor.name(),
                                                String.join(", ", processor.stores())));
                default -> throw new AssertionError("a node of another kind: " + node);
            }
        }
        assertTrue(sinks.remove("dead-letters"), "a graph without dead letters");
        return "%s ─► %s ─► %s, dead-letters"
                .formatted(
                        String.join(", ", sources),
                        String.join(", ", processors),
                        String.join(", ", sinks));
    }
}
