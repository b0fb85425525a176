package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.HostDocuments;
import headgate.softnet.DropLog;
import headgate.softnet.DropReason;
import headgate.softnet.PathStats;
import headgate.softnet.QueueLayer;
import headgate.softnet.ReceivePath;
import headgate.softnet.RxListener;
import headgate.softnet.SoftnetProfile;
import headgate.softnet.StageStats;
import headgate.softnet.WaitQuantiles;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/// The codecs of the receive path's results and profiles.
class PathCodecsTest {
    static final PathStats STATS =
            new PathStats(
                    "linux-6",
                    1_700_000_000_000_000_000L,
                    1_700_000_001_000_000_000L,
                    100,
                    80,
                    15,
                    5,
                    List.of(
                            new StageStats(
                                    "backlog",
                                    1001,
                                    100,
                                    85,
                                    Map.of(DropReason.CPU_BACKLOG, 13L, DropReason.NOMEM, 2L),
                                    0,
                                    1001,
                                    12.5,
                                    WaitQuantiles.NONE),
                            new StageStats(
                                    "softirq",
                                    -1,
                                    85,
                                    80,
                                    Map.of(),
                                    5,
                                    700,
                                    0.25,
                                    WaitQuantiles.NONE)),
                    new WaitQuantiles(81, 1000, 900, 1900, 5000, 6000, 7000),
                    9,
                    80,
                    8,
                    1,
                    2,
                    3,
                    4,
                    500_000,
                    1,
                    400_000,
                    6,
                    0);
    static final SoftnetProfile PROFILE =
            SoftnetProfile.LINUX_6_RPS.with("backlog", "-1").named("no bound");

    static final WhatIf RULES =
            new WhatIf(
                    "no dns",
                    PROFILE,
                    "gw1",
                    new TreeMap<>(Map.of("route4.json", "[]", "nft.json", "")));

    /// Three frames of which a capture socket has room for two.
    static PathStats captured() {
        SoftnetProfile profile =
                SoftnetProfile.AF_PACKET
                        .with(Map.of("rcvbuf", "0", "truesize", "1152"))
                        .named("captured");
        QueueLayer path = QueueLayer.of(profile, RxListener.NONE);
        for (int i = 0; i < 3; i++) {
            path.offer(i, i, 60, 0);
        }
        return path.drain(10_000);
    }

    static DropLog drops() {
        var drops = new DropLog(2);
        drops.dropped(41, 1_700_000_000_000_000_007L, 1, DropReason.CPU_BACKLOG);
        drops.dropped(43, 1_700_000_000_000_000_009L, 63, DropReason.NOMEM);
        drops.dropped(44, 1_700_000_000_000_000_010L, 0, DropReason.CPU_BACKLOG);
        return drops;
    }

    @Test
    void statsComeBackWithTheirAgent() {
        var ofEth0 = new AgentPathStats("gw1", "eth0", STATS);
        byte[] value = PathStatsCodec.write(ofEth0);
        assertEquals(ofEth0, PathStatsCodec.read(value));
        GenericRecord generic = CodecContract.holds(PathStatsCodec.SCHEMA, value);
        assertEquals(5000L, generic.get("waitingP99Nanos"));
        CodecContract.refusesEveryPiece(value, PathStatsCodec::read);
    }

    @Test
    void statsOfAnEmptyIntervalComeBack() {
        PathStats empty = new ReceivePath(PROFILE, RxListener.NONE).drain(7);
        byte[] value = PathStatsCodec.write(new AgentPathStats("gw1", "eth0", empty));
        assertEquals(empty, PathStatsCodec.read(value).stats());
        CodecContract.holds(PathStatsCodec.SCHEMA, value);
    }

    @Test
    void fatesNameFramesUpToTheLimit() {
        byte[] value = PathFatesCodec.write("gw1", "eth0", "linux-6", drops());
        assertEquals(
                new PathFates(
                        "gw1",
                        "eth0",
                        "linux-6",
                        1,
                        List.of(
                                new PathFates.Fate(
                                        41, 1_700_000_000_000_000_007L, 1, DropReason.CPU_BACKLOG),
                                new PathFates.Fate(
                                        43, 1_700_000_000_000_000_009L, 63, DropReason.NOMEM))),
                PathFatesCodec.read(value));
        CodecContract.holds(PathFatesCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, PathFatesCodec::read);
    }

    @Test
    void namesEveryDropReasonInTheSchemaInItsPlace() {
        List<String> symbols = SchemaFiles.load("drop-reason").getEnumSymbols();
        assertEquals(List.of(DropReason.values()).toString(), symbols.toString());
    }

    @Test
    void aProfileComesBack() {
        byte[] value = ProfileCodec.write(WhatIf.of(PROFILE));
        assertEquals(WhatIf.of(PROFILE), ProfileCodec.read(value));
        CodecContract.holds(ProfileCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, ProfileCodec::read);
    }

    @Test
    void aRuleSetComesBackWithOrWithoutSettings() {
        var documents = new TreeMap<>(Map.of("route4.json", "[]", "nft.json", ""));
        for (var softnet : Arrays.asList(null, PROFILE)) {
            var rules = new WhatIf("no dns", softnet, "gw1", documents);
            byte[] value = ProfileCodec.write(rules);
            assertEquals(rules, ProfileCodec.read(value));
            CodecContract.holds(ProfileCodec.SCHEMA, value);
            CodecContract.refusesEveryPiece(value, ProfileCodec::read);
        }
    }

    @Test
    void aRuleSetTakesThePlaceOfTheHostsDocuments() {
        var rules =
                new WhatIf(
                        "no dns",
                        null,
                        "gw1",
                        new TreeMap<>(Map.of("route4.json", "[1]", "nft.json", "")));
        var host =
                new HostDocuments(
                        "gw1",
                        7,
                        "6.18",
                        new TreeMap<>(
                                Map.of("route4.json", "[]", "nft.json", "{}", "addr.json", "[]")));
        assertEquals(Map.of("route4.json", "[1]", "addr.json", "[]"), rules.over(host).documents());
        assertTrue(rules.isAbout("gw1") && !rules.isAbout("gw2"));
        assertTrue(WhatIf.of(PROFILE).isAbout("gw2") && !WhatIf.of(PROFILE).hasRules());
    }

    @Test
    void aProfileThatCannotBeSaysWhy() {
        assertEquals(
                "profile 'p': weight=0 is not allowed: 1 to 2147483647"
                        + " (net.core.dev_weight: packets of one backlog poll)",
                refusal("weight", "0"));
        assertEquals("profile 'p': no setting 'rings'", refusal("rings", "256").split(";")[0]);
    }

    private static String refusal(String key, String value) {
        var setting =
                new GenericData.Record(
                        ProfileCodec.SCHEMA.getField("settings").schema().getElementType());
        setting.put("key", key);
        setting.put("value", value);
        var profile = new GenericData.Record(ProfileCodec.SCHEMA);
        profile.put("name", "p");
        profile.put("settings", List.of(setting));
        profile.put("agent", "");
        profile.put("documents", List.of());
        byte[] bytes = CodecContract.write(ProfileCodec.SCHEMA, profile);
        return assertThrows(UnreadableValueException.class, () -> ProfileCodec.read(bytes))
                .getMessage();
    }

    @Test
    void stillReadsTheFirstRecordsEverPublished() {
        assertEquals(
                STATS,
                PathStatsCodec.read(CodecContract.golden("path-stats-1", PathStatsCodec.SCHEMA))
                        .stats());
        PathStats captured =
                PathStatsCodec.read(CodecContract.golden("path-stats-2", PathStatsCodec.SCHEMA))
                        .stats();
        assertEquals("tap", captured.stages().getLast().stage());
        assertEquals(
                Map.of(DropReason.PACKET_SOCK_ERROR, 1L), captured.stages().getLast().dropped());
        assertEquals(
                PathFatesCodec.read(PathFatesCodec.write("gw1", "eth0", "linux-6", drops())),
                PathFatesCodec.read(CodecContract.golden("path-fates-1", PathFatesCodec.SCHEMA)));
        WhatIf golden = ProfileCodec.read(CodecContract.golden("profile-2", ProfileCodec.SCHEMA));
        assertEquals(RULES.documents(), golden.documents());
        assertEquals("no dns of gw1", golden.name() + " of " + golden.agent());
        assertEquals("-1", golden.softnet().settings().get("backlog"));
        assertEquals(
                WhatIf.of(PROFILE),
                ProfileCodec.read(CodecContract.golden("profile-1", ProfileCodec.SCHEMA)));
    }
}
