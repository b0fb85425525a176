package headgate.packet.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// Whatever the bytes: a reader comes to an end, its frames lie in its buffer, and nothing is
/// thrown but the refusal of what is not a capture. [ReadFile] touches each byte of each frame.
class CaptureReaderPropertyTest {
    @Property(tries = 500)
    void readsTheSameFramesUpToWhereAFileIsCut(
            @ForAll("samples") byte[] file, @ForAll @IntRange(max = 600) int length)
            throws IOException {
        List<ReadFile.ReadFrame> whole = ReadFile.of(file).frames();
        ReadFile cut = readUnlessRefused(Arrays.copyOf(file, Math.min(length, file.length)));
        if (cut != null) {
            assertEquals(whole.subList(0, cut.frames().size()), cut.frames());
        }
    }

    @Property(tries = 5000)
    void bearsBytesChangedAnywhere(
            @ForAll("samples") byte[] file,
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 600) Integer> places,
            @ForAll long seed)
            throws IOException {
        byte[] changed = file.clone();
        var random = new Random(seed);
        for (int place : places) {
            changed[place % file.length] = (byte) random.nextInt();
        }
        assertSound(readUnlessRefused(changed));
    }

    @Property(tries = 2000)
    void bearsRandomBytesAfterAGoodStart(
            @ForAll("samples") byte[] file,
            @ForAll @IntRange(min = 4, max = 120) int kept,
            @ForAll byte[] rest)
            throws IOException {
        byte[] bytes = Arrays.copyOf(file, Math.min(kept, file.length) + rest.length);
        System.arraycopy(rest, 0, bytes, bytes.length - rest.length, rest.length);
        assertSound(readUnlessRefused(bytes));
    }

    @Property(tries = 500)
    void findsTheSameHoweverTheBytesCome(
            @ForAll("samples") byte[] file,
            @ForAll @IntRange(max = 599) int place,
            @ForAll byte value,
            @ForAll @IntRange(min = 1, max = 50) int mostAtOnce)
            throws IOException {
        byte[] changed = file.clone();
        changed[place % file.length] = value;
        ReadFile expected = readUnlessRefused(changed);
        if (expected != null) {
            assertEquals(expected, ReadFile.of(new Drip(changed, mostAtOnce)));
        }
    }

    @Property(tries = 500)
    void keepsFramesValidThatAreReadTogether(
            @ForAll("samples") byte[] file,
            @ForAll @IntRange(max = 599) int place,
            @ForAll byte value,
            @ForAll @IntRange(min = 1, max = 200) int mostAtOnce,
            @ForAll @IntRange(min = 2, max = 5) int together)
            throws IOException {
        byte[] changed = file.clone();
        changed[place % file.length] = value;
        ReadFile expected = readUnlessRefused(changed);
        if (expected != null) {
            assertEquals(expected, ReadFile.several(new Drip(changed, mostAtOnce), together));
        }
    }

    @Provide
    Arbitrary<byte[]> samples() {
        return Arbitraries.of(SampleFiles.ALL);
    }

    /// Null when the file is refused.
    private static ReadFile readUnlessRefused(byte[] file) throws IOException {
        try {
            return ReadFile.of(file);
        } catch (CaptureFileException e) {
            assertTrue(e.getMessage().startsWith("file: "));
            return null;
        }
    }

    private static void assertSound(ReadFile read) {
        if (read == null) {
            return;
        }
        for (var frame : read.frames()) {
            assertTrue(frame.captured() <= CaptureReader.MAX_CAPTURE_LENGTH);
            assertTrue(frame.wire() >= 0);
            var origin = read.interfaces().get(frame.interfaceId());
            assertEquals(origin.linkType(), frame.linkType());
        }
    }
}
