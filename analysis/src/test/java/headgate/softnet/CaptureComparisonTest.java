package headgate.softnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The old question, with a number: on one burst, who loses what?
class CaptureComparisonTest {
    private static final int BURST = 5_000;

    /// 5000 frames of 60 bytes, one each 10 µs, for a program that needs 30 µs a packet and 50 µs
    /// to wake up: within the 50 ms of the burst it reads some 1660.
    private static long lost(String profile) {
        QueueLayer path =
                QueueLayer.of(
                        SoftnetProfile.of(profile)
                                .with(Map.of("reader_ns", "30000", "reader_wakeup_ns", "50000")),
                        RxListener.NONE);
        for (int i = 0; i < BURST; i++) {
            path.offer(i, 10_000L * i, 60, 1);
        }
        PathStats stats = path.drain(path.runUntilIdle());
        assertEquals(BURST, stats.delivered() + stats.dropped(), profile);
        assertEquals(stats.dropped(), stats.stages().getLast().droppedPackets(), profile);
        return stats.dropped();
    }

    @Test
    void saysWhoLosesWhatOnABurst() {
        // 64 frames in the socket: nearly all that the program did not read are lost.
        assertEquals(3_273, lost("libpcap-2.6"), 20);
        // Slots of 88 bytes in 4096 × 1544: room for 70 000.
        assertEquals(0, lost("pf_ring-2.6"));
        // 84 bytes in a million: 11 904.
        assertEquals(0, lost("winpcap"));
        assertEquals(0, lost("winpcap-old"));
        // 88 bytes in twice 512 KiB.
        assertEquals(0, lost("bpf"));
        // 212 992 / 832 = 256 frames.
        assertEquals(3_079, lost("af_packet"), 20);
        // 152 bytes in 2 MiB: 13 000.
        assertEquals(0, lost("tpacket_v3"));
    }

    /// With full-size frames memory is what counts: 5000 × 1514 bytes are 7.6 MB.
    @Test
    void losesMoreOfLongFramesWhereMemoryIsCountedInBytes() {
        for (String profile : List.of("winpcap", "winpcap-old", "bpf")) {
            QueueLayer path =
                    QueueLayer.of(
                            SoftnetProfile.of(profile).with("reader_ns", "30000"), RxListener.NONE);
            for (int i = 0; i < BURST; i++) {
                path.offer(i, 10_000L * i, 1514, 1);
            }
            long dropped = path.drain(path.runUntilIdle()).dropped();
            assertTrue(dropped > 2_000 && dropped < 3_300, profile + " lost " + dropped);
        }
    }
}
