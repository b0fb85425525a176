package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/// What every codec of this module owes, measured with Avro's own reader and writer.
public final class CodecContract {
    private CodecContract() {}

    /// Avro's generic reader reads the framed value to its last byte, its generic writer makes the
    /// same bytes of what was read, and the schema says of each field what it means. Returns what
    /// was read.
    public static GenericRecord holds(Schema schema, byte[] value) {
        assertDocumented(schema, schema.getFullName());
        assertEquals(
                SchemaNormalization.parsingFingerprint64(schema),
                fingerprintOf(value),
                "fingerprint");
        GenericRecord read = read(schema, schema, value);
        assertEquals(hex(value), hex(write(schema, read)));
        return read;
    }

    /// The golden value of this name as it was written then, kept in `src/test/resources/golden` as
    /// `NAME.avro-hex` with the schema that it was written with in
    /// `src/main/avro/former/NAME.avsc`. [AvroFraming] makes of it what Avro's own schema
    /// resolution makes of it, and refuses every piece of it.
    public static byte[] golden(String name, Schema today) {
        Schema then = new Schema.Parser().parse(text("former/" + name + ".avsc"));
        byte[] golden = golden(name);
        assertEquals(SchemaNormalization.parsingFingerprint64(then), fingerprintOf(golden), name);
        var framing = new AvroFraming(today);
        assertEquals(
                read(today, today, write(today, read(then, today, golden))),
                framing.read(
                        golden, in -> new GenericDatumReader<GenericRecord>(today).read(null, in)));
        if (fingerprintOf(golden) != SchemaNormalization.parsingFingerprint64(today)) {
            refusesEveryPiece(golden, piece -> framing.open(piece, new AvroInput()));
        }
        return golden;
    }

    /// The golden value of this name as it was written then.
    public static byte[] golden(String name) {
        String digits =
                text("/golden/" + name + ".avro-hex")
                        .lines()
                        .map(line -> line.replaceAll("#.*|\\s", ""))
                        .collect(Collectors.joining());
        return HexFormat.of().parseHex(digits);
    }

    /// Makes a value golden: for when a schema's bytes are about to be published for the first
    /// time. Never run it for a name that is there.
    ///
    /// @param module the directory of this module
    static void makeGolden(Path module, String name, Schema schema, byte[] value) {
        try {
            Files.writeString(
                    module.resolve("src/main/avro/former").resolve(name + ".avsc"),
                    schema.toString(),
                    StandardOpenOption.CREATE_NEW);
            Files.writeString(
                    module.resolve("src/test/resources/golden").resolve(name + ".avro-hex"),
                    hex(value),
                    StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A value as the text of an `.avro-hex` file, 32 bytes a line.
    public static String hex(byte[] value) {
        var text = new StringBuilder();
        for (int at = 0; at < value.length; at += 32) {
            byte[] line = Arrays.copyOfRange(value, at, Math.min(at + 32, value.length));
            text.append(HexFormat.of().formatHex(line)).append('\n');
        }
        return text.toString();
    }

    /// Cuts the value at each byte: the codec must refuse every piece, and with no other exception.
    public static void refusesEveryPiece(byte[] value, java.util.function.Consumer<byte[]> codec) {
        for (int length = 0; length < value.length; length++) {
            byte[] piece = Arrays.copyOf(value, length);
            try {
                codec.accept(piece);
            } catch (UnreadableValueException refused) {
                assertNotNull(refused.getMessage());
                continue;
            }
            throw new AssertionError("read a value cut to " + length + " bytes");
        }
    }

    /// Today's bytes of a value, written by Avro's generic writer.
    public static byte[] write(Schema schema, GenericRecord record) {
        try (var bytes = new ByteArrayOutputStream()) {
            bytes.write(0xc3);
            bytes.write(0x01);
            ByteBuffer fingerprint =
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(SchemaNormalization.parsingFingerprint64(schema));
            bytes.write(fingerprint.array());
            var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static GenericRecord read(Schema writer, Schema reader, byte[] value) {
        try {
            int length = value.length - AvroFraming.LENGTH;
            var decoder =
                    DecoderFactory.get().binaryDecoder(value, AvroFraming.LENGTH, length, null);
            var record = new GenericDatumReader<GenericRecord>(writer, reader).read(null, decoder);
            assertTrue(decoder.isEnd(), "bytes follow the value");
            return record;
        } catch (IOException e) {
            throw new AssertionError("Avro's reader: " + e, e);
        }
    }

    private static long fingerprintOf(byte[] value) {
        assertArrayEquals(new byte[] {(byte) 0xc3, 1}, Arrays.copyOf(value, 2), "marker");
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    }

    /// Each record and each field, also of records inside, has a `doc`.
    static void assertDocumented(Schema schema, String path) {
        switch (schema.getType()) {
            case RECORD -> {
                assertNotNull(schema.getDoc(), path + " has no doc");
                for (Schema.Field field : schema.getFields()) {
                    String inside = path + "." + field.name();
                    assertNotNull(field.doc(), inside + " has no doc");
                    assertDocumented(field.schema(), inside);
                }
            }
            case ARRAY -> assertDocumented(schema.getElementType(), path + "[]");
            case MAP -> assertDocumented(schema.getValueType(), path + "{}");
            case UNION -> schema.getTypes().forEach(type -> assertDocumented(type, path));
            case ENUM -> assertNotNull(schema.getDoc(), path + " has no doc");
            case FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
        }
    }

    private static String text(String resource) {
        try (InputStream in = CodecContract.class.getResourceAsStream(resource)) {
            assertNotNull(in, "no resource " + resource);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
