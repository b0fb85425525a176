package headgate.schema;

import headgate.packet.Frame;
import headgate.schema.FrameBatchHeader.Clock;
import headgate.schema.FrameBatchHeader.Interface;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;

/// Frames ⇄ values of the topic `frames` (`frame-batch.avsc`, `frame.avsc`), with no object per
/// frame in either direction.
///
/// One object writes one batch at a time, or reads one value at a time, on one thread.
public final class FrameBatchCodec {
    public static final Schema SCHEMA = SchemaFiles.load("frame", "frame-batch");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final Clock[] CLOCKS = Clock.values();

    /// How many frames of a value stay readable at once: each is reused for the one that is so many
    /// behind it.
    public static final int FRAMES_AT_ONCE = 32;

    /// Most bytes that the number of frames takes.
    private static final int LONGEST_COUNT = 5;

    /// The header, room for the number of frames, the frames.
    private final AvroOutput out = new AvroOutput(4096);

    private final AvroInput in = new AvroInput();
    private final FrameCodec codec = new FrameCodec();
    private final Frame[] frames = new Frame[FRAMES_AT_ONCE];
    private final byte[] number = new byte[AvroBytes.LONGEST_NUMBER + AvroBytes.SLACK];
    private int headerEnd;
    private int count;

    public FrameBatchCodec() {
        Arrays.setAll(frames, _ -> new Frame());
    }

    /// Starts a batch, and forgets what was added before.
    public void begin(FrameBatchHeader header) {
        out.reset();
        count = 0;
        FRAMING.begin(out);
        writeHeader(header);
        headerEnd = out.size();
        out.wroteTo(out.room(LONGEST_COUNT) + LONGEST_COUNT);
    }

    /// Adds a decoded frame.
    ///
    /// @param bytesToKeep how many of its captured bytes are published; more than it has means all
    public void add(Frame frame, long sequence, int flowHash, int bytesToKeep) {
        codec.write(out, frame, sequence, flowHash, bytesToKeep);
        count++;
    }

    /// How many frames the batch has so far.
    public int count() {
        return count;
    }

    /// Bytes that the value has so far, but for the few that close it.
    public int size() {
        return out.size() - LONGEST_COUNT;
    }

    /// The batch as a value. It is empty afterwards; [#begin] starts the next one.
    public byte[] finish() {
        out.writeArrayEnd();
        // An empty array has no count.
        int start = LONGEST_COUNT - (count == 0 ? 0 : AvroBytes.putInt(number, 0, count));
        byte[] bytes = out.array();
        System.arraycopy(bytes, 0, bytes, start, headerEnd);
        System.arraycopy(number, 0, bytes, start + headerEnd, LONGEST_COUNT - start);
        count = 0;
        return out.copyOf(start, out.size());
    }

    private void writeHeader(FrameBatchHeader header) {
        out.writeString(header.agent());
        out.writeString(header.capturePoint());
        writeInterfaces(out, header.interfaces());
        out.writeInt(header.lane());
        out.writeInt(header.lanes());
        out.writeLong(header.batchSequence());
        out.writeLong(header.firstSequence());
        out.writeEnum(header.clock().ordinal());
        out.writeInt(header.snaplen());
        out.writeString(header.filter());
        writeOffloads(header.offloads());
        out.writeInt(header.sampling());
        out.writeBoolean(header.last());
        out.writeLong(header.untilNanos());
    }

    static void writeInterfaces(AvroOutput out, List<Interface> interfaces) {
        out.setItemCount(interfaces.size());
        for (Interface each : interfaces) {
            out.writeString(each.name());
            out.writeInt(each.linkType());
            out.writeInt(each.snaplen());
        }
        out.writeArrayEnd();
    }

    private void writeOffloads(List<String> offloads) {
        if (offloads == null) {
            out.writeIndex(0);
            return;
        }
        out.writeIndex(1);
        out.setItemCount(offloads.size());
        offloads.forEach(out::writeString);
        out.writeArrayEnd();
    }

    /// Hands over the header and then each frame of a value. What was handed over before damage was
    /// found stands.
    ///
    /// @throws UnreadableValueException when the value is not framed as a batch, or is damaged
    public void read(byte[] value, FrameBatchHandler handler) {
        FRAMING.open(value, in);
        handler.onBatch(readHeader());
        var bytes = MemorySegment.ofArray(value);
        for (Frame frame : frames) {
            frame.bytes = bytes;
        }
        int next = 0;
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                Frame frame = frames[next];
                next = (next + 1) % FRAMES_AT_ONCE;
                codec.read(in, frame);
                handler.onFrame(frame, codec.sequence, codec.flowHash);
            }
        }
        in.end();
    }

    private FrameBatchHeader readHeader() {
        try {
            return new FrameBatchHeader(
                    in.readString(),
                    in.readString(),
                    readInterfaces(in),
                    in.readInt(),
                    in.readInt(),
                    in.readLong(),
                    in.readLong(),
                    CLOCKS[in.readIndexBelow(CLOCKS.length)],
                    in.readInt(),
                    in.readString(),
                    readOffloads(),
                    in.readInt(),
                    in.readBoolean(),
                    in.readLong());
        } catch (IllegalArgumentException e) {
            throw new UnreadableValueException("header of a frame batch: " + e.getMessage());
        }
    }

    static List<Interface> readInterfaces(AvroInput in) {
        var interfaces = new ArrayList<Interface>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                interfaces.add(new Interface(in.readString(), in.readInt(), in.readInt()));
            }
        }
        return interfaces;
    }

    private List<String> readOffloads() {
        if (in.readIndexBelow(2) == 0) {
            return null;
        }
        var offloads = new ArrayList<String>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                offloads.add(in.readString());
            }
        }
        return offloads;
    }
}
