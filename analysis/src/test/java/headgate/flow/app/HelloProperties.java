package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// What holds of hellos and of the frames that carry them in QUIC, whatever the bytes are. Segments
/// are as long as the bytes, so that a read beyond them throws.
class HelloProperties {
    private static final int RECORD_AND_MESSAGE_HEADER_LENGTH = 9;

    @Property(tries = 5000)
    void aDamagedClientHelloGivesNoMoreThanItsBytesCanHold(@ForAll("damagedHellos") byte[] bytes) {
        var hello = ClientHello.read(reader(bytes));
        if (hello != null) {
            assertTrue(2 * hello.cipherSuites().length <= bytes.length);
            assertTrue(4 * hello.extensions().length <= bytes.length);
            assertTrue(hello.applicationProtocols().size() <= bytes.length);
            assertEquals(32, Ja3.of(hello).length());
            assertEquals(36, Ja4.of(hello, 't').length());
        }
    }

    @Property(tries = 5000)
    void aDamagedServerHelloIsReadOrRefused(@ForAll("damagedHellos") byte[] bytes) {
        var hello = ServerHello.read(reader(bytes));
        assertTrue(hello == null || 4 * hello.extensions().length <= bytes.length);
    }

    @Property(tries = 5000)
    void anyFramesGiveABoundedStream(@ForAll @Size(max = 300) byte[] frames) {
        var stream = new QuicCryptoStream();
        stream.add(frames);
        assertTrue(stream.length() <= frames.length);
    }

    /// The hello in CRYPTO frames of any lengths, in any order.
    @Property(tries = 500)
    void aHelloIsPutTogetherFromAnyFrames(
            @ForAll Random random, @ForAll @IntRange(min = 1, max = 60) int longest) {
        byte[] hello = body(TlsParserTest.CLIENT_HELLO);
        var frames = new ArrayList<byte[]>();
        for (int at = 0; at < hello.length; ) {
            int length = Math.min(1 + random.nextInt(longest), hello.length - at);
            frames.add(frame(at, Arrays.copyOfRange(hello, at, at + length)));
            at += length;
        }
        Collections.shuffle(frames, random);
        var stream = new QuicCryptoStream();
        frames.forEach(stream::add);
        assertEquals(hello.length, stream.length());
        assertEquals(
                -1, MemorySegment.ofArray(hello).mismatch(stream.bytes().asSlice(0, hello.length)));
    }

    private static byte[] frame(int offset, byte[] data) {
        byte[] frame = new byte[4 + data.length];
        frame[0] = 0x06;
        frame[1] = (byte) (0x40 | offset >>> 8);
        frame[2] = (byte) offset;
        frame[3] = (byte) data.length;
        System.arraycopy(data, 0, frame, 4, data.length);
        return frame;
    }

    /// A body with some bytes changed, and cut.
    @Provide
    Arbitrary<byte[]> damagedHellos() {
        return Arbitraries.randomValue(HelloProperties::damage);
    }

    private static byte[] damage(Random random) {
        byte[] whole =
                body(
                        random.nextBoolean()
                                ? TlsParserTest.CLIENT_HELLO
                                : TlsParserTest.SERVER_HELLO);
        byte[] bytes = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    /// Of the message in the first record.
    private static byte[] body(byte[] record) {
        return Arrays.copyOfRange(record, RECORD_AND_MESSAGE_HEADER_LENGTH, 5 + record[4]);
    }

    private static WireReader reader(byte[] bytes) {
        return new WireReader(MemorySegment.ofArray(bytes), 0, bytes.length);
    }
}
