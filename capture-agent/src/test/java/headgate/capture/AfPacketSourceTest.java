package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.afpacket.AfPacketSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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
        try (FrameSource source = openOn("down0", s -> s)) {
            namespaces.inCapture("ip", "link", "set", "down0", "down");
            var failed = assertThrows(IOException.class, () -> pollFor(source, 5));
            assertTrue(failed.getMessage().contains("'down0'"), failed.getMessage());
        }
    }

    @Test
    void allocatesNothingForAFrame() throws Exception {
        int count = 20_000;
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] frames = new long[1];
        FrameHandler handler = frame -> frames[0] += frame.lengthCaptured > 0 ? 1 : 0;
        long fewestBytes = Long.MAX_VALUE;
        try (FrameSource source = openOn("cap0", s -> s.withDirection(Direction.IN))) {
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
