package headgate.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.packet.Frame;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHeader;
import headgate.schema.Topic;

/// The batch of frames that one lane is filling. It is finished when it has [#MAX_FRAMES] frames,
/// when the next one would bring it beyond [#MAX_BYTES], or when its first frame has waited long
/// enough. A lane that has no frames tells instead how far time has come.
final class LaneBatch {
    static final int MAX_FRAMES = 1000;
    static final int MAX_BYTES = 512 << 10;

    private final int lane;
    private final byte[] key;
    private final Outbox outbox;
    private final FrameBatchCodec codec = new FrameBatchCodec();
    private long batchSequence;
    private long openedNanos;
    private long heardNanos;
    private long toldUntilNanos = FrameBatchHeader.UNKNOWN_TIME;
    private int namedInterfaces;

    LaneBatch(int lane, String agent, String capturePoint, Outbox outbox, long nowNanos) {
        heardNanos = nowNanos;
        this.lane = lane;
        this.outbox = outbox;
        this.key = (agent + '/' + capturePoint + '/' + lane).getBytes(UTF_8);
    }

    /// Frames that are in it.
    int count() {
        return codec.count();
    }

    /// Whether a frame can be added as it is. If not, [#finish] it and then [#begin] the next one.
    boolean hasRoomFor(int bytes, int interfaceId) {
        return codec.count() > 0
                && codec.count() < MAX_FRAMES
                && codec.size() + bytes <= MAX_BYTES
                && (interfaceId < namedInterfaces
                        || namedInterfaces == FrameBatchHeader.MAX_INTERFACES);
    }

    /// Starts a batch, with the next place in its lane.
    ///
    /// @param untilNanos all frames of the lane before this time are in earlier batches
    void begin(FrameBatchHeader header, long firstSequence, long untilNanos, long nowNanos) {
        codec.begin(header.at(lane, batchSequence++, firstSequence, untilNanos));
        openedNanos = nowNanos;
        toldUntilNanos = untilNanos;
        namedInterfaces = header.interfaces().size();
    }

    void add(Frame frame, long sequence, int flowHash, int bytesToKeep) {
        codec.add(frame, sequence, flowHash, bytesToKeep);
    }

    boolean isDue(long nowNanos, long mostNanos) {
        return codec.count() > 0 && nowNanos - openedNanos >= mostNanos;
    }

    /// Gives the batch to the outbox; nothing happens if it is empty.
    void finish() {
        if (codec.count() > 0) {
            int frames = codec.count();
            outbox.offer(Topic.FRAMES, key, lane, codec.finish(), frames);
            heardNanos = openedNanos;
        }
    }

    /// Tells how far time has come, with an empty batch, where nothing was told for `mostNanos` and
    /// there is something to tell.
    void tellTime(
            FrameBatchHeader header,
            long nextSequence,
            long untilNanos,
            long nowNanos,
            long mostNanos) {
        if (codec.count() == 0
                && untilNanos > toldUntilNanos
                && nowNanos - heardNanos >= mostNanos) {
            begin(header, nextSequence, untilNanos, nowNanos);
            outbox.offer(Topic.FRAMES, key, lane, codec.finish(), 0);
            heardNanos = nowNanos;
        }
    }

    /// Finishes it, and tells readers with an empty batch that the capture has ended.
    void finishLast(FrameBatchHeader header, long nextSequence) {
        finish();
        codec.begin(header.at(lane, batchSequence++, nextSequence, toldUntilNanos).asLast());
        outbox.offer(Topic.FRAMES, key, lane, codec.finish(), 0);
    }
}
