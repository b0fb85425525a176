package headgate.flow.app;

import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Reads a message from front to back and never beyond its end. A read for which there are too few
/// bytes gives zero or nothing and is remembered, as is all that follows it: a parser reads
/// straight through and asks once, at the end, whether it was [#overrun].
final class WireReader {
    private final MemorySegment bytes;
    private final long limit;
    private long next;
    private boolean overrun;

    WireReader(MemorySegment bytes, long offset, long limit) {
        this.bytes = bytes;
        this.next = offset;
        this.limit = limit;
    }

    /// Where the next read begins.
    long position() {
        return next;
    }

    long remaining() {
        return limit - next;
    }

    /// Whether anything was asked for that is not there.
    boolean overrun() {
        return overrun;
    }

    int u8() {
        long at = advance(1);
        return at < 0 ? 0 : NetworkOrder.u8(bytes, at);
    }

    int u16() {
        long at = advance(2);
        return at < 0 ? 0 : NetworkOrder.u16(bytes, at);
    }

    /// As [#u16], which then gives it again.
    int peekU16() {
        return remaining() < Short.BYTES ? 0 : NetworkOrder.u16(bytes, next);
    }

    int u24() {
        return u8() << 16 | u16();
    }

    int i32() {
        long at = advance(4);
        return at < 0 ? 0 : NetworkOrder.i32(bytes, at);
    }

    /// A variable-length integer of QUIC (RFC 9000 section 16): 0 to 2⁶² - 1.
    long varint() {
        long first = u8();
        long value = first & 0x3f;
        for (int more = (1 << (first >>> 6)) - 1; more > 0; more--) {
            value = value << 8 | u8();
        }
        return value;
    }

    void skip(long count) {
        advance(count);
    }

    /// A reader of the next `count` bytes alone; of none if they are not all there.
    WireReader take(long count) {
        long at = advance(count);
        return at < 0 ? new WireReader(bytes, next, next) : new WireReader(bytes, at, at + count);
    }

    byte[] array(int count) {
        long at = advance(count);
        return at < 0 ? new byte[0] : bytes.asSlice(at, count).toArray(ValueLayout.JAVA_BYTE);
    }

    /// All that is left, one character a byte.
    String rest() {
        return new String(array((int) remaining()), StandardCharsets.ISO_8859_1);
    }

    /// All that is left as numbers of 16 bits; an odd byte at the end is an overrun.
    int[] restAsU16() {
        var numbers = new int[(int) (remaining() / 2)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = u16();
        }
        overrun |= remaining() != 0;
        return numbers;
    }

    /// Where `count` bytes begin that are then behind the reader; -1 if there are not so many.
    private long advance(long count) {
        if (overrun || count < 0 || count > remaining()) {
            overrun = true;
            return -1;
        }
        long at = next;
        next += count;
        return at;
    }
}
