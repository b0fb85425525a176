package headgate.capture;

import static headgate.capture.NetworkNamespaces.CAPTURE_ADDRESS;
import static headgate.capture.NetworkNamespaces.PEER_ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.capture.LiveSettings.Direction;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.pcap4j.core.PcapHandle;

/// What every live source promises, on a real wire: a veth pair between two namespaces, with
/// traffic of real programs.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LiveSourceContract extends FrameSourceContract {
    private static final int UDP_PAYLOAD_START = 14 + 20 + 8;

    NetworkNamespaces namespaces;

    abstract FrameSource open(LiveSettings settings, Consumer<String> notices) throws IOException;

    @Override
    protected FrameSource sourceOf(List<byte[]> frames) throws Exception {
        FrameSource source = openOn("cap0", s -> s.direction = Direction.IN);
        sendRaw(frames);
        return source;
    }

    @Override
    protected boolean ends() {
        return false;
    }

    /// A frame that may be kept.
    record Captured(byte[] bytes, int lengthOnWire, long arrivalNanos, int linkType) {
        static Captured of(Frame frame) {
            return new Captured(
                    frame.bytes.asSlice(frame.start, frame.lengthCaptured).toArray(JAVA_BYTE),
                    frame.lengthOnWire,
                    frame.arrivalNanos,
                    frame.linkType);
        }

        int udpNumber() {
            return ByteBuffer.wrap(bytes).getInt(UDP_PAYLOAD_START);
        }
    }

    @BeforeAll
    void makeNamespaces() throws Exception {
        namespaces = NetworkNamespaces.open();
    }

    @AfterAll
    void removeNamespaces() throws Exception {
        if (namespaces != null) {
            namespaces.close();
        }
    }

    @Test
    void handsOverEachFrameOfAPingInBothDirections() throws Exception {
        assumeTrue(NetworkNamespaces.has("ping"), "needs ping (package iputils-ping)");
        try (FrameSource source = openOn("cap0", _ -> {})) {
            long before = namespaces.framesIn() + namespaces.framesOut();
            namespaces.inPeer("ping", "-q", "-c", "20", "-i", "0.01", CAPTURE_ADDRESS);
            List<Captured> frames = drain(source);
            assertEquals(40, frames.size());
            assertEquals(namespaces.framesIn() + namespaces.framesOut() - before, frames.size());
        }
    }

    @Test
    void takesOnlyWhatComesInOrOnlyWhatGoesOut() throws Exception {
        try (FrameSource in = openOn("cap0", s -> s.direction = Direction.IN);
                FrameSource out = openOn("cap0", s -> s.direction = Direction.OUT)) {
            sendFromPeer(5001, 30, 100);
            sendFromCapture(PEER_ADDRESS, 5002, 20, 100);
            assertEquals(30, drain(in).size());
            assertEquals(20, drain(out).size());
            assertBalanced(in, 30, 0);
            assertBalanced(out, 20, 0);
        }
    }

    @Test
    void handsOverEachOfManyDatagramsOnceInOrderWithItsBytes() throws Exception {
        int count = 50_000;
        try (FrameSource source = openOn("cap0", s -> s.direction = Direction.IN)) {
            long from = nowNanos();
            List<Captured> frames = drainDuring(source, () -> sendFromPeer(5001, count, 200));
            assertEquals(count, frames.size());
            long last = from;
            for (int i = 0; i < count; i++) {
                Captured frame = frames.get(i);
                assertEquals(i, frame.udpNumber());
                assertEquals(UDP_PAYLOAD_START + 200, frame.bytes.length);
                assertEquals(frame.bytes.length, frame.lengthOnWire);
                assertEquals(LinkType.ETHERNET, frame.linkType);
                assertTrue(frame.arrivalNanos >= last, "time goes on");
                last = frame.arrivalNanos;
            }
            assertTrue(last <= nowNanos(), "no frame from the future");
            assertBalanced(source, count, 0);
        }
    }

    @Test
    void handsOverAnHttpDownloadWhole(@TempDir Path directory) throws Exception {
        assumeTrue(NetworkNamespaces.has("curl"), "needs curl");
        Files.write(directory.resolve("page"), new byte[3_000_000]);
        String jwebserver = Path.of(System.getProperty("java.home"), "bin/jwebserver").toString();
        namespaces.startInPeer(
                jwebserver, "-b", PEER_ADDRESS, "-p", "8000", "-d", directory.toString());
        try (FrameSource source = openOn("cap0", _ -> {})) {
            long before = framesSince(0);
            var frames =
                    new ArrayList<>(
                            drainDuring(
                                    source,
                                    () ->
                                            namespaces.inCapture(
                                                    "curl",
                                                    "-s",
                                                    "-f",
                                                    "-o",
                                                    "/dev/null",
                                                    "--retry",
                                                    "50",
                                                    "--retry-delay",
                                                    "0",
                                                    "--retry-connrefused",
                                                    "http://" + PEER_ADDRESS + ":8000/page")));
            // The kernel may ask for a neighbour, or the server close, after all has been quiet.
            long counted = framesSince(before);
            for (int i = 0; i < 5 && counted != frames.size(); i++) {
                frames.addAll(drain(source));
                counted = framesSince(before);
            }
            assertEquals(counted, frames.size());
            long bytes = frames.stream().mapToLong(Captured::lengthOnWire).sum();
            assertTrue(bytes > 3_000_000, bytes + " bytes on the wire");
            assertBalanced(source, frames.size(), 0);
        }
    }

    private long framesSince(long before) throws Exception {
        return namespaces.framesIn() + namespaces.framesOut() - before;
    }

    @Test
    void keepsVlanTagsWhereTheyWereOnTheWire() throws Exception {
        String addresses = "020000000001 020000000002";
        List<byte[]> sent =
                List.of(
                        hex(
                                addresses
                                        + "8100 6007  0800 4500 0014 0000 0000 4011 0000 0a4d0002 0a4d0001",
                                60), // priority 3, VLAN 7
                        hex(
                                addresses
                                        + "88a8 0064  8100 0007  0800 4500 0014 0000 0000 4011 0000 0a4d0002 0a4d0001",
                                64), // service tag 100
                        hex(addresses + "8100 0000  0806 0001", 60), // priority tag, VLAN 0
                        hex(
                                addresses + "0800 4500 0014 0000 0000 4011 0000 0a4d0002 0a4d0001",
                                60));
        try (FrameSource source = openOn("cap0", s -> s.direction = Direction.IN)) {
            sendRaw(sent);
            List<Captured> frames = drain(source);
            assertEquals(sent.size(), frames.size());
            for (int i = 0; i < sent.size(); i++) {
                assertArrayEquals(sent.get(i), frames.get(i).bytes);
                assertEquals(sent.get(i).length, frames.get(i).lengthOnWire);
            }
        }
    }

    @Test
    void filtersByVlanAlthoughTheKernelTakesTheTagOut() throws Exception {
        String addresses = "020000000001 020000000002";
        List<byte[]> sent =
                List.of(
                        hex(addresses + "8100 0007  0800 4500", 60),
                        hex(addresses + "8100 0008  0800 4500", 60),
                        hex(addresses + "0800 4500", 60));
        try (FrameSource source =
                openOn(
                        "cap0",
                        s -> {
                            s.filter = "vlan 7";
                            s.direction = Direction.IN;
                        })) {
            sendRaw(sent);
            List<Captured> frames = drain(source);
            assertEquals(1, frames.size());
            assertArrayEquals(sent.get(0), frames.get(0).bytes);
            assertBalanced(source, 1, 0);
        }
    }

    @Test
    void filtersWhatHasNoVlanTag() throws Exception {
        String udp = "0800 4500 001c 0000 0000 4011 0000 0a4d0002 0a4d0001 c350 1389 0008 0000";
        try (FrameSource source =
                openOn(
                        "cap0",
                        s -> {
                            s.filter = "udp and not vlan";
                            s.direction = Direction.IN;
                        })) {
            sendRaw(List.of(hex("020000000001 020000000002 8100 0007" + udp, 60)));
            sendFromPeer(5001, 3, 100);
            List<Captured> frames = drain(source);
            assertEquals(3, frames.size());
            assertBalanced(source, 3, 0);
        }
    }

    @Test
    void keepsTheTagsOfAVlanInterface() throws Exception {
        assumeTrue(addVlanInterface(), "this kernel has no VLAN interfaces (CONFIG_VLAN_8021Q)");
        try (FrameSource source =
                openOn(
                        "cap0",
                        s -> {
                            s.filter = "vlan 9";
                            s.direction = Direction.IN;
                        })) {
            namespaces.onPeerSide(() -> sendDatagrams("10.78.0.1", 5003, 25, 100));
            List<Captured> frames = drain(source);
            assertEquals(25, frames.stream().filter(f -> f.bytes.length > 100).count());
            for (Captured frame : frames) {
                assertEquals(0x81000009, ByteBuffer.wrap(frame.bytes).getInt(12));
            }
        }
    }

    private boolean addVlanInterface() throws Exception {
        try {
            namespaces.inPeer(
                    "ip", "link", "add", "link", "peer0", "name", "v9", "type", "vlan", "id", "9");
        } catch (IllegalStateException _) {
            return false;
        }
        namespaces.inPeer("ip", "address", "add", "10.78.0.2/24", "dev", "v9");
        namespaces.inPeer("ip", "link", "set", "v9", "up");
        namespaces.inPeer(
                "ip",
                "neighbour",
                "add",
                "10.78.0.1",
                "lladdr",
                NetworkNamespaces.CAPTURE_MAC,
                "dev",
                "v9");
        return true;
    }

    @Test
    void takesOnlyWhatTheFilterMatches() throws Exception {
        try (FrameSource source =
                openOn("cap0", s -> s.filter = "udp and dst port 5002 and not host 10.9.9.9")) {
            sendFromPeer(5001, 40, 100);
            sendFromPeer(5002, 15, 100);
            List<Captured> frames = drain(source);
            assertEquals(15, frames.size());
            for (Captured frame : frames) {
                assertEquals(5002, ByteBuffer.wrap(frame.bytes).getShort(14 + 20 + 2));
            }
            assertBalanced(source, 15, 0);
        }
    }

    @Test
    void cutsFramesAtTheSnaplenAndKeepsTheirLengthOnTheWire() throws Exception {
        for (String filter : List.of("", "udp")) {
            try (FrameSource source =
                    openOn(
                            "cap0",
                            s -> {
                                s.snaplen = 50;
                                s.filter = filter;
                                s.direction = Direction.IN;
                            })) {
                sendFromPeer(5001, 3, 200);
                List<Captured> frames = drain(source);
                assertEquals(3, frames.size());
                for (Captured frame : frames) {
                    assertEquals(50, frame.bytes.length);
                    assertEquals(UDP_PAYLOAD_START + 200, frame.lengthOnWire);
                }
            }
        }
    }

    @Test
    void neverHandsOverMoreThanTheLimitAndLosesNothingByIt() throws Exception {
        try (FrameSource source = openOn("cap0", s -> s.direction = Direction.IN)) {
            sendFromPeer(5001, 500, 100);
            var numbers = new ArrayList<Integer>();
            while (numbers.size() < 500) {
                int before = numbers.size();
                int handed = source.poll(f -> numbers.add(Captured.of(f).udpNumber()), 7);
                assertEquals(numbers.size() - before, handed);
                assertTrue(handed <= 7);
            }
            for (int i = 0; i < 500; i++) {
                assertEquals(i, numbers.get(i));
            }
            assertEquals(0, drain(source).size());
        }
    }

    @Test
    void goesOnAfterAHandlerThatThrew() throws Exception {
        try (FrameSource source = openOn("cap0", s -> s.direction = Direction.IN)) {
            sendFromPeer(5001, 10, 100);
            var numbers = new ArrayList<Integer>();
            int thrown = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (numbers.size() < 10 && System.nanoTime() < end) {
                try {
                    source.poll(
                            frame -> {
                                numbers.add(Captured.of(frame).udpNumber());
                                if (numbers.size() % 5 == 0) {
                                    throw new IllegalStateException("handler");
                                }
                            },
                            1000);
                } catch (IllegalStateException e) {
                    assertEquals("handler", e.getMessage());
                    thrown++;
                }
            }
            assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), numbers);
            assertEquals(2, thrown);
        }
    }

    @Test
    void seesEachFrameOfTheLoopbackInterfaceOnce() throws Exception {
        try (FrameSource source = openOn("lo", _ -> {})) {
            sendFromCapture("127.0.0.1", 5001, 10, 100);
            List<Captured> udp = drain(source).stream().filter(f -> f.bytes[14 + 9] == 17).toList();
            assertEquals(10, udp.size());
            assertBalanced(source, 10, 0);
        }
    }

    @Test
    void countsWhatItHadNoRoomForSoThatTheNumbersBalance() throws Exception {
        int count = 20_000;
        try (FrameSource source =
                openOn(
                        "cap0",
                        s -> {
                            s.snaplen = 2048;
                            s.ringBytes = 1 << 20;
                            s.blockBytes = 1 << 16;
                        })) {
            sendFromPeer(5001, count, 1000);
            int handed = drain(source).size();
            SourceStatistics statistics = source.statistics();
            assertEquals(count, statistics.received());
            assertTrue(statistics.dropped() > 0, "a ring of 1 MiB is too small for 20 MB");
            assertEquals(statistics.received() - statistics.dropped(), handed);
        }
    }

    @Test
    void keepsItsStatisticsAfterItWasClosed() throws Exception {
        FrameSource source = openOn("cap0", _ -> {});
        sendFromPeer(5001, 12, 100);
        drain(source);
        source.close();
        source.close();
        source.interrupt();
        assertEquals(12, source.statistics().received());
    }

    @Test
    void namesItsInterface() throws Exception {
        try (FrameSource source = openOn("cap0", s -> s.snaplen = 96)) {
            assertEquals(
                    List.of(new CaptureInterface("cap0", LinkType.ETHERNET, 96)),
                    source.interfaces());
        }
    }

    @Test
    void returnsSoonWhenItIsInterruptedWhileItWaits() throws Exception {
        try (FrameSource source = openOn("cap0", _ -> {})) {
            long fastestNanos = Long.MAX_VALUE;
            for (int i = 0; i < 10; i++) {
                source.interrupt();
                long from = System.nanoTime();
                assertEquals(0, source.poll(_ -> {}, 10));
                fastestNanos = Math.min(fastestNanos, System.nanoTime() - from);
            }
            assertTrue(fastestNanos < 50_000_000, "waited " + fastestNanos + " ns");
        }
    }

    @Test
    void waitsNoLongerThanATenthOfASecondForTheFirstFrame() throws Exception {
        try (FrameSource source = openOn("cap0", _ -> {})) {
            long fastestNanos = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long from = System.nanoTime();
                assertEquals(0, source.poll(_ -> {}, 10));
                fastestNanos = Math.min(fastestNanos, System.nanoTime() - from);
            }
            assertTrue(fastestNanos < 150_000_000, "waited " + fastestNanos + " ns");
        }
    }

    @Test
    void refusesAnInterfaceThatIsNotThereAndNamesThoseThatAre() {
        var refused =
                assertThrows(CaptureOpenException.class, () -> openOn("nosuch0", _ -> {}).close());
        assertEquals(CaptureOpenException.Reason.NO_SUCH_INTERFACE, refused.reason());
        assertTrue(refused.getMessage().contains("'nosuch0'"), refused.getMessage());
        assertTrue(refused.getMessage().contains("cap0"), refused.getMessage());
    }

    @Test
    void refusesAWrongFilterWithTheWordsOfLibpcapAndTheExpression() {
        var refused =
                assertThrows(
                        CaptureFilter.SyntaxException.class,
                        () -> openOn("cap0", s -> s.filter = "port and").close());
        assertTrue(refused.getMessage().contains("'port and'"), refused.getMessage());
        assertTrue(refused.getMessage().contains("syntax error"), refused.getMessage());
    }

    @Test
    void refusesAnInterfaceThatIsDown() throws Exception {
        addPair("idle0", "idle1");
        var refused =
                assertThrows(CaptureOpenException.class, () -> openOn("idle0", _ -> {}).close());
        assertEquals(CaptureOpenException.Reason.INTERFACE_DOWN, refused.reason());
        assertTrue(refused.getMessage().contains("'idle0'"), refused.getMessage());
    }

    @Test
    void waitsForAnInterfaceThatWasRemovedAndGoesOnWhenItIsMadeAgain() throws Exception {
        addPair("gone0", "gone1");
        setUp("gone0");
        onCaptureSideWith(
                "gone0",
                (source, notices) -> {
                    sendFrames("gone1", frames(5));
                    assertEquals(5, take(source, 5, 100).size());
                    namespaces.inCapture("ip", "link", "delete", "gone1");
                    pollUntilTold(source, notices, "interface 'gone0' was removed");
                    addPair("gone0", "gone1");
                    setUp("gone0");
                    pollUntilTold(source, notices, "interface 'gone0' is there again");
                    // libpcap opens an interface only when it is up, at the next look at it.
                    pollFor(source, 1);
                    sendFrames("gone1", frames(7));
                    assertEquals(7, take(source, 7, 100).size());
                    assertBalanced(source, 12, 0);
                });
    }

    @Test
    void waitsForAnInterfaceThatIsDownAndGoesOnWhenItIsUpAgain() throws Exception {
        addPair("down0", "down1");
        setUp("down0");
        onCaptureSideWith(
                "down0",
                (source, notices) -> {
                    sendFrames("down1", frames(5));
                    namespaces.inCapture("ip", "link", "set", "down0", "down");
                    List<byte[]> before = new ArrayList<>();
                    pollUntilTold(
                            source,
                            frame -> before.add(bytes(frame)),
                            notices,
                            "interface 'down0' is down; waiting for it");
                    assertEquals(5, before.size(), "what had arrived is handed over");
                    setUp("down0");
                    pollUntilTold(source, notices, "interface 'down0' is up again");
                    sendFrames("down1", frames(7));
                    assertEquals(7, take(source, 7, 100).size());
                    assertBalanced(source, 12, 0);
                });
    }

    @Test
    void followsAnInterfaceThatIsRenamed() throws Exception {
        addPair("old0", "old1");
        setUp("old0");
        onCaptureSideWith(
                "old0",
                (source, notices) -> {
                    assumeTrue(
                            renamesWhileUp("old0", "new0"),
                            "this kernel renames no interface that is up");
                    pollUntilTold(source, notices, "interface 'old0' is called 'new0' now");
                    sendFrames("old1", frames(7));
                    assertEquals(7, take(source, 7, 100).size());
                    assertEquals("new0", source.interfaces().getFirst().name());
                    assertBalanced(source, 7, 0);
                });
    }

    private boolean renamesWhileUp(String from, String to) throws Exception {
        try {
            namespaces.inCapture("ip", "link", "set", from, "name", to);
            return true;
        } catch (IllegalStateException _) {
            return false;
        }
    }

    interface Scene {
        void play(FrameSource source, List<String> notices) throws Exception;
    }

    /// Opens an interface and plays a scene on a thread of the capturing namespace, as an agent
    /// there would: a source may look for its interface again.
    private void onCaptureSideWith(String interfaceName, Scene scene) throws Exception {
        var notices = new CopyOnWriteArrayList<String>();
        LiveSettings settings =
                LiveSettings.of(interfaceName).with(draft -> draft.direction = Direction.IN);
        namespaces.onCaptureSide(() -> {
            try (FrameSource source = open(settings, notices::add)) {
                scene.play(source, notices);
            }
            return null;
        });
    }

    private static void pollUntilTold(FrameSource source, List<String> notices, String words)
            throws IOException {
        pollUntilTold(source, _ -> {}, notices, words);
    }

    private static void pollUntilTold(
            FrameSource source, FrameHandler handler, List<String> notices, String words)
            throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (notices.stream().noneMatch(notice -> notice.startsWith(words))) {
            assertTrue(System.nanoTime() < end, () -> words + " not told, but " + notices);
            source.poll(handler, 1000);
        }
    }

    private void setUp(String interfaceName) throws Exception {
        namespaces.inCapture("ip", "link", "set", interfaceName, "up");
    }

    /// Sends frames out of an interface of the capturing namespace.
    void sendFrames(String interfaceName, List<byte[]> frames) throws Exception {
        namespaces.onCaptureSide(() -> send(interfaceName, frames));
    }

    /// Two ends in the capturing namespace; the second one is up.
    void addPair(String first, String second) throws Exception {
        namespaces.inCapture("ip", "link", "add", first, "type", "veth", "peer", "name", second);
        namespaces.inCapture("ip", "link", "set", second, "up");
    }

    /// Opens an interface with a ring that is quickly made, and with what a test changes.
    FrameSource openOn(String interfaceName, Consumer<LiveSettings.Draft> change) throws Exception {
        LiveSettings settings =
                LiveSettings.of(interfaceName)
                        .with(draft -> {
                            draft.ringBytes = 32 << 20;
                            draft.blockBytes = 1 << 20;
                            change.accept(draft);
                        });
        return namespaces.onCaptureSide(() -> open(settings, _ -> {}));
    }

    /// All frames until none came for a while.
    static List<Captured> drain(FrameSource source) throws IOException {
        var frames = new ArrayList<Captured>();
        long quietSince = System.nanoTime();
        while (System.nanoTime() - quietSince < 250_000_000) {
            if (source.poll(frame -> frames.add(Captured.of(frame)), 1000) > 0) {
                quietSince = System.nanoTime();
            }
        }
        return frames;
    }

    /// All frames from before a task is begun until none came for a while after its end.
    static List<Captured> drainDuring(FrameSource source, Task task) throws Exception {
        var running =
                new FutureTask<Void>(() -> {
                    task.run();
                    return null;
                });
        Thread.ofPlatform().daemon().start(running);
        var frames = new ArrayList<Captured>();
        while (!running.isDone()) {
            source.poll(frame -> frames.add(Captured.of(frame)), 1000);
        }
        running.get();
        frames.addAll(drain(source));
        return frames;
    }

    interface Task {
        void run() throws Exception;
    }

    static void pollFor(FrameSource source, int seconds) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            source.poll(_ -> {}, 1000);
        }
    }

    static void assertBalanced(FrameSource source, long handed, long dropped) {
        SourceStatistics statistics = source.statistics();
        assertEquals(dropped, statistics.dropped());
        assertEquals(handed, statistics.received() - statistics.dropped());
    }

    void sendFromPeer(int port, int count, int payloadBytes) throws Exception {
        namespaces.onPeerSide(() -> sendDatagrams(CAPTURE_ADDRESS, port, count, payloadBytes));
    }

    void sendFromCapture(String address, int port, int count, int payloadBytes) throws Exception {
        namespaces.onCaptureSide(() -> sendDatagrams(address, port, count, payloadBytes));
    }

    /// Numbered datagrams to a port where a sink takes them.
    private static int sendDatagrams(String address, int port, int count, int payloadBytes)
            throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(payloadBytes);
        try (var socket = new DatagramSocket()) {
            for (int i = 0; i < count; i++) {
                payload.putInt(0, i);
                socket.send(
                        new DatagramPacket(
                                payload.array(),
                                payloadBytes,
                                new InetSocketAddress(address, port)));
            }
        }
        return count;
    }

    void sendRaw(List<byte[]> frames) throws Exception {
        namespaces.onPeerSide(() -> send("peer0", frames));
    }

    private static int send(String interfaceName, List<byte[]> frames) throws Exception {
        try (PcapHandle handle = new PcapHandle.Builder(interfaceName).build()) {
            for (byte[] frame : frames) {
                handle.sendPacket(frame);
            }
        }
        return frames.size();
    }

    /// @param length zeros fill the frame up to here
    static byte[] hex(String digits, int length) {
        byte[] bytes = HexFormat.of().parseHex(digits.replace(" ", ""));
        return Arrays.copyOf(bytes, length);
    }

    private static long nowNanos() {
        var now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
