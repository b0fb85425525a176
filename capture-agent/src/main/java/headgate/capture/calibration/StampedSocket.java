package headgate.capture.calibration;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import headgate.capture.afpacket.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Reads frames of ours with the time at which the kernel took each up (`SO_TIMESTAMPNS`).
final class StampedSocket {
    private static final int BUFFER_BYTES = 2048;
    private static final int CONTROL_BYTES = 128;

    /// `struct msghdr` of 64 bits: name, its length, iov, its count, control, its length, flags.
    private static final int MSGHDR_BYTES = 56;

    private static final int IOV = 16;
    private static final int IOV_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;

    /// `struct cmsghdr`: length (8), level (4), type (4); then `struct timespec`.
    private static final int CMSG_TYPE = 12;

    private static final int SECONDS = 16;
    private static final int NANOS = 24;
    private static final long[] NO_STAMPS = {};

    private final int socket;
    private final int sequenceOffset;
    private final MemorySegment buffer;
    private final MemorySegment control;
    private final MemorySegment message;

    /// @param sequenceOffset where a received datagram or frame has its number
    StampedSocket(Arena arena, int socket, int sequenceOffset) {
        this.socket = socket;
        this.sequenceOffset = sequenceOffset;
        buffer = arena.allocate(BUFFER_BYTES, 8);
        control = arena.allocate(CONTROL_BYTES, 8);
        MemorySegment iov = arena.allocate(16, 8);
        iov.set(ADDRESS, 0, buffer);
        iov.set(JAVA_LONG, 8, BUFFER_BYTES);
        message = arena.allocate(MSGHDR_BYTES, 8);
        message.set(ADDRESS, IOV, iov);
        message.set(JAVA_LONG, IOV_COUNT, 1);
        message.set(ADDRESS, CONTROL, control);
    }

    /// What there was to read: nothing, a frame that is waited for, or another one.
    enum Found {
        NOTHING,
        AWAITED,
        OTHER
    }

    /// Takes one frame if there is one.
    ///
    /// @param first the number of the first frame that is waited for
    /// @param stamps takes its time, under its number less that; frames of other numbers, late ones
    ///   of another burst, are passed over
    Found read(int first, long[] stamps) {
        message.set(JAVA_LONG, CONTROL_LENGTH, CONTROL_BYTES);
        long length = Libc.recvmsg(socket, message, Libc.MSG_DONTWAIT);
        if (length < 0) {
            return Found.NOTHING;
        }
        boolean isStamped =
                message.get(JAVA_LONG, CONTROL_LENGTH) > NANOS
                        && control.get(JAVA_INT, CMSG_TYPE) == Libc.SO_TIMESTAMPNS;
        if (isStamped && length >= sequenceOffset + Integer.BYTES) {
            int sequence = buffer.get(JAVA_INT_UNALIGNED, sequenceOffset) - first;
            if (sequence >= 0 && sequence < stamps.length) {
                stamps[sequence] =
                        control.get(JAVA_LONG, SECONDS) * 1_000_000_000L
                                + control.get(JAVA_LONG, NANOS);
                return Found.AWAITED;
            }
        }
        return Found.OTHER;
    }

    /// Takes all that is there, and says how many that were.
    int drain() {
        int count = 0;
        while (read(0, NO_STAMPS) != Found.NOTHING) {
            count++;
        }
        return count;
    }
}
