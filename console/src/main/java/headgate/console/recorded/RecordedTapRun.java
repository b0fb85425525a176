package headgate.console.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.softnet.tap.Tap;
import headgate.softnet.tap.TapSettings;
import headgate.softnet.tap.TapSettings.Reader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/// One run of a [RecordedTapCase]: every packet that was sent, and what the socket counted.
///
/// @param file empty where only sums were kept, since nobody read and arrivals do not matter
/// @param quiet whether nothing else disturbed the run
/// @param freezes `tp_freeze_q_cnt`
/// @param rmemAlloc bytes that the socket was charged with after the last packet
/// @param blockPackets packets of each block that the reader saw
/// @param firstBlockSeenNanos when it saw the first; -1 if it saw none
/// @param bindToStartNanos from binding the socket to the start of the plan
/// @param ringGapNanos median time between two packets of one block; -1 without a ring
public record RecordedTapRun(
        String file,
        boolean quiet,
        long accepted,
        long dropped,
        long freezes,
        long rmemAlloc,
        List<Integer> blockPackets,
        long firstBlockSeenNanos,
        long bindToStartNanos,
        long ringGapNanos,
        Packets packets) {

    /// @param arrivalNanos from the start of the plan
    /// @param beginNanos when the reader began with it; -1 for packets that were lost
    /// @param readerNanos how long it was busy with it
    public record Packets(
            long[] arrivalNanos, long[] beginNanos, long[] readerNanos, int[] lengthBytes) {
        public int count() {
            return arrivalNanos.length;
        }

        static Packets ofCount(int count) {
            return new Packets(new long[count], new long[count], new long[count], new int[count]);
        }
    }

    private static final long LOST = 0xffff_ffffL;

    public RecordedTapRun {
        blockPackets = List.copyOf(blockPackets);
    }

    static RecordedTapRun of(JsonNode json, Path file) throws IOException {
        return of(json, packets(file));
    }

    /// A run in which nobody read: packets of one length, one each microsecond.
    static RecordedTapRun withoutReader(JsonNode json, int lengthBytes) {
        Packets packets = Packets.ofCount(json.path("sent").asInt());
        for (int i = 0; i < packets.count(); i++) {
            packets.arrivalNanos[i] = 1_000L * i;
            packets.beginNanos[i] = -1;
        }
        Arrays.fill(packets.lengthBytes, lengthBytes);
        return of(json, packets);
    }

    private static RecordedTapRun of(JsonNode json, Packets packets) {
        List<Integer> blocks = RecordedCase.integers(json.path("block_pkts"));
        JsonNode firstSeen = json.path("block_seen_us").path(0);
        return new RecordedTapRun(
                json.path("file").asText(),
                json.path("quiet").asBoolean(),
                json.path("kernel_accepted").asLong(),
                json.path("tp_drops").asLong(),
                json.path("freeze").asLong(),
                json.path("rmem_alloc_after_send").asLong(),
                blocks,
                firstSeen.isMissingNode() ? -1 : 1_000 * firstSeen.asLong(),
                json.path("bind_to_T0_ns").asLong(),
                blocks.isEmpty() ? -1 : json.path("reader_gap_ns_median").asLong(),
                packets);
    }

    /// Whether anybody read while packets came.
    public boolean hasReader() {
        return !file.isEmpty();
    }

    /// Its own timings: how fast a sleeping reader was there, and where in its period the retire
    /// timer was.
    ///
    /// @param isClosedByTimer whether the first block was closed by that timer; else the timer is
    ///   taken to have started when the socket was bound
    TapSettings calibrated(TapSettings settings, boolean isClosedByTimer) {
        long expiryNanos = isClosedByTimer ? firstBlockSeenNanos : -bindToStartNanos;
        long periodNanos = 1_000_000L * settings.ring().retireMillis();
        return settings.with(
                Math.floorMod(-expiryNanos, periodNanos),
                new Reader(
                        settings.reader().packetNanos(),
                        wakeupNanos(settings.reader().wakeupNanos())));
    }

    /// When a reader of a ring was woken left no stamp.
    private long wakeupNanos(long usualNanos) {
        if (!hasReader()) {
            return Reader.MAX;
        }
        return hasRing() ? usualNanos : medianWakeupNanos(usualNanos);
    }

    /// Lets a tap live through this run's arrivals, with the reader as busy as it was. A packet's
    /// sequence is its place in the run. A lost packet would have taken what others took on
    /// average.
    public void replay(Tap tap) {
        replay(tap, _ -> {});
    }

    /// The same, and `after` is told of each packet when it is with the tap.
    private void replay(Tap tap, IntConsumer after) {
        long gapNanos = hasRing() ? ringGapNanos : meanGapNanos();
        long meanNanos = meanReaderNanos();
        for (int i = 0; i < packets.count(); i++) {
            tap.offer(
                    i,
                    packets.arrivalNanos[i],
                    packets.lengthBytes[i],
                    gapNanos + (isLost(i) ? meanNanos : packets.readerNanos[i]));
            after.accept(i);
        }
    }

    /// Lets a tap live through this run's arrivals as someone would who knows how long the reader
    /// was asked to be busy with each packet, but nothing of how the run went.
    public void replayBlind(Tap tap) {
        for (int i = 0; i < packets.count(); i++) {
            tap.offer(i, packets.arrivalNanos[i], packets.lengthBytes[i]);
        }
    }

    /// The same, and says how many packets each block got that was closed. A block that is closed
    /// before a packet is in holds all packets since the block before it.
    public List<Integer> replayToBlocks(Tap tap) {
        var blocks = new ArrayList<Integer>();
        int[] inClosedBlocks = {0};
        replay(
                tap,
                packet -> {
                    if (tap.stat().blocks() > blocks.size()) {
                        blocks.add(packet - inClosedBlocks[0]);
                        inClosedBlocks[0] = packet;
                    }
                });
        tap.runUntilIdle();
        if (tap.stat().blocks() > blocks.size()) {
            blocks.add(packets.count() - inClosedBlocks[0]);
        }
        return blocks;
    }

    private boolean hasRing() {
        return ringGapNanos >= 0;
    }

    private boolean isLost(int packet) {
        return packets.beginNanos[packet] < 0;
    }

    private long meanReaderNanos() {
        long sum = 0;
        int count = 0;
        for (int i = 0; i < packets.count(); i++) {
            if (!isLost(i)) {
                sum += packets.readerNanos[i];
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    /// From the end of one packet to the beginning of the next, where the next was there already.
    public long meanGapNanos() {
        long sum = 0;
        int count = 0;
        int before = -1;
        for (int i = 0; i < packets.count(); i++) {
            if (isLost(i)) {
                continue;
            }
            if (before >= 0 && packets.arrivalNanos[i] < endNanos(before)) {
                sum += Math.max(0, packets.beginNanos[i] - endNanos(before));
                count++;
            }
            before = i;
        }
        return count == 0 ? 0 : sum / count;
    }

    /// Wait of packets that found the reader done with all before.
    private long medianWakeupNanos(long otherwise) {
        long[] waits = new long[packets.count()];
        int count = 0;
        int before = -1;
        for (int i = 0; i < packets.count(); i++) {
            if (isLost(i)) {
                continue;
            }
            if (before < 0 || packets.arrivalNanos[i] > endNanos(before)) {
                waits[count++] = Math.max(0, packets.beginNanos[i] - packets.arrivalNanos[i]);
            }
            before = i;
        }
        Arrays.sort(waits, 0, count);
        return count == 0 ? otherwise : waits[count / 2];
    }

    private long endNanos(int packet) {
        return packets.beginNanos[packet] + packets.readerNanos[packet];
    }

    private static Packets packets(Path file) throws IOException {
        ByteBuffer records = CaseFiles.records(file);
        Packets packets = Packets.ofCount(records.remaining() / CaseFiles.RECORD_LENGTH);
        for (int i = 0; i < packets.count(); i++) {
            long sendNanos = records.getLong();
            // The packet came to the socket somewhere within the call that sent it.
            packets.arrivalNanos[i] = sendNanos + Integer.toUnsignedLong(records.getInt()) / 2;
            long delay = Integer.toUnsignedLong(records.getInt());
            packets.beginNanos[i] = delay == LOST ? -1 : sendNanos + delay;
            packets.readerNanos[i] = Integer.toUnsignedLong(records.getInt());
            packets.lengthBytes[i] = Short.toUnsignedInt(records.getShort());
            records.getShort();
        }
        return packets;
    }
}
