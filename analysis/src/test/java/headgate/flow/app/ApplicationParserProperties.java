package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.app.ApplicationParser.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Whatever the bytes are, a parser reads only them and comes to an end. Segments are as long as
/// the bytes, so that a read beyond them throws.
class ApplicationParserProperties {
    private static final List<ApplicationParser> PARSERS =
            ApplicationDecoder.PARSERS.stream().map(make -> make.get()).toList();

    /// A name of 255 octets at most, escaped, for each two bytes of the message.
    private static final int MOST_CHARACTERS_PER_BYTE = 1024;

    @Property(tries = 5000)
    void anyBytesAreAnswered(@ForAll byte[] bytes) {
        PARSERS.forEach(parser -> read(parser, bytes));
    }

    @Property(tries = 5000)
    void damagedMessagesAreAnswered(@ForAll("damaged") byte[] bytes) {
        PARSERS.forEach(parser -> read(parser, bytes));
    }

    @Property(tries = 20)
    void everyBeginningOfAMessageIsAnswered(@ForAll("messages") byte[] message) {
        for (int length = 0; length <= message.length; length++) {
            byte[] beginning = Arrays.copyOf(message, length);
            PARSERS.forEach(parser -> read(parser, beginning));
        }
    }

    private static void read(ApplicationParser parser, byte[] bytes) {
        var segment = MemorySegment.ofArray(bytes);
        Said said = Said.to(parser, segment, 0, bytes.length);
        long characters = said.fields().stream().mapToLong(String::length).sum();
        assertTrue(characters <= (long) MOST_CHARACTERS_PER_BYTE * bytes.length);
        if (said.outcome() == Outcome.NOT_MINE) {
            assertEquals(List.of(), said.fields(), parser.application()::label);
        }
        if (parser.recognises(segment, 0, bytes.length)) {
            assertTrue(said.outcome() != Outcome.NOT_MINE, parser.application()::label);
        }
    }

    @Provide
    Arbitrary<byte[]> messages() {
        return Arbitraries.of(SampleMessages.ALL);
    }

    /// A message with some bytes changed, and cut.
    @Provide
    Arbitrary<byte[]> damaged() {
        Arbitrary<int[]> changes =
                Arbitraries.integers().array(int[].class).ofMinSize(0).ofMaxSize(6);
        return Combinators.combine(messages(), changes, Arbitraries.integers().between(0, 100))
                .as(ApplicationParserProperties::damage);
    }

    private static byte[] damage(byte[] message, int[] changes, int percent) {
        byte[] bytes = Arrays.copyOf(message, message.length - message.length * percent / 300);
        for (int change : changes) {
            if (bytes.length > 0) {
                bytes[(change >>> 8) % bytes.length] = (byte) change;
            }
        }
        return bytes;
    }
}
