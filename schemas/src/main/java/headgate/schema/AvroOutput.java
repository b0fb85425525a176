package headgate.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.io.BinaryEncoder;

/// Avro's binary encoding into one byte array that grows and is reused. Unlike Avro's own encoders
/// it knows no stream, so nothing here can fail with an I/O error.
///
/// A codec on a hot path calls [#room] once for a whole frame and writes with [AvroBytes]; all
/// other methods make room themselves.
public final class AvroOutput extends BinaryEncoder {
    private byte[] buffer;
    private int position;

    public AvroOutput(int initialBytes) {
        buffer = new byte[Math.max(initialBytes, 64)];
    }

    /// How many bytes were written since the last [#reset].
    public int size() {
        return position;
    }

    /// Forgets what was written and keeps the room.
    public void reset() {
        position = 0;
    }

    /// What was written, as an array of its own.
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, position);
    }

    /// The array that [#room] is in. It is another one after the next call of that.
    byte[] array() {
        return buffer;
    }

    /// Makes room for so many further bytes, and for what [AvroBytes] overwrites behind them.
    /// Returns the place in [#array] from which they are to be written; tell [#wroteTo] how far.
    int room(int bytes) {
        ensure(bytes + AvroBytes.SLACK);
        return position;
    }

    void wroteTo(int end) {
        position = end;
    }

    /// What was written between two places, as an array of its own.
    byte[] copyOf(int from, int to) {
        return Arrays.copyOfRange(buffer, from, to);
    }

    private void ensure(int bytes) {
        if (buffer.length - position < bytes) {
            grow(bytes);
        }
    }

    private void grow(int bytes) {
        long needed = (long) position + bytes;
        if (needed > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException("a value of " + needed + " bytes fits no record");
        }
        long doubled = Math.min(2L * buffer.length, Integer.MAX_VALUE - 8);
        buffer = Arrays.copyOf(buffer, (int) Math.max(needed, doubled));
    }

    @Override
    public void writeBoolean(boolean value) {
        ensure(1);
        buffer[position++] = (byte) (value ? 1 : 0);
    }

    @Override
    public void writeInt(int value) {
        int at = room(AvroBytes.LONGEST_NUMBER);
        position = AvroBytes.putInt(buffer, at, value);
    }

    @Override
    public void writeLong(long value) {
        int at = room(AvroBytes.LONGEST_NUMBER);
        position = AvroBytes.putLong(buffer, at, value);
    }

    /// Eight bytes, lowest first, as the fingerprint of a schema is framed.
    void writeLittleEndian(long value) {
        int at = room(Long.BYTES);
        position = AvroBytes.putLittleEndian(buffer, at, value);
    }

    @Override
    public void writeFloat(float value) {
        writeLittleEndianInt(Float.floatToRawIntBits(value));
    }

    private void writeLittleEndianInt(int value) {
        ensure(Integer.BYTES);
        for (int shift = 0; shift < Integer.SIZE; shift += 8) {
            buffer[position++] = (byte) (value >> shift);
        }
    }

    @Override
    public void writeDouble(double value) {
        writeLittleEndian(Double.doubleToRawLongBits(value));
    }

    @Override
    public void writeString(String value) {
        writeBytes(value.getBytes(UTF_8));
    }

    @Override
    public void writeBytes(byte[] bytes) {
        writeBytes(bytes, 0, bytes.length);
    }

    @Override
    public void writeBytes(byte[] bytes, int start, int length) {
        writeInt(length);
        writeFixed(bytes, start, length);
    }

    @Override
    public void writeBytes(ByteBuffer bytes) {
        int length = bytes.remaining();
        writeInt(length);
        ensure(length);
        bytes.get(bytes.position(), buffer, position, length);
        position += length;
    }

    @Override
    public void writeFixed(byte[] bytes) {
        writeFixed(bytes, 0, bytes.length);
    }

    @Override
    public void writeFixed(byte[] bytes, int start, int length) {
        ensure(length);
        System.arraycopy(bytes, start, buffer, position, length);
        position += length;
    }

    @Override
    public void writeEnum(int ordinal) {
        writeInt(ordinal);
    }

    @Override
    public void writeIndex(int unionIndex) {
        writeInt(unionIndex);
    }

    @Override
    public void writeArrayStart() {}

    @Override
    public void writeMapStart() {}

    /// Starts a block of so many items; an empty array or map has no block, only its end.
    @Override
    public void setItemCount(long count) {
        if (count > 0) {
            writeLong(count);
        }
    }

    @Override
    public void startItem() {}

    @Override
    public void writeArrayEnd() {
        writeZero();
    }

    @Override
    public void writeMapEnd() {
        writeZero();
    }

    @Override
    protected void writeZero() {
        ensure(1);
        buffer[position++] = 0;
    }

    @Override
    public int bytesBuffered() {
        return 0;
    }

    @Override
    public void flush() {}
}
