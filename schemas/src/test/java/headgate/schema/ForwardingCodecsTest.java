package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.forwarding.Fate;
import headgate.forwarding.FateChange;
import headgate.forwarding.FlowVerdict;
import headgate.forwarding.HostDocuments;
import headgate.forwarding.VerdictStats;
import headgate.packet.FlowKey;
import headgate.packet.IpAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/// The codecs of host snapshots, verdicts and fate changes.
class ForwardingCodecsTest {
    private static final long SECOND = 1_700_000_001_000_000_000L;

    private static final HostDocuments HOST =
            new HostDocuments(
                    "gw1",
                    SECOND,
                    "6.12.57",
                    new TreeMap<>(
                            Map.of(
                                    "route4.json",
                                    "[{\"dst\":\"default\",\"gateway\":\"10.0.3.2\",\"dev\":\"eth3\"}]",
                                    "sysctl.txt",
                                    "net.ipv4.ip_forward = 1\n")));

    private static final FlowKey DNS = flow("10.0.0.9", "1.1.1.1", 17, 4242, 53);

    private static final Fate FORWARD =
            new Fate(
                    "forward",
                    "",
                    "",
                    "",
                    "100: from 10.0.0.9 lookup 100",
                    "default via 10.0.3.2 dev eth3 table 100",
                    "10.0.3.2",
                    "02:bb:00:03:00:02",
                    "eth3");

    private static final Fate REJECT =
            new Fate("reject", "PROHIBIT", "NOT_SPECIFIED", "3/13", "", "", "", "", "");

    private static final FlowVerdict VERDICT =
            new FlowVerdict("gw1", "eth0", SECOND, DNS, FORWARD, 3, 210);

    private static final FateChange CHANGE =
            new FateChange(
                    "gw1", "eth0", SECOND, "no-dns", DNS, FORWARD, REJECT, 3, 210, SECOND + 7);

    private static final VerdictStats STATS =
            new VerdictStats(
                    "gw1",
                    "eth0",
                    2,
                    SECOND,
                    7,
                    900,
                    new TreeMap<>(Map.of("forward", 6L, "drop", 1L)),
                    new TreeMap<>(Map.of("IP_RPFILTER", 1L)),
                    new TreeMap<>(Map.of("Ip.InReceives", 7L)));

    private static FlowKey flow(String from, String to, int protocol, int source, int destination) {
        IpAddress a = IpAddress.parse(from);
        IpAddress b = IpAddress.parse(to);
        return new FlowKey(
                a.version(), a.high(), a.low(), b.high(), b.low(), protocol, source, destination);
    }

    @Test
    void aHostComesBackWithAllItsDocuments() {
        byte[] value = HostSnapshotCodec.write(HOST);
        assertEquals(HOST, HostSnapshotCodec.read(value));
        CodecContract.holds(HostSnapshotCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, HostSnapshotCodec::read);
    }

    @Test
    void aHostMayHaveNoDocument() {
        var bare = new HostDocuments("gw1", 0, "", new TreeMap<>());
        assertEquals(bare, HostSnapshotCodec.read(HostSnapshotCodec.write(bare)));
        CodecContract.holds(HostSnapshotCodec.SCHEMA, HostSnapshotCodec.write(bare));
    }

    @Test
    void aVerdictComesBackAndBearsItsFlowsName() {
        byte[] value = VerdictCodec.write(VERDICT);
        assertEquals(VERDICT, VerdictCodec.read(value));
        GenericRecord generic = CodecContract.holds(VerdictCodec.SCHEMA, value);
        assertEquals(headgate.packet.CommunityId.of(DNS), generic.get("communityId").toString());
        CodecContract.refusesEveryPiece(value, VerdictCodec::read);
    }

    @Test
    void aVerdictOfAFrameThatIsNotIpHasNoFlow() {
        var arp = new FlowVerdict("gw1", "eth0", SECOND, null, REJECT, 1, 42);
        byte[] value = VerdictCodec.write(arp);
        assertEquals(arp, VerdictCodec.read(value));
        assertNull(CodecContract.holds(VerdictCodec.SCHEMA, value).get("communityId"));
    }

    @Test
    void aFlowOfFragmentsHasNoPorts() {
        FlowKey fragments = flow("2001:db8::1", "2001:db8::2", 6, -1, -1);
        var verdict = new FlowVerdict("gw1", "eth0", SECOND, fragments, FORWARD, 1, 1514);
        byte[] value = VerdictCodec.write(verdict);
        assertEquals(verdict, VerdictCodec.read(value));
        CodecContract.holds(VerdictCodec.SCHEMA, value);
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        byte[] value = VerdictCodec.write(VERDICT);
        // 1.1.1.1 → 1.1.1.x
        int at = new String(value, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("1.1.1.1");
        value[at + 6] = 'x';
        assertThrows(UnreadableValueException.class, () -> VerdictCodec.read(value));
    }

    @Test
    void aFateChangeComesBack() {
        byte[] value = FateChangeCodec.write(CHANGE);
        assertEquals(CHANGE, FateChangeCodec.read(value));
        CodecContract.holds(FateChangeCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, FateChangeCodec::read);
    }

    @Test
    void verdictStatsComeBack() {
        byte[] value = VerdictStatsCodec.write(STATS);
        assertEquals(STATS, VerdictStatsCodec.read(value));
        CodecContract.holds(VerdictStatsCodec.SCHEMA, value);
        CodecContract.refusesEveryPiece(value, VerdictStatsCodec::read);
    }

    @Test
    void stillReadsTheFirstRecordsEverPublished() {
        assertEquals(
                HOST,
                HostSnapshotCodec.read(
                        CodecContract.golden("host-snapshot-1", HostSnapshotCodec.SCHEMA)));
        assertEquals(
                VERDICT,
                VerdictCodec.read(CodecContract.golden("flow-verdict-1", VerdictCodec.SCHEMA)));
        assertEquals(
                STATS,
                VerdictStatsCodec.read(
                        CodecContract.golden("verdict-stats-1", VerdictStatsCodec.SCHEMA)));
        assertEquals(
                CHANGE,
                FateChangeCodec.read(
                        CodecContract.golden("fate-change-2", FateChangeCodec.SCHEMA)));
        assertEquals(
                beforeThereWasAFirstTime(),
                FateChangeCodec.read(
                        CodecContract.golden("fate-change-1", FateChangeCodec.SCHEMA)));
    }

    private static FateChange beforeThereWasAFirstTime() {
        return new FateChange("gw1", "eth0", SECOND, "no-dns", DNS, FORWARD, REJECT, 3, 210, 0);
    }

    /// Makes the golden values above; argument: this module's directory. A golden value never
    /// changes.
    static final class Golden {
        private Golden() {}

        public static void main(String[] arguments) {
            Path module = Path.of(arguments[0]);
            CodecContract.makeGolden(
                    module,
                    "host-snapshot-1",
                    HostSnapshotCodec.SCHEMA,
                    HostSnapshotCodec.write(HOST));
            CodecContract.makeGolden(
                    module, "flow-verdict-1", VerdictCodec.SCHEMA, VerdictCodec.write(VERDICT));
            CodecContract.makeGolden(
                    module, "fate-change-2", FateChangeCodec.SCHEMA, FateChangeCodec.write(CHANGE));
            CodecContract.makeGolden(
                    module,
                    "verdict-stats-1",
                    VerdictStatsCodec.SCHEMA,
                    VerdictStatsCodec.write(STATS));
        }
    }
}
