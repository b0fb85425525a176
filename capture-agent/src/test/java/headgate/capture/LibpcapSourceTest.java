package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.CaptureOpenException.Reason;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.LiveSettings.Timestamps;
import headgate.capture.libpcap.LibpcapSource;
import headgate.packet.LinkType;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class LibpcapSourceTest extends LiveSourceContract {
    @Override
    FrameSource open(LiveSettings settings, Consumer<String> notices) throws IOException {
        return LibpcapSource.open(settings, notices);
    }

    @Test
    void takesTheFramesOfAllInterfacesTogether() throws Exception {
        addPair("left0", "left1");
        namespaces.inCapture("ip", "link", "set", "left0", "up");
        try (FrameSource source =
                openOn(
                        "any",
                        s -> {
                            s.filter = "ether proto 0x88b5";
                            s.direction = Direction.IN;
                        })) {
            sendFrames("left1", frames(4));
            sendRaw(frames(6));
            List<Captured> frames = drain(source);
            assertEquals(10, frames.size());
            for (Captured frame : frames) {
                assertEquals(LinkType.LINUX_SLL, frame.linkType());
            }
            assertBalanced(source, 10, 0);
        }
    }

    @Test
    void refusesWhatOnlyTheRingCan() {
        refused("several threads", s -> s.threads = 2);
        refused("hardware time stamps", s -> s.timestamps = Timestamps.HARDWARE);
        refused("busy polling", s -> s.busyPollMicros = 10);
        refused("taps", s -> s.interfaceName = "cap0+lo");
    }

    private void refused(String words, Consumer<LiveSettings.Draft> change) {
        var refused =
                assertThrows(CaptureOpenException.class, () -> openOn("cap0", change).close());
        assertEquals(Reason.NOT_SUPPORTED, refused.reason());
        assertTrue(refused.getMessage().contains("no " + words), refused.getMessage());
    }
}
