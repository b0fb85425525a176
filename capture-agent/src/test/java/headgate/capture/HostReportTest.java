package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostDocuments;
import headgate.forwarding.Verdict;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.Ledger;
import headgate.schema.Topic;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the agent says of a host that changes under it: one that we made, and change.
@Timeout(180)
class HostReportTest {
    private NetworkNamespaces namespaces;
    private final Snapshots snapshots = new Snapshots();
    private final List<String> notices = new CopyOnWriteArrayList<>();

    @BeforeEach
    void makeNamespaces() throws Exception {
        namespaces = NetworkNamespaces.open();
        namespaces.inCapture("sysctl", "-qw", "net.ipv4.ip_forward=1");
    }

    @AfterEach
    void removeNamespaces() throws Exception {
        if (namespaces != null) {
            namespaces.close();
        }
    }

    @Test
    void publishesARouteThatIsAddedSoThatTheNextFramesAreJudgedByIt() throws Exception {
        try (var _ = report()) {
            assertEquals("IP_INNOROUTES", fate(snapshots.next()));
            namespaces.inCapture("ip", "route", "add", "192.0.2.0/24", "via", "10.77.0.2");
            long changedNanos = System.nanoTime();
            HostDocuments after = snapshots.next();
            long tookMillis = (System.nanoTime() - changedNanos) / 1_000_000;
            assertEquals("out cap0", fate(after));
            assertTrue(
                    tookMillis < 29_000, "told after " + tookMillis + " ms, not when looked for");
            assertTrue(
                    notices.stream()
                            .anyMatch(n -> n.startsWith("the host has changed: route4.json")),
                    notices::toString);
        }
    }

    @Test
    void tellsOfSettingsAndOfThePacketFilter() throws Exception {
        try (var _ = report()) {
            snapshots.next();
            namespaces.inCapture("sysctl", "-qw", "net.ipv4.conf.cap0.accept_local=1");
            HostDocuments stricter = snapshots.next();
            assertTrue(
                    stricter.documents()
                            .get("sysctl.txt")
                            .contains("net.ipv4.conf.cap0.accept_local = 1"));
            if (NetworkNamespaces.has("nft")) {
                namespaces.inCapture("nft", "add", "table", "ip", "fence");
                assertTrue(snapshots.next().documents().get("nft.json").contains("fence"));
            }
        }
    }

    @Test
    void saysNothingAboutWhatChangesNothing() throws Exception {
        try (var _ = report()) {
            snapshots.next();
            namespaces.inCapture("ip", "route", "add", "192.0.2.0/24", "via", "10.77.0.2");
            namespaces.inCapture("ip", "route", "del", "192.0.2.0/24", "via", "10.77.0.2");
            namespaces.inCapture("ip", "link", "set", "cap0", "alias", "x");
            HostDocuments after = snapshots.next();
            assertEquals("IP_INNOROUTES", fate(after), "three changes in one");
        }
        assertTrue(notices.getLast().startsWith("the host changed 1 times: "), notices::toString);
    }

    private HostReport report() throws Exception {
        CaptureSettings settings =
                CaptureSettings.of(
                                new CaptureSettings.Input.Live(
                                        List.of(LiveSettings.of("cap0")), FrameSources.Live.AUTO),
                                CaptureSettings.Publishing.to("localhost:9092"))
                        .with(draft -> draft.agent = "gw1");
        AgentListener listener =
                new AgentListener() {
                    @Override
                    public void onNotice(String notice) {
                        notices.add(notice);
                    }
                };
        return namespaces.onCaptureSide(() -> new HostReport(settings, listener, snapshots));
    }

    /// What becomes of a datagram to 192.0.2.1 that comes in by cap0.
    private static String fate(HostDocuments host) throws Exception {
        byte[] datagram =
                HexFormat.of()
                        .parseHex(
                                """
                                020000000001 020000000002 0800    # from the peer to this host
                                45 00 001c 0000 0000 40 11 ae81   # UDP, 28 bytes, time to live 64
                                0a4d0002 c0000201                 # 10.77.0.2 to 192.0.2.1
                                c350 0035 0008 0000
                                """
                                        .replaceAll("#.*|\\s", ""));
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(datagram);
        frame.lengthCaptured = frame.lengthOnWire = datagram.length;
        new FrameDecoder().decode(frame);
        return switch (new ForwardingPath(host.read()).decide(frame, "cap0")) {
            case Verdict.Forward forward -> "out " + forward.device();
            case Verdict.Refused refused -> refused.dropReason().name();
            case Verdict other -> other.toString();
        };
    }

    /// An outbox that hands snapshots on to the test.
    private static final class Snapshots implements Outbox {
        private final BlockingQueue<byte[]> values = new LinkedBlockingQueue<>();

        HostDocuments next() throws InterruptedException {
            byte[] value = values.poll(45, TimeUnit.SECONDS);
            assertTrue(value != null, "no snapshot within 45 s");
            return HostSnapshotCodec.read(value);
        }

        @Override
        public void offer(Topic topic, byte[] key, int lane, byte[] value, int frames) {
            assertEquals(Topic.HOSTS, topic);
            values.add(value);
        }

        @Override
        public long waitingBytes() {
            return 0;
        }

        @Override
        public long capacityBytes() {
            return 1 << 20;
        }

        @Override
        public void awaitRoom(long millis) {}

        @Override
        public Standing standing() {
            return new Standing(
                    new Ledger.Outbox(0, 0, capacityBytes()),
                    null,
                    new Ledger.Published(0, 0, 0, 0));
        }
    }
}
