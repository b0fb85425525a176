package headgate.flow.app;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;

/// The handshake bytes of one side, put together from the CRYPTO frames of its Initial packets (RFC
/// 9000 section 19.6), which come in any order and more than once.
final class QuicCryptoStream {
    /// A larger first message is not read: no ClientHello in use comes near.
    static final int MAX_LENGTH = 8 * 1024;

    private static final int PADDING = 0x00;
    private static final int PING = 0x01;
    private static final int ACK = 0x02;
    private static final int ACK_ECN = 0x03;
    private static final int CRYPTO = 0x06;

    /// The same in Google's versions; a frame that other versions have in no Initial packet.
    private static final int CRYPTO_OF_GOOGLE = 0x08;

    /// Google's versions: the top bits of the byte that begins an acknowledgment, and what the
    /// others say of it.
    private static final int ACK_OF_GOOGLE = 0x40;

    private static final int ACK_OF_GOOGLE_MASK = 0xe0;
    private static final int HAS_BLOCKS = 0x10;

    private final BitSet present = new BitSet();
    private byte[] bytes = new byte[1024];

    /// Takes the CRYPTO frames of an opened Initial packet. What is beyond [#MAX_LENGTH] is left
    /// out; a frame that may not be in an Initial packet, or does not fit it, ends the packet.
    void add(byte[] frames) {
        var reader = new WireReader(MemorySegment.ofArray(frames), 0, frames.length);
        boolean known = true;
        while (known && reader.remaining() > 0 && !reader.overrun()) {
            int type = reader.u8();
            switch (type) {
                case PADDING, PING -> {}
                case ACK -> skipAck(reader, 0);
                case ACK_ECN -> skipAck(reader, 3);
                case CRYPTO, CRYPTO_OF_GOOGLE -> crypto(reader);
                default -> {
                    known = (type & ACK_OF_GOOGLE_MASK) == ACK_OF_GOOGLE;
                    if (known) {
                        skipAckOfGoogle(reader, type);
                    }
                }
            }
        }
    }

    /// How many bytes there are from the first one on without a gap.
    int length() {
        return present.nextClearBit(0);
    }

    MemorySegment bytes() {
        return MemorySegment.ofArray(bytes);
    }

    private void crypto(WireReader reader) {
        long offset = reader.varint();
        long length = reader.varint();
        var data = reader.take(length);
        if (reader.overrun() || offset > MAX_LENGTH || length > MAX_LENGTH - offset) {
            return;
        }
        int from = (int) offset;
        int to = (int) (offset + length);
        if (to > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(MAX_LENGTH, 2 * to));
        }
        System.arraycopy(data.array((int) length), 0, bytes, from, (int) length);
        present.set(from, to);
    }

    /// Largest, delay, ranges, first range, then gap and length of each further range.
    private static void skipAck(WireReader reader, int counts) {
        reader.varint();
        reader.varint();
        long ranges = reader.varint();
        reader.varint();
        for (long i = 0; i < 2 * ranges + counts && !reader.overrun(); i++) {
            reader.varint();
        }
    }

    /// Largest, delay, number of blocks if there are more than the first, the first, then gap and
    /// length of each further block; then the time stamps ("QUIC Wire Layout Specification", ACK
    /// Frame). Two pairs of bits in the type say how long numbers are.
    private static void skipAckOfGoogle(WireReader reader, int type) {
        reader.skip(numberLength(type >>> 2) + 2);
        int blocks = (type & HAS_BLOCKS) != 0 ? reader.u8() : 0;
        reader.skip(numberLength(type) + (long) blocks * (1 + numberLength(type)));
        int stamps = reader.u8();
        if (stamps > 0) {
            reader.skip(1 + 4 + (stamps - 1) * 3);
        }
    }

    private static int numberLength(int bits) {
        return switch (bits & 3) {
            case 0 -> 1;
            case 1 -> 2;
            case 2 -> 4;
            default -> 6;
        };
    }
}
