package headgate.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.finding.Finding;
import headgate.schema.Ledger;
import headgate.schema.Measured;
import headgate.softnet.DropReason;
import headgate.softnet.PathStats;
import headgate.softnet.QueueLayer;
import headgate.softnet.ReceivePath;
import headgate.softnet.RxListener;
import headgate.softnet.SoftnetProfile;
import headgate.softnet.SoftnetStat;
import headgate.softnet.StageStats;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasuredPathTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOON = 1_750_000_000L * SECOND;

    private final List<PathStats> told = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final MeasuredPath.Listener listener =
            new MeasuredPath.Listener() {
                @Override
                public void onMeasured(PathStats measured) {
                    told.add(measured);
                }

                @Override
                public void onFinding(Finding finding) {
                    findings.add(finding);
                }
            };

    /// The host has dropped a share of so many packets a second for so long.
    private static Measured measured(int second, long packets, long dropped) {
        return measured(second, packets, dropped, 0);
    }

    private static Measured measured(int second, long packets, long dropped, long uncaptured) {
        return new Measured(
                NOON,
                NOON + second * SECOND + 3_000_000, // read a little late
                new Ledger.Nic(second * packets, 0, 0, 0),
                List.of(
                        new SoftnetStat(
                                0, second * (packets - dropped), second * dropped, 0, 0, 0, 0, 0),
                        new SoftnetStat(1, 0, 0, second, 0, 0, 0, 0)),
                new Ledger.Source(second * packets, second * uncaptured, 0, 0));
    }

    /// Twelve seconds with so many packets each, of which the model drops none.
    private MeasuredPath run(MeasuredPath path, int from, int to, long measured, long dropped) {
        var model = new ReceivePath(SoftnetProfile.LINUX_6.named("host"), RxListener.NONE);
        for (int second = from; second < to; second++) {
            long start = NOON + second * SECOND;
            path.take(measured(second, measured, dropped));
            for (int i = 0; i < 500; i++) {
                model.offer(i, start + i * 1_000_000L, 100, 0);
            }
            path.onTime("gw", "eth0", start + 500_000_000L, listener);
            path.onModelled(model.drain(start + SECOND));
        }
        return path;
    }

    @Test
    void tellsEachSecondInTheWordsOfTheModel() {
        run(new MeasuredPath(), 1, 4, 500, 100);
        assertEquals(2, told.size());
        PathStats second = told.getFirst();
        assertEquals("measured", second.profile());
        assertEquals(NOON + SECOND + 3_000_000, second.startNanos());
        assertEquals(500, second.offered());
        assertEquals(100, second.dropped());
        assertEquals(1, second.timeSqueeze());
        assertEquals(
                List.of("ring", "backlog", "tap"),
                second.stages().stream().map(stage -> stage.stage()).toList());
        assertEquals(400, second.stages().get(1).delivered());
        assertEquals(100, second.stages().get(1).droppedPackets());
    }

    @Test
    void findsThatTheyPartAndSaysOnWhatEvidence() {
        run(new MeasuredPath(), 1, 13, 500, 100);
        assertEquals(1, findings.size());
        Finding finding = findings.getFirst();
        assertEquals("path-model-parts", finding.kind());
        assertEquals("eth0", finding.subject());
        assertEquals(1000, finding.count());
        assertEquals(
                "the host drops 20.0 points more of its packets than the model of it says",
                finding.what());
        assertEquals(
                List.of(
                        "ring: measured 0 of 5000 packets dropped, modelled 0 of 0",
                        "backlog: measured 1000 of 5000 packets dropped, modelled 0 of 5000",
                        "tap: measured 0 of 5000 packets dropped, modelled 0 of 0",
                        "time_squeeze: measured 10, modelled 0"),
                finding.evidence());
        assertTrue(finding.advice().contains("--calibrate"), finding.advice());
    }

    @Test
    void tellsWhatTheCaptureSocketDropped() {
        var path = new MeasuredPath();
        for (int second = 1; second < 4; second++) {
            path.take(measured(second, 500, 0, 30));
            path.onTime("gw", "eth0", NOON + (second + 1) * SECOND, listener);
        }
        PathStats second = told.getFirst();
        StageStats tap = second.stages().getLast();
        assertEquals("tap", tap.stage());
        assertEquals(500, tap.offered(), "what the socket received has its drops in it");
        assertEquals(470, tap.delivered());
        assertEquals(Map.of(DropReason.PACKET_SOCK_ERROR, 30L), tap.dropped());
        assertEquals(500, second.delivered(), "the host had them");
        assertEquals(0, second.dropped());
    }

    /// The agent loses 30 of 500 packets a second; a profile captures with a reader of that speed.
    private void runCapture(MeasuredPath path, String profile, long readerNanos) {
        SoftnetProfile settings =
                SoftnetProfile.AF_PACKET
                        .with("reader_ns", Long.toString(readerNanos))
                        .with("rcvbuf", "1152") // room for 3 frames of 832
                        .named(profile);
        QueueLayer model = QueueLayer.of(settings, RxListener.NONE);
        for (int second = 1; second < 13; second++) {
            long start = NOON + second * SECOND;
            path.take(measured(second, 500, 0, 30));
            for (int i = 0; i < 500; i++) {
                model.offer(i, start + i * 1_000_000L, 100, 0);
            }
            path.onTime("gw", "eth0", start + 500_000_000L, listener);
            path.onModelled(model.drain(start + SECOND));
        }
    }

    @Test
    void findsThatTheCaptureSocketParts() {
        var path = new MeasuredPath();
        path.compareCaptureWith("ours");
        runCapture(path, "ours", 1_000);
        assertEquals(1, findings.size());
        Finding finding = findings.getFirst();
        assertEquals(
                "the capture socket drops 6.0 points more of its packets than the model of it says",
                finding.what());
        assertEquals(300, finding.count());
        assertTrue(
                finding.evidence()
                        .contains("tap: measured 300 of 5000 packets dropped, modelled 0 of 5000"),
                finding.evidence()::toString);
        assertTrue(finding.advice().contains("larger ring"), finding.advice());
    }

    @Test
    void findsThatTheModelOfTheCaptureSocketLosesMore() {
        var path = new MeasuredPath();
        path.compareCaptureWith("ours");
        runCapture(path, "ours", 2_000_000);
        assertTrue(findings.getFirst().what().contains("points less"), findings::toString);
        assertTrue(findings.getFirst().advice().contains("reader_ns"), findings::toString);
    }

    @Test
    void comparesTheCaptureSocketWithNoOtherProfile() {
        var path = new MeasuredPath();
        path.compareCaptureWith("ours");
        runCapture(path, "theirs", 1_000);
        assertEquals(List.of(), findings);
        assertEquals(11, told.size());
    }

    @Test
    void findsNothingWhereTheyAgreeWithinAPoint() {
        run(new MeasuredPath(), 1, 30, 500, 4);
        assertEquals(List.of(), findings);
        assertEquals(28, told.size());
    }

    @Test
    void saysThatTheHostHasOtherTraffic() {
        run(new MeasuredPath(), 1, 13, 5000, 1000);
        assertTrue(findings.getFirst().advice().startsWith("Capture on all interfaces"));
    }

    @Test
    void goesOnInAnotherProcessAsIfNothingHadHappened() throws IOException {
        run(run(new MeasuredPath(), 1, 7, 500, 100), 7, 26, 500, 100);
        var whole = List.of(List.copyOf(told), List.copyOf(findings));
        told.clear();
        findings.clear();
        run(carried(run(new MeasuredPath(), 1, 7, 500, 100)), 7, 26, 500, 100);
        assertEquals(whole, List.of(told, findings));
        assertEquals(2, findings.size());
    }

    private static MeasuredPath carried(MeasuredPath path) throws IOException {
        var bytes = new ByteArrayOutputStream();
        path.save(new DataOutputStream(bytes));
        return MeasuredPath.restore(
                new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    @Test
    void beginsAgainWithAnotherRunOfTheAgent() {
        var path = run(new MeasuredPath(), 1, 6, 500, 100);
        Measured later = measured(7, 500, 100);
        path.take(
                new Measured(
                        NOON + 6 * SECOND,
                        later.atNanos(),
                        new Ledger.Nic(0, 0, 0, 0),
                        List.of(),
                        later.socket()));
        path.onTime("gw", "eth0", NOON + 8 * SECOND, listener);
        assertEquals(4, told.size(), "no counter runs backwards");
    }
}
