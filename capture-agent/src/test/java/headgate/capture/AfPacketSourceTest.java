package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.afpacket.AfPacketSource;
import headgate.packet.LinkType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AfPacketSourceTest extends LiveSourceContract {
    @Override
    FrameSource open(LiveSettings settings) throws IOException {
        return AfPacketSource.open(settings);
    }

    @Test
    void failsWithTheNameOfAnInterfaceThatWentDown() throws Exception {
        addPair("down0", "down1");
        namespaces.inCapture("ip", "link", "set", "down0", "up");
        try (FrameSource source = openOn("down0", _ -> {})) {
            namespaces.inCapture("ip", "link", "set", "down0", "down");
            var failed = assertThrows(IOException.class, () -> pollFor(source, 5));
            assertTrue(failed.getMessage().contains("'down0'"), failed.getMessage());
        }
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
