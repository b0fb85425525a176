package headgate.softnet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assertions;

/// What holds for any traffic and any tap.
class TappedPathProperties {
    record Arrival(long gapNanos, int lengthBytes) {}

    @Provide
    Arbitrary<List<Arrival>> traffic() {
        return Combinators.combine(
                        Arbitraries.of(0L, 300L, 2_000L, 40_000L, 3_000_000L, 400_000_000L),
                        Arbitraries.of(-1, 0, 60, 61, 590, 1514, 4090, 9000))
                .as(Arrival::new)
                .list()
                .ofMaxSize(400);
    }

    /// Small buffers, so that they fill up and go round.
    @Provide
    Arbitrary<SoftnetProfile> profiles() {
        return Combinators.combine(
                        Arbitraries.of(
                                "rcvbuf",
                                "tpacket_v2",
                                "tpacket_v3",
                                "pf_ring",
                                "winpcap",
                                "winpcap-old",
                                "bpf"),
                        Arbitraries.of("0", "700", "20000", "5000000"),
                        Arbitraries.of("0", "50000"),
                        Arbitraries.of("64", "1514", "262144"),
                        Arbitraries.of("0", "1000", "16000"),
                        Arbitraries.of("1", "3", "8"))
                .as((tap, reader, wakeup, snaplen, minToCopy, blocks) ->
                        SoftnetProfile.LINUX_6.with(
                                settings(tap, reader, wakeup, snaplen, minToCopy, blocks)));
    }

    private static Map<String, String> settings(
            String tap,
            String reader,
            String wakeup,
            String snaplen,
            String minToCopy,
            String blocks) {
        var settings = new HashMap<String, String>();
        settings.put("tap", tap);
        settings.put("reader_ns", reader);
        settings.put("reader_wakeup_ns", wakeup);
        settings.put("snaplen", snaplen);
        settings.put("mintocopy", minToCopy);
        settings.put("blocks", blocks);
        settings.put("rcvbuf", "3000");
        settings.put("block_size", "4096");
        settings.put("frame_size", "1024");
        settings.put("retire_ms", "10");
        settings.put("min_num_slots", "5");
        settings.put("poll_watermark", "2");
        settings.put("buffer", "5000");
        settings.put("user_buffer", "4096");
        settings.put("read_timeout_ms", "7");
        return settings;
    }

    @Property(tries = 400)
    void neverLosesOrInventsAPacket(
            @ForAll("profiles") SoftnetProfile profile, @ForAll("traffic") List<Arrival> traffic) {
        QueueLayer path = QueueLayer.of(profile, RxListener.NONE);
        long now = 1_000;
        long queued = 0;
        for (int i = 0; i < traffic.size(); i++) {
            now += traffic.get(i).gapNanos();
            path.offer(i, now, traffic.get(i).lengthBytes(), 1);
            if (i % 30 == 29) {
                queued = checkBalance(path.drain(now), queued);
            }
        }
        queued = checkBalance(path.drain(path.runUntilIdle()), queued);
        // A frame that WinPcap or PF_RING never shows would stay here.
        Assertions.assertEquals(0, queued);
        Assertions.assertEquals(path.tapStat().tpPackets(), path.softnetStat(0).processed());
    }

    private static long checkBalance(PathStats stats, long queuedBefore) {
        Assertions.assertEquals(
                queuedBefore + stats.offered(),
                stats.delivered() + stats.dropped() + stats.queued());
        StageStats tap = stats.stages().getLast();
        Assertions.assertTrue(tap.capacity() < 0 || tap.depthMax() <= tap.capacity());
        Assertions.assertTrue(tap.depthMean() <= tap.depthMax());
        return stats.queued();
    }

    @Property(tries = 400)
    void isTheSameWhenSplitOverSaveAndRestore(
            @ForAll("profiles") SoftnetProfile profile,
            @ForAll("traffic") List<Arrival> traffic,
            @ForAll @IntRange(min = 1, max = 100) int every) {
        var whole = new EventLog();
        var split = new EventLog();

        Assertions.assertEquals(
                run(profile, whole, traffic, Integer.MAX_VALUE),
                run(profile, split, traffic, every));
        Assertions.assertEquals(whole.lines, split.lines);
    }

    private static List<PathStats> run(
            SoftnetProfile profile, EventLog log, List<Arrival> traffic, int splitEvery) {
        QueueLayer path = QueueLayer.of(profile, log);
        var stats = new ArrayList<PathStats>();
        long now = 1_000;
        for (int i = 0; i < traffic.size(); i++) {
            if (i % splitEvery == splitEvery - 1) {
                path = SavedState.throughBytes(path, log);
            }
            now += traffic.get(i).gapNanos();
            path.offer(i, now, traffic.get(i).lengthBytes(), 1);
            if (i % 70 == 69) {
                stats.add(path.drain(now));
            }
        }
        stats.add(path.drain(path.runUntilIdle()));
        return stats;
    }

    @Property(tries = 200)
    void endsForAnyBytesAsState(
            @ForAll("profiles") SoftnetProfile profile,
            @ForAll("traffic") List<Arrival> traffic,
            @ForAll int position,
            @ForAll byte value) {
        QueueLayer path = QueueLayer.of(profile, RxListener.NONE);
        for (int i = 0; i < traffic.size(); i++) {
            path.offer(i, 1_000 + i, traffic.get(i).lengthBytes(), 1);
        }
        try {
            byte[] bytes = SavedState.of(path);
            bytes[Math.floorMod(position, bytes.length)] = value;
            SavedState.restore(bytes, RxListener.NONE);
        } catch (IOException refused) {
            Assertions.assertNotNull(refused);
        }
    }

    /// A socket with more room never loses more.
    @Property(tries = 200)
    void dropsNoMoreWithALargerSocketBuffer(
            @ForAll("traffic") List<Arrival> traffic,
            @ForAll @IntRange(min = 0, max = 20_000) int rcvbuf,
            @ForAll @IntRange(min = 1, max = 20_000) int more) {
        Assertions.assertTrue(
                dropped(traffic, rcvbuf + more) <= dropped(traffic, rcvbuf),
                () -> rcvbuf + " drops less than " + (rcvbuf + more));
    }

    /// With one length, for with several a large packet that finds room can cost two small ones.
    private static long dropped(List<Arrival> traffic, int rcvbuf) {
        QueueLayer path =
                QueueLayer.of(
                        SoftnetProfile.LINUX_6.with(
                                Map.of(
                                        "tap", "rcvbuf",
                                        "rcvbuf", Integer.toString(rcvbuf),
                                        "reader_ns", "5000",
                                        "reader_wakeup_ns", "0")),
                        RxListener.NONE);
        long now = 0;
        for (int i = 0; i < traffic.size(); i++) {
            now += traffic.get(i).gapNanos();
            path.offer(i, now, 60, 1);
        }
        return path.drain(path.runUntilIdle()).dropped();
    }
}
