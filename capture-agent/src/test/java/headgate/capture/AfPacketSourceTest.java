package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.LiveSettings.Fanout;
import headgate.capture.LiveSettings.Timestamps;
import headgate.capture.afpacket.AfPacketSource;
import headgate.packet.FrameDecoder;
import headgate.packet.LinkType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AfPacketSourceTest extends LiveSourceContract {
    @Override
    FrameSource open(LiveSettings settings, Consumer<String> notices) throws IOException {
        return AfPacketSource.openAll(settings, notices).getFirst();
    }

    @Test
    void refusesHardwareTimestampsOfAnInterfaceWithoutThem() {
        var refused =
                assertThrows(
                        CaptureOpenException.class,
                        () -> openOn("cap0", s -> s.timestamps = Timestamps.HARDWARE).close());
        assertEquals(CaptureOpenException.Reason.NOT_SUPPORTED, refused.reason());
        assertTrue(refused.getMessage().contains("ethtool -T cap0"), refused.getMessage());
    }

    @Test
    void isPromiscuousOnlyWhereItIsAskedTo() throws Exception {
        for (boolean promiscuous : List.of(true, false)) {
            try (FrameSource _ = openOn("cap0", s -> s.promiscuous = promiscuous)) {
                assertEquals(promiscuous ? 1 : 0, promiscuity());
            }
            assertEquals(0, promiscuity());
        }
    }

    private int promiscuity() throws Exception {
        String words = namespaces.inCapture("ip", "-d", "link", "show", "cap0");
        return Integer.parseInt(words.replaceAll("(?s).*promiscuity (\\d+).*", "$1"));
    }

    @Test
    void looksForFramesWithoutSleepingForAsLongAsItIsTold() throws Exception {
        // Other programs may have the CPUs meanwhile: of ten polls the one that says most counts.
        assertTrue(pollNanos(0).min().orElseThrow() < 10_000_000, "does not sleep");
        assertTrue(pollNanos(50_000).max().orElseThrow() > 10_000_000, "does not look for 50 ms");
    }

    /// The CPU time that each of ten polls takes that find nothing.
    private LongStream pollNanos(int busyPollMicros) throws Exception {
        var threads = ManagementFactory.getThreadMXBean();
        var nanos = LongStream.builder();
        try (FrameSource source = openOn("cap0", s -> s.busyPollMicros = busyPollMicros)) {
            for (int i = 0; i < 10; i++) {
                long before = threads.getCurrentThreadCpuTime();
                assertEquals(0, source.poll(_ -> {}, 10));
                nanos.add(threads.getCurrentThreadCpuTime() - before);
            }
        }
        return nanos.build();
    }

    @Test
    void bothDirectionsOfAFlowMeetInOneRingOfSeveral() throws Exception {
        int flows = 64;
        List<byte[]> there = new ArrayList<>();
        List<byte[]> back = new ArrayList<>();
        for (int flow = 0; flow < flows; flow++) {
            there.add(udp("0a4d0002", "0a4d0001", 20_000 + flow, 5001));
            back.add(udp("0a4d0001", "0a4d0002", 5001, 20_000 + flow));
        }
        List<AfPacketSource> rings = openRings(Fanout.HASH, Direction.BOTH);
        try {
            sendRaw(there);
            sendFrames("cap0", back);
            var ringOf = new HashMap<Integer, Integer>();
            int total = 0;
            var used = new HashSet<Integer>();
            for (int ring = 0; ring < rings.size(); ring++) {
                List<Captured> frames = drain(rings.get(ring));
                for (Captured frame : frames) {
                    ByteBuffer bytes = ByteBuffer.wrap(frame.bytes());
                    int port = Math.max(bytes.getShort(34) & 0xffff, bytes.getShort(36) & 0xffff);
                    assertEquals(
                            ring, ringOf.merge(port, ring, (first, _) -> first), "port " + port);
                    used.add(ring);
                }
                total += frames.size();
                assertBalanced(rings.get(ring), frames.size(), 0);
            }
            assertEquals(2 * flows, total);
            assertTrue(used.size() > 1, "64 flows in one ring of three");
        } finally {
            rings.forEach(AfPacketSource::close);
        }
    }

    @Test
    void eachFrameIsInOneOfSeveralRings() throws Exception {
        int count = 3000;
        for (Fanout fanout : Fanout.values()) {
            List<AfPacketSource> rings = openRings(fanout, Direction.IN);
            try {
                sendFromPeer(5001, count, 100);
                sendFromCapture(NetworkNamespaces.PEER_ADDRESS, 5002, 50, 100);
                var numbers = new HashSet<Integer>();
                int total = 0;
                for (AfPacketSource ring : rings) {
                    int last = -1;
                    for (Captured frame : drain(ring)) {
                        assertTrue(frame.udpNumber() > last, "in order");
                        last = frame.udpNumber();
                        numbers.add(last);
                        total++;
                    }
                }
                assertEquals(count, total, fanout.toString());
                assertEquals(count, numbers.size(), fanout.toString());
            } finally {
                rings.forEach(AfPacketSource::close);
            }
        }
    }

    @Test
    void severalRingsLoseNoFrameUncountedInAFlood() throws Exception {
        int count = 30_000;
        LiveSettings settings =
                LiveSettings.of("cap0")
                        .with(s -> {
                            s.snaplen = 2048;
                            s.ringBytes = 1 << 20;
                            s.blockBytes = 1 << 16;
                            s.threads = 2;
                            s.fanout = Fanout.CPU;
                            s.direction = Direction.IN;
                        });
        List<AfPacketSource> rings =
                namespaces.onCaptureSide(() -> AfPacketSource.openAll(settings, _ -> {}));
        try {
            sendFromPeer(5001, count, 1000);
            long received = 0;
            long dropped = 0;
            long handed = 0;
            for (AfPacketSource ring : rings) {
                handed += drain(ring).size();
                received += ring.statistics().received();
                dropped += ring.statistics().dropped();
            }
            assertEquals(count, received);
            assertTrue(dropped > 0, "2 MiB are too small for 30 MB");
            assertEquals(count, handed + dropped);
        } finally {
            rings.forEach(AfPacketSource::close);
        }
    }

    @Test
    void severalRingsGoOnWhenTheirInterfaceIsMadeAgain() throws Exception {
        addPair("many0", "many1");
        namespaces.inCapture("ip", "link", "set", "many0", "up");
        LiveSettings settings =
                LiveSettings.of("many0")
                        .with(s -> {
                            s.threads = 2;
                            s.direction = Direction.IN;
                        });
        List<AfPacketSource> rings =
                namespaces.onCaptureSide(() -> AfPacketSource.openAll(settings, _ -> {}));
        try {
            namespaces.inCapture("ip", "link", "delete", "many1");
            pollAll(rings);
            addPair("many0", "many1");
            namespaces.inCapture("ip", "link", "set", "many0", "up");
            pollAll(rings);
            sendFrames("many1", frames(9));
            int taken = 0;
            for (AfPacketSource ring : rings) {
                taken += drain(ring).size();
            }
            assertEquals(9, taken);
        } finally {
            rings.forEach(AfPacketSource::close);
        }
    }

    private static void pollAll(List<AfPacketSource> rings) throws IOException {
        for (int i = 0; i < 4; i++) {
            for (AfPacketSource ring : rings) {
                ring.poll(_ -> {}, 100);
            }
        }
    }

    @Test
    void theTwoDirectionsOfATapComeInTheOrderOfTheWire() throws Exception {
        addPair("east0", "east1");
        addPair("west0", "west1");
        namespaces.inCapture("ip", "link", "set", "east0", "up");
        namespaces.inCapture("ip", "link", "set", "west0", "up");
        try (FrameSource source = openOn("east0+west0", s -> s.direction = Direction.IN)) {
            List<byte[]> all = frames(20);
            for (int i = 0; i < 20; i++) {
                sendFrames(i % 2 == 0 ? "east1" : "west1", List.of(all.get(i)));
            }
            sendRaw(frames(5)); // of another interface
            var numbers = new ArrayList<Integer>();
            var places = new ArrayList<Integer>();
            var times = new ArrayList<Long>();
            pollUntil(
                    source,
                    frame -> {
                        numbers.add((int) bytes(frame)[59]);
                        places.add(frame.interfaceId);
                        times.add(frame.arrivalNanos);
                    },
                    20,
                    100);
            assertEquals(IntStream.range(0, 20).boxed().toList(), numbers);
            assertEquals(IntStream.range(0, 20).map(i -> i % 2).boxed().toList(), places);
            assertEquals(times.stream().sorted().toList(), times);
            assertEquals(
                    List.of("east0", "west0"),
                    source.interfaces().stream().map(CaptureInterface::name).toList());

            namespaces.inCapture("ip", "link", "delete", "west1");
            pollFor(source, 1);
            addPair("west0", "west1");
            namespaces.inCapture("ip", "link", "set", "west0", "up");
            pollFor(source, 1);
            sendFrames("west1", frames(3));
            sendFrames("east1", frames(2));
            places.clear();
            pollUntil(source, frame -> places.add(frame.interfaceId), 5, 100);
            assertEquals(List.of(1, 1, 1, 0, 0), places);
            assertBalanced(source, 25, 0);
        }
    }

    @Test
    void refusesATapOfWhichOneSideIsMissing() {
        var refused =
                assertThrows(
                        CaptureOpenException.class, () -> openOn("cap0+nosuch0", _ -> {}).close());
        assertEquals(CaptureOpenException.Reason.NO_SUCH_INTERFACE, refused.reason());
        assertTrue(refused.getMessage().contains("'nosuch0'"), refused.getMessage());
    }

    private List<AfPacketSource> openRings(Fanout fanout, Direction direction) throws Exception {
        LiveSettings settings =
                LiveSettings.of("cap0")
                        .with(s -> {
                            s.ringBytes = 8 << 20;
                            s.blockBytes = 1 << 19;
                            s.threads = 3;
                            s.fanout = fanout;
                            s.direction = direction;
                        });
        return namespaces.onCaptureSide(() -> AfPacketSource.openAll(settings, _ -> {}));
    }

    /// An IPv4 packet with a UDP header and no payload.
    private static byte[] udp(String source, String destination, int from, int to) {
        return hex(
                "020000000001 020000000002 0800 4500 001c 0000 0000 4011 0000 %s %s %04x %04x 0008 0000"
                        .formatted(source, destination, from, to),
                60);
    }

    @Test
    void handsOverBareIpPacketsOfATunInterface() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        try (var tun = namespaces.openTun("tun7")) {
            namespaces.inCapture("ip", "address", "add", "10.79.0.1/24", "dev", "tun7");
            namespaces.inCapture("ip", "link", "set", "tun7", "up");
            try (FrameSource source = openOn("tun7", s -> s.filter = "udp port 5001")) {
                sendFromCapture("10.79.0.2", 5001, 8, 100);
                var packets = drain(source);
                assertEquals(8, packets.size());
                for (int i = 0; i < packets.size(); i++) {
                    ByteBuffer packet = ByteBuffer.wrap(packets.get(i).bytes());
                    assertEquals(LinkType.RAW, packets.get(i).linkType());
                    assertEquals(0x45, packet.get(0), "IPv4 with 20 bytes of header");
                    assertEquals(i, packet.getInt(20 + 8));
                }
                assertEquals(LinkType.RAW, source.interfaces().getFirst().linkType());
            }
            assertTrue(tun.fd() > 2);
        }
    }

    @Test
    void tellsFramesThatThisHostSentFromThoseThatCameIn() throws Exception {
        var packetTypes = new HashMap<Integer, Integer>();
        var decoder = new FrameDecoder();
        FrameHandler handler =
                frame -> {
                    decoder.decode(frame);
                    packetTypes.put(Math.min(frame.sourcePort, 20_000), frame.packetType);
                };
        try (FrameSource source = openOn("cap0", s -> s.direction = Direction.BOTH)) {
            sendRaw(List.of(udp("0a4d0002", "0a4d0001", 20_000, 5001)));
            sendFrames("cap0", List.of(udp("0a4d0001", "0a4d0002", 5001, 20_000)));
            long end = System.nanoTime() + 5_000_000_000L;
            while (!packetTypes.keySet().containsAll(Set.of(20_000, 5001))
                    && System.nanoTime() < end) {
                source.poll(handler, 1000);
            }
        }
        assertEquals(4, packetTypes.get(5001), "PACKET_OUTGOING");
        assertNotEquals(4, packetTypes.get(20_000));
    }

    @Test
    void allocatesNothingForAFrame() throws Exception {
        int count = 20_000;
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] frames = new long[1];
        FrameHandler handler = frame -> frames[0] += frame.lengthCaptured > 0 ? 1 : 0;
        long fewestBytes = Long.MAX_VALUE;
        try (FrameSource source = openOn("cap0", s -> s.direction = Direction.IN)) {
            for (int round = 0; round < 5; round++) {
                sendFromPeer(5001, count, 100);
                frames[0] = 0;
                long before = threads.getCurrentThreadAllocatedBytes();
                while (frames[0] < count) {
                    source.poll(handler, 1000);
                }
                fewestBytes =
                        Math.min(fewestBytes, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        assertEquals(0, fewestBytes / count, fewestBytes + " bytes for " + count + " frames");
    }
}
