package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LiveSettingsTest {
    private static final LiveSettings SETTINGS = LiveSettings.of("eth0");

    @Test
    void refusesWhatTheKernelWouldRefuseAndSaysWhichWordIsWrong() {
        refused("snaplen 0", () -> SETTINGS.withSnaplen(0));
        refused("snaplen 262145", () -> SETTINGS.withSnaplen(262145));
        refused("block-timeout 0", () -> SETTINGS.withBlockTimeoutMillis(0));
        refused("block-bytes 5000", () -> SETTINGS.withRing(1 << 20, 5000));
        refused("ring-bytes 1000000", () -> SETTINGS.withRing(1_000_000, 1 << 19));
        refused("ring-bytes 524288", () -> SETTINGS.withRing(1 << 19, 1 << 19));
        refused("interface", () -> LiveSettings.of(""));
    }

    @Test
    void refusesBlocksWithoutRoomForOneFrame() {
        refused("snaplen 262144", () -> SETTINGS.withRing(1 << 20, 1 << 18));
        LiveSettings small = SETTINGS.withSnaplen(2000).withRing(1 << 20, 4096);
        assertEquals(4096, small.blockBytes());
    }

    private static void refused(String words, Runnable change) {
        var refused = assertThrows(IllegalArgumentException.class, change::run);
        assertTrue(refused.getMessage().startsWith(words), refused.getMessage());
    }
}
