package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

class AvroBytesTest {
    private static final int START = 3;

    private final byte[] to = new byte[START + AvroBytes.LONGEST_NUMBER + AvroBytes.SLACK];

    private interface Writing {
        void write(BinaryEncoder encoder) throws IOException;
    }

    @Test
    void writesNumbersAsAvrosOwnEncoder() throws IOException {
        for (long value : around()) {
            assertWrote(
                    value,
                    encoder -> encoder.writeLong(value),
                    AvroBytes.putLong(to, START, value));
            int number = (int) value;
            assertWrote(
                    number,
                    encoder -> encoder.writeInt(number),
                    AvroBytes.putInt(to, START, number));
            assertWrote(
                    number,
                    encoder -> encoder.writeInt(number),
                    AvroBytes.putSmall(to, START, number));
        }
    }

    /// Both sides of every number of bits, of either sign, and some at random.
    private static long[] around() {
        LongStream edges =
                LongStream.range(0, 64)
                        .flatMap(bits -> LongStream.of(-1, 0, 1).map(d -> (1L << bits) + d));
        LongStream random = new Random(7).longs(10_000).map(bits -> bits >> (bits & 63));
        return LongStream.concat(edges.flatMap(value -> LongStream.of(value, -value)), random)
                .toArray();
    }

    @Test
    void writesAddressesInTheOrderOfTheWire() {
        assertEquals(START + 6, AvroBytes.putMac(to, START, 0x0200_0000_00a1L));
        assertEquals("0200000000a1", HexFormat.of().formatHex(to, START, START + 6));
        assertEquals(START + 4, AvroBytes.putBigEndian(to, START, 0xc0a8_0001));
        assertEquals("c0a80001", HexFormat.of().formatHex(to, START, START + 4));
        assertEquals(START + 8, AvroBytes.putBigEndian(to, START, 0x2001_0db8_0000_0001L));
        assertEquals("20010db800000001", HexFormat.of().formatHex(to, START, START + 8));
    }

    private void assertWrote(long value, Writing expected, int end) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        expected.write(encoder);
        encoder.flush();
        assertEquals(
                HexFormat.of().formatHex(bytes.toByteArray()),
                HexFormat.of().formatHex(to, START, end),
                Long.toString(value));
    }
}
