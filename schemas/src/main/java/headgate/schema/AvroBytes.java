package headgate.schema;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The primitive values of Avro's binary encoding, each written to an array from a place on. Every
/// method returns the place behind what it wrote.
///
/// A variable-length number is zigzagged, so that its sign is its lowest bit, and its bits are then
/// spread, seven to a byte, lowest first; the highest bit of a byte says that a further one follows
/// (Avro specification, "Binary Encoding"). Where that takes no loop, it takes one wide store: what
/// lies up to [#SLACK] bytes behind a number is overwritten, and must be in the array.
final class AvroBytes {
    /// Bytes behind the last value that must be in the array.
    static final int SLACK = 8;

    /// Most bytes that one number takes.
    static final int LONGEST_NUMBER = 10;

    private static final VarHandle LONG_LE = view(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BE = view(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_BE = view(int[].class, ByteOrder.BIG_ENDIAN);

    private static final long ALL_GO_ON = 0x8080808080808080L;

    private AvroBytes() {}

    private static VarHandle view(Class<?> of, ByteOrder order) {
        return MethodHandles.byteArrayViewVarHandle(of, order);
    }

    /// An `int`. Most are lengths, ports, checksums: up to 20 bits, of which nobody can guess how
    /// many bytes they take, take no branch.
    static int putInt(byte[] to, int at, int value) {
        if (value >>> 20 != 0) {
            return putUpTo56Bits(to, at, (value << 1 ^ value >> 31) & 0xffffffffL);
        }
        int second = 0x3f - value >>> 31;
        int third = 0x1fff - value >>> 31;
        to[at] = (byte) (value << 1 & 0x7f | second << 7);
        to[at + 1] = (byte) (value >> 6 & 0x7f | third << 7);
        to[at + 2] = (byte) (value >> 13);
        return at + 1 + second + third;
    }

    /// An `int` that is hardly ever other than 0 to 63, and takes one byte then.
    static int putSmall(byte[] to, int at, int value) {
        if (value >>> 6 != 0) {
            return putInt(to, at, value);
        }
        to[at] = (byte) (value << 1);
        return at + 1;
    }

    /// A `long`.
    static int putLong(byte[] to, int at, long value) {
        long zigzag = value << 1 ^ value >> 63;
        if (zigzag >>> 56 == 0) {
            return putUpTo56Bits(to, at, zigzag);
        }
        LONG_LE.set(to, at, spread(zigzag & 0xffffffffffffffL) | ALL_GO_ON);
        int rest = (int) (zigzag >>> 56);
        to[at + 8] = (byte) rest;
        if (rest < 0x80) {
            return at + 9;
        }
        to[at + 9] = 1;
        return at + 10;
    }

    private static int putUpTo56Bits(byte[] to, int at, long zigzag) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(zigzag);
        int bytes = bits * 9 + 64 >>> 6; // bits / 7, rounded up, and 1 for none
        long goOn = ALL_GO_ON & (1L << 8 * (bytes - 1)) - 1;
        LONG_LE.set(to, at, spread(zigzag) | goOn);
        return at + bytes;
    }

    /// Moves 56 bits to the lower seven of each byte: halves to 32 bits each, quarters to 16,
    /// eighths to 8.
    private static long spread(long bits) {
        long halves = bits & 0xfffffffL | (bits & 0xfffffff0000000L) << 4;
        long quarters = halves & 0x3fff00003fffL | (halves & 0xfffc0000fffc000L) << 2;
        return quarters & 0x7f007f007f007fL | (quarters & 0x3f803f803f803f80L) << 1;
    }

    /// One byte as it is: a boolean, a small index, an end.
    static int putByte(byte[] to, int at, int value) {
        to[at] = (byte) value;
        return at + 1;
    }

    /// The low 48 bits of a number, highest first.
    static int putMac(byte[] to, int at, long value) {
        LONG_BE.set(to, at, value << 16);
        return at + 6;
    }

    /// Four bytes, highest first.
    static int putBigEndian(byte[] to, int at, int value) {
        INT_BE.set(to, at, value);
        return at + Integer.BYTES;
    }

    /// Eight bytes, highest first.
    static int putBigEndian(byte[] to, int at, long value) {
        LONG_BE.set(to, at, value);
        return at + Long.BYTES;
    }

    /// Eight bytes, lowest first, as the fingerprint of a schema is framed.
    static int putLittleEndian(byte[] to, int at, long value) {
        LONG_LE.set(to, at, value);
        return at + Long.BYTES;
    }
}
