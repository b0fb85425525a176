package headgate.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.avro.io.BinaryEncoder;

/// Avro's binary encoding into one byte array that grows and is reused. Unlike Avro's own encoders
/// it knows no stream, so nothing here can fail with an I/O error.
///
/// A codec on a hot path calls [#ensure] once for a whole frame; all other methods make room
/// themselves.
public final class AvroOutput extends BinaryEncoder {
    private static final int LONGEST_VARINT = 10;
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_BE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

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

    /// Copies what was written to `target` from `start` on.
    void copyTo(byte[] target, int start) {
        System.arraycopy(buffer, 0, target, start, position);
    }

    /// Makes room for so many further bytes.
    void ensure(int bytes) {
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
        ensure(LONGEST_VARINT);
        putInt(value);
    }

    @Override
    public void writeLong(long value) {
        ensure(LONGEST_VARINT);
        putLong(value);
    }

    /// [#writeInt] where [#ensure] has made the room.
    void putInt(int value) {
        int rest = (value << 1) ^ (value >> 31);
        while ((rest & ~0x7f) != 0) {
            buffer[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[position++] = (byte) rest;
    }

    /// [#writeLong] where [#ensure] has made the room.
    void putLong(long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            buffer[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[position++] = (byte) rest;
    }

    /// One byte as it is, where [#ensure] has made the room: a boolean, a small index, an end.
    void putByte(int value) {
        buffer[position++] = (byte) value;
    }

    /// Bytes of a `fixed`, or of a `bytes` whose length was written, where [#ensure] has made the
    /// room.
    void putSegment(MemorySegment source, long offset, int length) {
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, buffer, position, length);
        position += length;
    }

    /// The low 48 bits of a number, highest first, where [#ensure] has made the room.
    void putMac(long value) {
        LONG_BE.set(buffer, position, value << 16);
        position += 6;
    }

    /// Four bytes, highest first, where [#ensure] has made the room.
    void putBigEndian(int value) {
        INT_BE.set(buffer, position, value);
        position += Integer.BYTES;
    }

    /// Eight bytes, highest first, where [#ensure] has made the room.
    void putBigEndian(long value) {
        LONG_BE.set(buffer, position, value);
        position += Long.BYTES;
    }

    /// Eight bytes, lowest first, as the fingerprint of a schema is framed.
    void writeLittleEndian(long value) {
        ensure(Long.BYTES);
        LONG_LE.set(buffer, position, value);
        position += Long.BYTES;
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
