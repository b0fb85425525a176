package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.schema.AvroFraming.Framing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;

class AvroFramingTest {
    private static final Schema ANY =
            new Schema.Parser()
                    .parse(
                            """
                            {"type":"record","name":"Any","fields":[
                             {"name":"i","type":"int"},{"name":"l","type":"long"},
                             {"name":"f","type":"float"},{"name":"d","type":"double"},
                             {"name":"t","type":"boolean"},{"name":"s","type":"string"},
                             {"name":"b","type":"bytes"},
                             {"name":"x","type":{"type":"fixed","name":"X","size":3}},
                             {"name":"a","type":{"type":"array","items":"long"}},
                             {"name":"m","type":{"type":"map","values":"string"}},
                             {"name":"u","type":["null","int"]}]}
                            """);
    private final AvroFraming framing = new AvroFraming(ANY);

    @Test
    void framesAsAvrosOwnSingleObjectEncoder() throws IOException {
        ByteBuffer expected =
                new BinaryMessageEncoder<GenericRecord>(GenericData.get(), ANY).encode(anything());
        assertArrayEquals(expected.array(), write(anything()));
    }

    @Test
    void readsBackWhatAvrosOwnEncoderWrote() throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.write(HexFormat.of().parseHex("c301"));
        bytes.write(
                ByteBuffer.allocate(8).putLong(Long.reverseBytes(framing.fingerprint())).array());
        // A blocking encoder writes negative counts with the block's size behind them.
        var encoder = EncoderFactory.get().blockingBinaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(ANY).write(anything(), encoder);
        encoder.flush();
        GenericRecord read =
                framing.read(
                        bytes.toByteArray(),
                        in -> new GenericDatumReader<GenericRecord>(ANY).read(null, in));
        assertEquals(anything().toString(), read.toString());
    }

    @Test
    void tellsWhatElseAValueIs() {
        byte[] value = write(anything());
        assertEquals(Framing.EXPECTED, framing.check(value));
        assertEquals(Framing.TOO_SHORT, framing.check(new byte[9]));
        assertEquals(Framing.REGISTRY, framing.check(new byte[12]));
        assertEquals(Framing.FOREIGN, framing.check("{\"json\": true}".getBytes()));
        value[5] ^= 1;
        assertEquals(Framing.OTHER_SCHEMA, framing.check(value));
        var refused =
                assertThrows(
                        UnreadableValueException.class, () -> framing.open(value, new AvroInput()));
        assertEquals(true, refused.getMessage().startsWith("Any with schema "), refused::toString);
    }

    @Test
    void refusesAValueThatEndsEarlyOrGoesOn() {
        byte[] value = write(anything());
        CodecContract.refusesEveryPiece(value, this::read);
        byte[] longer = java.util.Arrays.copyOf(value, value.length + 1);
        assertThrows(UnreadableValueException.class, () -> read(longer));
    }

    @Test
    void takesNoMemoryForALengthThatIsNotThere() {
        var out = new AvroOutput(64);
        out.writeInt(Integer.MAX_VALUE);
        var in = new AvroInput().place(out.toByteArray(), 0);
        assertThrows(UnreadableValueException.class, in::readString);
        assertThrows(
                UnreadableValueException.class,
                () -> new AvroInput().place(out.toByteArray(), 0).readArrayStart());
    }

    @Test
    void refusesANumberThatNeverEndsAndAnIntThatIsNone() {
        byte[] endless = new byte[11];
        java.util.Arrays.fill(endless, (byte) 0x80);
        assertThrows(
                UnreadableValueException.class, () -> new AvroInput().place(endless, 0).readLong());
        var out = new AvroOutput(64);
        out.writeLong(1L + Integer.MAX_VALUE);
        assertThrows(
                UnreadableValueException.class,
                () -> new AvroInput().place(out.toByteArray(), 0).readInt());
    }

    private void read(byte[] value) {
        framing.read(value, in -> new GenericDatumReader<GenericRecord>(ANY).read(null, in));
    }

    private byte[] write(GenericRecord record) {
        return framing.write(out -> new GenericDatumWriter<GenericRecord>(ANY).write(record, out));
    }

    private static GenericRecord anything() {
        var record = new GenericData.Record(ANY);
        record.put("i", Integer.MIN_VALUE);
        record.put("l", Long.MAX_VALUE);
        record.put("f", -1.5f);
        record.put("d", Math.PI);
        record.put("t", true);
        record.put("s", "Größe ✓");
        record.put("b", ByteBuffer.wrap(new byte[] {1, 2, 3}));
        record.put(
                "x",
                new GenericData.Fixed(ANY.getField("x").schema(), new byte[] {(byte) 0xff, 0, 7}));
        record.put("a", List.of(0L, -64L, 64L, 1L << 40));
        record.put("m", java.util.Map.of("key", "value"));
        record.put("u", 5);
        return record;
    }
}
