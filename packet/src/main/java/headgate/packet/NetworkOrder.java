package headgate.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads numbers as they travel: most significant byte first (RFC 791, appendix B), at any address.
public final class NetworkOrder {
    private static final ValueLayout.OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfInt I32 = JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfLong I64 = JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

    private NetworkOrder() {}

    public static int u8(MemorySegment bytes, long offset) {
        return Byte.toUnsignedInt(bytes.get(JAVA_BYTE, offset));
    }

    public static int u16(MemorySegment bytes, long offset) {
        return Short.toUnsignedInt(bytes.get(U16, offset));
    }

    public static int i32(MemorySegment bytes, long offset) {
        return bytes.get(I32, offset);
    }

    public static long i64(MemorySegment bytes, long offset) {
        return bytes.get(I64, offset);
    }

    /// Six bytes, as a MAC address is kept: the first byte highest, the upper 16 bits zero.
    public static long u48(MemorySegment bytes, long offset) {
        return (long) u16(bytes, offset) << 32 | Integer.toUnsignedLong(i32(bytes, offset + 2));
    }
}
