package headgate.capture.calibration;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import headgate.capture.afpacket.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Frames that take the receiving CPU longer than it takes to send them, so that what is sent right
/// after them has to wait, however fast that CPU is.
///
/// What takes the time is the filter of a packet socket that nobody reads: hundreds of divisions,
/// each waiting for the one before. The socket sees no other frame.
final class SlowFrames {
    /// IEEE 802, local experiments; see [Burst] for the other one.
    private static final int ETHER_TYPE = 0x88b6;

    /// Together with a burst fewer than one run of the backlog takes (RP-30).
    private static final int COUNT = 32;

    /// What the kernel makes of them must be within `net.core.optmem_max`, 20 KiB before Linux 6.7.
    private static final int INSTRUCTIONS = 600;

    private static final int SOCK_FILTER_BYTES = 8;
    private static final int SOCK_FPROG_BYTES = 16;
    private static final int BPF_LD_IMM = 0x00;
    private static final int BPF_LDX_IMM = 0x01;
    private static final int BPF_DIV_X = 0x3c;
    private static final int BPF_RET_K = 0x06;

    private final int sender;
    private final MemorySegment frame;

    /// @param sender the packet socket that the frames leave by
    /// @throws IOException if the kernel refuses the socket or its filter
    SlowFrames(Arena arena, VethLink link, int sender) throws IOException {
        this.sender = sender;
        frame = arena.allocate(60, 8);
        MemorySegment.copy(Burst.ethernet(ETHER_TYPE), 0, frame, JAVA_BYTE, 0, 14);
        int socket = link.packetSocket(ETHER_TYPE);
        int returned =
                Libc.setsockopt(
                        socket, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, takingNothingSlowly(arena));
        if (returned < 0) {
            throw new IOException("SO_ATTACH_FILTER: " + Libc.strerror(returned));
        }
    }

    private static MemorySegment takingNothingSlowly(Arena arena) {
        MemorySegment code = arena.allocate((long) INSTRUCTIONS * SOCK_FILTER_BYTES, 8);
        instruction(code, 0, BPF_LD_IMM, -1);
        instruction(code, 1, BPF_LDX_IMM, 1);
        for (int i = 2; i < INSTRUCTIONS - 1; i++) {
            instruction(code, i, BPF_DIV_X, 0);
        }
        instruction(code, INSTRUCTIONS - 1, BPF_RET_K, 0);
        MemorySegment program = arena.allocate(SOCK_FPROG_BYTES, 8);
        program.set(JAVA_SHORT, 0, (short) INSTRUCTIONS);
        program.set(ADDRESS, 8, code);
        return program;
    }

    private static void instruction(MemorySegment code, int index, int operation, int operand) {
        long at = (long) index * SOCK_FILTER_BYTES;
        code.set(JAVA_SHORT, at, (short) operation);
        code.set(JAVA_INT, at + 4, operand);
    }

    void send() {
        for (int i = 0; i < COUNT; i++) {
            Libc.send(sender, frame, 0);
        }
    }
}
