package headgate.capture.afpacket;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import headgate.capture.LiveSettings.Direction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/// Classic BPF programs for SO_ATTACH_FILTER (`struct sock_fprog`), see the kernel's
/// `Documentation/networking/filter.rst`.
final class SocketFilter {
    private static final int SOCK_FILTER_BYTES = 8;
    private static final int SOCK_FPROG_BYTES = 16;

    private static final int BPF_RET_K = 0x06;
    private static final int BPF_LD_W_ABS = 0x20;
    private static final int BPF_JMP_JEQ_K = 0x15;

    /// `SKF_AD_OFF + SKF_AD_PKTTYPE`: instead of the frame's bytes, its packet type.
    private static final int PACKET_TYPE = -0x1000 + 4;

    /// `SKF_AD_OFF + SKF_AD_IFINDEX`: the number of the frame's interface.
    private static final int INTERFACE_INDEX = -0x1000 + 8;

    private static final int PACKET_OUTGOING = 4;

    private SocketFilter() {}

    /// Takes no frame.
    static MemorySegment nothing(Arena arena) {
        MemorySegment code = arena.allocate(SOCK_FILTER_BYTES, 8);
        instruction(SegmentAllocator.prefixAllocator(code), BPF_RET_K, 0, 0, 0);
        return program(arena, code);
    }

    /// The compiled expression (or, without one, "take `snaplen` bytes of each frame"), behind a
    /// check of the interface where only some are wanted, and of the packet type where only
    /// outgoing frames are. Jumps are relative, so that a prefix leaves the expression as it is.
    ///
    /// @param indexes of the interfaces whose frames are wanted; empty for those of all that the
    ///   socket is bound to
    static MemorySegment assemble(
            Arena arena,
            int[] indexes,
            MemorySegment expression,
            int snaplen,
            Direction direction) {
        int prefix =
                (indexes.length > 0 ? 2 + indexes.length : 0)
                        + (direction == Direction.OUT ? 3 : 0);
        long bytes =
                prefix * SOCK_FILTER_BYTES + Math.max(SOCK_FILTER_BYTES, expression.byteSize());
        MemorySegment code = arena.allocate(bytes, 8);
        var rest = SegmentAllocator.slicingAllocator(code);
        if (indexes.length > 0) {
            instruction(rest, BPF_LD_W_ABS, 0, 0, INTERFACE_INDEX);
            for (int i = 0; i < indexes.length; i++) {
                instruction(rest, BPF_JMP_JEQ_K, indexes.length - i, 0, indexes[i]);
            }
            instruction(rest, BPF_RET_K, 0, 0, 0);
        }
        if (direction == Direction.OUT) {
            instruction(rest, BPF_LD_W_ABS, 0, 0, PACKET_TYPE);
            instruction(rest, BPF_JMP_JEQ_K, 1, 0, PACKET_OUTGOING);
            instruction(rest, BPF_RET_K, 0, 0, 0);
        }
        if (expression.byteSize() == 0) {
            instruction(rest, BPF_RET_K, 0, 0, snaplen);
        } else {
            rest.allocate(expression.byteSize()).copyFrom(expression);
        }
        return program(arena, code);
    }

    private static MemorySegment program(Arena arena, MemorySegment code) {
        MemorySegment program = arena.allocate(SOCK_FPROG_BYTES, 8);
        program.set(JAVA_SHORT, 0, (short) (code.byteSize() / SOCK_FILTER_BYTES));
        program.set(ADDRESS, 8, code);
        return program;
    }

    /// How many instructions a program has.
    static int length(MemorySegment program) {
        return Short.toUnsignedInt(program.get(JAVA_SHORT, 0));
    }

    /// `struct sock_filter`: code, jump if true, jump if false, operand.
    private static void instruction(
            SegmentAllocator code, int operation, int ifTrue, int ifFalse, int operand) {
        MemorySegment at = code.allocate(SOCK_FILTER_BYTES);
        at.set(JAVA_SHORT, 0, (short) operation);
        at.set(JAVA_BYTE, 2, (byte) ifTrue);
        at.set(JAVA_BYTE, 3, (byte) ifFalse);
        at.set(JAVA_INT, 4, operand);
    }
}
