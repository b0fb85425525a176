package headgate.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ZeekPacketsProperties {
    private static final int HEADER = 20;

    private final List<byte[]> payloads = new ArrayList<>();

    /// For one try: what came of the tries before is forgotten.
    private ZeekPackets packets() {
        payloads.clear();
        return new ZeekPackets(FlowSettings.CAPTURE_FILE, frame -> payloads.add(payload(frame)));
    }

    private static byte[] payload(Frame frame) {
        long at = frame.start + frame.payloadOffset;
        return frame.bytes.asSlice(at, frame.payloadCaptured).toArray(ValueLayout.JAVA_BYTE);
    }

    private static Frame frame(byte[] bytes, int captured, int linkType) {
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthOnWire = bytes.length;
        frame.lengthCaptured = captured;
        frame.linkType = linkType;
        new FrameDecoder().decode(frame);
        return frame;
    }

    /// Protocol 253, which RFC 3692 leaves to experiments, so that all of it is payload.
    private static byte[] fragment(byte[] whole, int from, int to) {
        var bytes = ByteBuffer.allocate(HEADER + to - from);
        int more = to < whole.length ? 0x2000 : 0;
        bytes.putShort((short) 0x4500).putShort((short) bytes.capacity()).putShort((short) 7);
        bytes.putShort((short) (more | from / 8))
                .put((byte) 64)
                .put((byte) 253)
                .putShort((short) 0);
        bytes.putInt(0x0a000001).putInt(0x0a000002).put(whole, from, to - from);
        return bytes.array();
    }

    @Property
    void putsAnyFragmentsInAnyOrderTogether(
            @ForAll @Size(min = 9, max = 4000) byte[] whole,
            @ForAll @IntRange(min = 1, max = 60) int longest,
            @ForAll long seed) {
        var random = new Random(seed);
        var fragments = new ArrayList<byte[]>();
        for (int from = 0; from < whole.length; ) {
            int to = Math.min(whole.length, from + 8 * (1 + random.nextInt(longest)));
            fragments.add(fragment(whole, from, to));
            from = to;
        }
        Assume.that(fragments.size() > 1);
        Collections.shuffle(fragments, random);
        ZeekPackets packets = packets();
        fragments.forEach(bytes -> packets.onFrame(frame(bytes, bytes.length, LinkType.RAW)));
        assertEquals(1, payloads.size());
        assertArrayEquals(whole, payloads.getFirst());
    }

    @Property
    void takesAnyBytesAndAnyCut(
            @ForAll @Size(max = 300) byte[] bytes,
            @ForAll @IntRange(max = 300) int cut,
            @ForAll @IntRange(max = 5) int kind) {
        int[] linkTypes = {
            LinkType.ETHERNET, LinkType.RAW, LinkType.IPV4, LinkType.IPV6, LinkType.IEEE802_11, 0
        };
        int[] firstBytes = {-1, 0x45, 0x46, 0x60, 0x88, -1};
        if (firstBytes[kind] >= 0 && bytes.length > 0) {
            bytes[0] = (byte) firstBytes[kind];
        }
        ZeekPackets packets = packets();
        for (int repeat = 0; repeat < 2; repeat++) {
            packets.onFrame(frame(bytes, Math.min(cut, bytes.length), linkTypes[kind]));
        }
        payloads.forEach(payload -> assertTrue(payload.length <= bytes.length));
    }

    /// Fragments of one packet with lengths, offsets and flags that contradict each other.
    @Property
    void takesFragmentsThatLie(
            @ForAll @Size(max = 20) List<@IntRange(max = 0xffff) Integer> flagsAndOffsets,
            @ForAll @Size(min = 20, max = 20) List<@IntRange(max = 200) Integer> lengths) {
        ZeekPackets packets = packets();
        for (int i = 0; i < flagsAndOffsets.size(); i++) {
            byte[] bytes = fragment(new byte[200], 0, lengths.get(i));
            int flags = flagsAndOffsets.get(i);
            bytes[6] = (byte) (flags >>> 8);
            bytes[7] = (byte) flags;
            packets.onFrame(frame(bytes, bytes.length, LinkType.RAW));
        }
        payloads.forEach(payload -> assertTrue(payload.length <= 65_535));
    }
}
