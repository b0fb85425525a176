package headgate.schema;

import static headgate.schema.FrameBatchCodecTest.ALL;
import static headgate.schema.FrameBatchCodecTest.HEADER;
import static headgate.schema.FrameBatchCodecTest.handler;
import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class FrameBatchCodecProperties {
    private final FrameBatchCodec codec = new FrameBatchCodec();

    @Property(tries = 500)
    void whateverTheDecoderMakesOfSpoiltPacketsComesBackEqual(@ForAll("spoilt") Frame frame) {
        codec.begin(HEADER);
        codec.add(frame, 1, 2, ALL);
        byte[] value = codec.finish();
        CodecContract.holds(FrameBatchCodec.SCHEMA, value);
        int[] frames = {0};
        codec.read(
                value,
                handler(
                        new ArrayList<>(),
                        (read, _, _) -> {
                            frames[0]++;
                            Frames.assertSame("spoilt", frame, read);
                        }));
        assertEquals(1, frames[0]);
    }

    @Property(tries = 500)
    void damageIsRefusedOrReadButNeverBreaksTheReader(@ForAll Random random) {
        codec.begin(HEADER);
        Frames.ofAllKinds().values().forEach(frame -> codec.add(frame, 1, 2, ALL));
        byte[] value = codec.finish();
        for (int i = 0; i < 3; i++) {
            int at = AvroFraming.LENGTH + random.nextInt(value.length - AvroFraming.LENGTH);
            value[at] = (byte) random.nextInt();
        }
        int[] bytes = {0};
        try {
            codec.read(
                    value,
                    handler(
                            new ArrayList<>(),
                            (read, _, _) -> bytes[0] += Frames.facts(read).size()));
        } catch (UnreadableValueException refused) {
            assertEquals(false, refused.getMessage().isBlank());
        }
    }

    @Provide
    Arbitrary<Frame> spoilt() {
        List<Frame> frames = List.copyOf(Frames.ofAllKinds().values());
        return Arbitraries.randoms().map(random -> spoil(frames, random));
    }

    private static Frame spoil(List<Frame> frames, Random random) {
        Frame frame = frames.get(random.nextInt(frames.size()));
        byte[] bytes = frame.bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        int linkType = random.nextInt(8) == 0 ? LinkType.RAW : frame.linkType;
        int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
        return Frames.decoded(linkType, java.util.Arrays.copyOf(bytes, length));
    }
}
