package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class LiveSettingsTest {
    private static final LiveSettings SETTINGS = LiveSettings.of("eth0");

    @Test
    void refusesWhatTheKernelWouldRefuseAndSaysWhichWordIsWrong() {
        refused("snaplen 0", s -> s.snaplen = 0);
        refused("snaplen 262145", s -> s.snaplen = 262145);
        refused("block-timeout 0", s -> s.blockTimeoutMillis = 0);
        refused("block-bytes 5000", s -> s.blockBytes = 5000);
        refused("ring-bytes 1000000", s -> s.ringBytes = 1_000_000);
        refused("ring-bytes 524288", s -> s.ringBytes = 1 << 19);
        refused("interface ''", s -> s.interfaceName = "");
        refused("interface 'eth0+'", s -> s.interfaceName = "eth0+");
        refused("threads 0", s -> s.threads = 0);
        refused("threads 65", s -> s.threads = 65);
        refused("busy-poll -1", s -> s.busyPollMicros = -1);
    }

    @Test
    void refusesBlocksWithoutRoomForOneFrame() {
        refused("snaplen 262144", s -> s.blockBytes = 1 << 18);
        LiveSettings small =
                SETTINGS.with(s -> {
                    s.snaplen = 2000;
                    s.blockBytes = 4096;
                });
        assertEquals(4096, small.blockBytes());
    }

    private static void refused(String words, Consumer<LiveSettings.Draft> change) {
        var refused = assertThrows(IllegalArgumentException.class, () -> SETTINGS.with(change));
        assertTrue(refused.getMessage().startsWith(words), refused.getMessage());
    }
}
