package headgate.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/// Avro's binary encoding out of one byte array, checked: whatever the bytes are, a read returns a
/// value or throws [UnreadableValueException], and never takes more memory than the value has
/// bytes.
///
/// Unlike Avro's own decoders it knows no stream, and one object may be placed on value after
/// value.
public final class AvroInput extends Decoder {
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_LE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_BE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT_BE =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes = {};
    private int position;

    /// Places this input on a value, from `start` to its end.
    public AvroInput place(byte[] value, int start) {
        bytes = value;
        position = start;
        return this;
    }

    /// Where the next read starts in the value.
    public int position() {
        return position;
    }

    @Override
    public int remainingBytes() {
        return bytes.length - position;
    }

    /// Refuses a value that goes on after its last field.
    public void end() {
        if (position != bytes.length) {
            throw new UnreadableValueException(
                    remainingBytes() + " bytes follow the value's end at byte " + position);
        }
    }

    private int advance(int length) {
        int start = position;
        if (length < 0 || length > bytes.length - start) {
            throw new UnreadableValueException(
                    "a field at byte %d has a length of %d, %d bytes are left"
                            .formatted(start, length, bytes.length - start));
        }
        position = start + length;
        return start;
    }

    private int nextByte() {
        if (position >= bytes.length) {
            throw new UnreadableValueException("the value ends at byte " + position);
        }
        return bytes[position++];
    }

    @Override
    public void readNull() {}

    @Override
    public boolean readBoolean() {
        return nextByte() == 1;
    }

    @Override
    public int readInt() {
        int first = nextByte();
        if (first >= 0) {
            return (first >>> 1) ^ -(first & 1);
        }
        return longerInt(first);
    }

    private int longerInt(int first) {
        long value = longerLong(first);
        if (value != (int) value) {
            throw new UnreadableValueException(
                    "an int before byte " + position + " has the value " + value);
        }
        return (int) value;
    }

    @Override
    public long readLong() {
        int first = nextByte();
        if (first >= 0) {
            return (first >>> 1) ^ -(first & 1);
        }
        return longerLong(first);
    }

    /// Works on local variables: most of what a frame takes to read is spent here.
    private long longerLong(int first) {
        byte[] from = bytes;
        int at = position;
        long raw = first & 0x7f;
        for (int shift = 7; shift < Long.SIZE && at < from.length; shift += 7) {
            int next = from[at++];
            raw |= (next & 0x7fL) << shift;
            if (next >= 0) {
                position = at;
                return (raw >>> 1) ^ -(raw & 1);
            }
        }
        throw new UnreadableValueException(
                at == from.length
                        ? "the value ends at byte " + at
                        : "a number before byte " + at + " never ends");
    }

    @Override
    public float readFloat() {
        return Float.intBitsToFloat((int) INT_LE.get(bytes, advance(Float.BYTES)));
    }

    @Override
    public double readDouble() {
        return Double.longBitsToDouble((long) LONG_LE.get(bytes, advance(Double.BYTES)));
    }

    /// Four bytes, highest first, as an unsigned number: a `fixed` that is an IPv4 address.
    long readUnsignedInt() {
        return Integer.toUnsignedLong((int) INT_BE.get(bytes, advance(Integer.BYTES)));
    }

    /// Six bytes, highest first: a `fixed` that is a MAC address.
    long readMac() {
        int at = advance(6);
        long high = Short.toUnsignedLong((short) SHORT_BE.get(bytes, at));
        return high << 32 | Integer.toUnsignedLong((int) INT_BE.get(bytes, at + 2));
    }

    /// Eight bytes, highest first: half of a `fixed` that is an IPv6 address.
    long readBigEndianLong() {
        return (long) LONG_BE.get(bytes, advance(Long.BYTES));
    }

    @Override
    public String readString() {
        int length = readInt();
        return new String(bytes, advance(length), length, UTF_8);
    }

    @Override
    public Utf8 readString(Utf8 old) {
        return new Utf8(readString());
    }

    @Override
    public void skipString() {
        skipBytes();
    }

    /// Passes over a `bytes` field and says where its bytes start; [#position] is then their end.
    int skipToBytes() {
        return advance(readInt());
    }

    public byte[] readBytes() {
        int length = readInt();
        int start = advance(length);
        return Arrays.copyOfRange(bytes, start, start + length);
    }

    @Override
    public ByteBuffer readBytes(ByteBuffer old) {
        return ByteBuffer.wrap(readBytes());
    }

    @Override
    public void skipBytes() {
        advance(readInt());
    }

    @Override
    public void readFixed(byte[] target, int start, int length) {
        System.arraycopy(bytes, advance(length), target, start, length);
    }

    @Override
    public void skipFixed(int length) {
        advance(length);
    }

    @Override
    public int readEnum() {
        return readInt();
    }

    /// The symbol at an enum's or union's place among so many.
    ///
    /// @throws UnreadableValueException when there is no such place
    public int readIndexBelow(int count) {
        int index = readInt();
        if (index < 0 || index >= count) {
            throw new UnreadableValueException(
                    "index %d before byte %d is not below %d".formatted(index, position, count));
        }
        return index;
    }

    @Override
    public int readIndex() {
        return readInt();
    }

    @Override
    public long readArrayStart() {
        return readBlockStart();
    }

    @Override
    public long arrayNext() {
        return readBlockStart();
    }

    @Override
    public long skipArray() {
        return skipBlocks();
    }

    @Override
    public long readMapStart() {
        return readBlockStart();
    }

    @Override
    public long mapNext() {
        return readBlockStart();
    }

    @Override
    public long skipMap() {
        return skipBlocks();
    }

    /// A negative count is followed by the block's size in bytes (Avro specification, arrays). No
    /// item of ours is empty, so a block cannot hold more items than bytes are left.
    private long readBlockStart() {
        long count = readLong();
        if (count < 0) {
            count = -count;
            readLong();
        }
        if (count < 0 || count > remainingBytes()) {
            throw new UnreadableValueException(
                    "a block of %d items before byte %d, %d bytes are left"
                            .formatted(count, position, remainingBytes()));
        }
        return count;
    }

    private long skipBlocks() {
        long count = readLong();
        while (count < 0) {
            advance((int) Math.min(readLong(), Integer.MAX_VALUE));
            count = readLong();
        }
        return count;
    }
}
