package headgate.flow.app;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// A name in a DNS message, RFC 1035, section 4.1.4: labels, the last of which may be a pointer to
/// an earlier name. A name has at most 255 octets; a pointer leads backward, so that no chain is a
/// circle.
final class DomainName {
    /// What [#read] returns for bytes that are no name.
    static final long BAD = -1;

    private static final int MAX_LENGTH = 255;

    /// More could not follow each other in 255 octets.
    private static final int MAX_POINTERS = 127;

    private static final int POINTER = 0xc0;

    private final byte[] octets = new byte[MAX_LENGTH];
    private int length;

    /// Reads the name at `offset` of the message that starts at `message`; returns where it ends,
    /// or [#BAD].
    long read(MemorySegment bytes, long message, long offset, long limit) {
        length = 0;
        long end = BAD;
        long at = offset;
        long lowest = offset;
        for (int pointers = 0; at < limit; ) {
            int label = NetworkOrder.u8(bytes, at);
            if (label == 0) {
                return end == BAD ? at + 1 : end;
            }
            if (label >= POINTER) {
                if (limit - at < 2 || ++pointers > MAX_POINTERS) {
                    return BAD;
                }
                long target = message + (NetworkOrder.u16(bytes, at) & 0x3fff);
                if (target >= lowest) {
                    return BAD;
                }
                end = end == BAD ? at + 2 : end;
                at = lowest = target;
                continue;
            }
            if (label > 63 || limit - at - 1 < label || !add(bytes, at + 1, label)) {
                return BAD;
            }
            at += 1 + label;
        }
        return BAD;
    }

    private boolean add(MemorySegment bytes, long offset, int label) {
        if (length + 1 + label > MAX_LENGTH) {
            return false;
        }
        if (length > 0) {
            octets[length++] = '.';
        }
        MemorySegment.copy(bytes, JAVA_BYTE, offset, octets, length, label);
        length += label;
        return true;
    }

    /// Octets of what was read last, dots between the labels included.
    int length() {
        return length;
    }

    /// One of them, 0 ≤ index < length.
    byte octet(int index) {
        return octets[index];
    }

    /// What was read last, without a dot at its end; the root as tshark writes it.
    String text() {
        return length == 0 ? "<Root>" : FieldText.of(octets, length);
    }
}
