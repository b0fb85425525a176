package headgate.console.flows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TcpReassemblyProperties {
    /// A piece of a stream.
    private record Piece(int from, int to) {}

    /// Cut anywhere, in any order, any of it twice: the stream comes out.
    @Property
    void putsAnyOrderOfAnyPiecesTogether(
            @ForAll @Size(min = 1, max = 200) byte[] stream,
            @ForAll int firstSequence,
            @ForAll long seed) {
        var random = new Random(seed);
        var pieces = new ArrayList<Piece>();
        for (int from = 0; from < stream.length; ) {
            int to = Math.min(stream.length, from + 1 + random.nextInt(20));
            pieces.add(new Piece(from, to));
            int again = random.nextInt(stream.length);
            pieces.add(new Piece(again, Math.min(stream.length, again + random.nextInt(30))));
            from = to;
        }
        Collections.shuffle(pieces, random);
        var sent = new SentStream();
        sent.reassembly.begin(firstSequence);
        for (Piece piece : pieces) {
            byte[] bytes = Arrays.copyOfRange(stream, piece.from, piece.to);
            sent.segment(firstSequence + piece.from, bytes, bytes.length);
        }
        assertArrayEquals(stream, sent.bytes());
        assertEquals(0, sent.reassembly.missing());
    }

    /// Sequence numbers, acknowledgments and lengths that lie: what comes out is what came in at
    /// most once, and nothing is thrown.
    @Property
    void givesNoMoreThanItGot(
            @ForAll @Size(max = 50) int[] sequences, @ForAll @IntRange(max = 65_535) int length) {
        var sent = new SentStream();
        long given = 0;
        for (int i = 0; i < sequences.length; i++) {
            var bytes = new byte[Math.abs(sequences[i] % 40)];
            given += bytes.length;
            sent.segment(sequences[i], bytes, Math.max(length, bytes.length));
            sent.reassembly.onAcknowledged(sequences[sequences.length - 1 - i]);
        }
        sent.reassembly.finish();
        assertTrue(sent.reassembly.bytes() <= given);
        assertEquals(given, sent.reassembly.bytes() + sent.reassembly.repeated());
        sent.gaps().forEach(gap -> assertTrue(gap > 0, gap + " missing"));
    }
}
