package headgate.capture;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import headgate.capture.CaptureOpenException.Reason;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// A capture filter: an expression of pcap-filter(7), compiled by libpcap.
///
/// For files the program runs here, on the bytes of each frame. For the capture ring the kernel
/// runs it; such a program asks the kernel for a frame's VLAN tag, which the kernel takes out of
/// the bytes before filters see them, and does not work on bytes alone.
///
/// One thread at a time may ask [#matches].
public final class CaptureFilter {
    /// The expression is wrong; the message carries libpcap's words and the expression.
    public static final class SyntaxException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private SyntaxException(String expression, String words) {
            super("filter '%s': %s".formatted(expression, words));
        }
    }

    private static final int BPF_PROGRAM_BYTES = 16;
    private static final int BPF_INSN_BYTES = 8;

    private final Libpcap libpcap;
    private final String expression;
    private final int snaplen;

    private final int linkType;
    private final MemorySegment instructions;

    /// Frames on the heap are copied here, for libpcap to read.
    private MemorySegment scratch = MemorySegment.NULL;

    /// The expression for link types other than the first, made when such a frame comes: a file has
    /// as many as it says.
    private final Map<Integer, CaptureFilter> others = new HashMap<>();

    /// The one that was asked last.
    private CaptureFilter other = this;

    private CaptureFilter(
            Libpcap libpcap,
            String expression,
            int linkType,
            int snaplen,
            MemorySegment instructions) {
        this.libpcap = libpcap;
        this.expression = expression;
        this.linkType = linkType;
        this.snaplen = snaplen;
        this.instructions = instructions;
    }

    /// @throws CaptureOpenException when libpcap is not installed; the message names the package
    public static void requireLibpcap() throws CaptureOpenException {
        Libpcap.load();
    }

    /// Compiles for frames of any length, as [#compile(String, int, int)].
    public static CaptureFilter compile(String expression, int linkType)
            throws CaptureOpenException {
        return compile(expression, linkType, LiveSettings.MAX_SNAPLEN);
    }

    /// Compiles for the bytes of frames, as they are in files.
    ///
    /// @param linkType LINKTYPE_ number, see [headgate.packet.LinkType]
    /// @throws SyntaxException when the expression is wrong or means nothing for the link type
    /// @throws CaptureOpenException when libpcap is not installed
    public static CaptureFilter compile(String expression, int linkType, int snaplen)
            throws CaptureOpenException {
        Libpcap libpcap = Libpcap.load();
        MemorySegment handle = libpcap.openDead(dataLinkType(linkType), snaplen);
        try {
            return new CaptureFilter(
                    libpcap, expression, linkType, snaplen, program(libpcap, handle, expression));
        } finally {
            libpcap.close(handle);
        }
    }

    /// Compiles for the kernel, on an interface as it is now. Needs the permission to capture
    /// there.
    ///
    /// @throws SyntaxException when the expression is wrong or means nothing on the interface
    /// @throws CaptureOpenException when libpcap, the interface or the permission is missing
    public static CaptureFilter compileLive(String expression, String interfaceName, int snaplen)
            throws CaptureOpenException {
        Libpcap libpcap = Libpcap.load();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errors = arena.allocate(Libpcap.PCAP_ERRBUF_SIZE);
            MemorySegment handle = libpcap.create(arena.allocateFrom(interfaceName), errors);
            if (handle.address() == 0) {
                throw new CaptureOpenException(Reason.NOT_SUPPORTED, errors.getString(0));
            }
            try {
                libpcap.setSnaplen(handle, snaplen);
                int returned = libpcap.activate(handle);
                if (returned < 0) {
                    throw cannotActivate(libpcap, handle, interfaceName, returned);
                }
                return new CaptureFilter(
                        libpcap, expression, -1, snaplen, program(libpcap, handle, expression));
            } finally {
                libpcap.close(handle);
            }
        }
    }

    private static CaptureOpenException cannotActivate(
            Libpcap libpcap, MemorySegment handle, String interfaceName, int returned) {
        return switch (returned) {
            case Libpcap.PCAP_ERROR_NO_SUCH_DEVICE ->
                    CaptureOpenException.noSuchInterface(interfaceName);
            case Libpcap.PCAP_ERROR_PERM_DENIED, Libpcap.PCAP_ERROR_PROMISC_PERM_DENIED ->
                    CaptureOpenException.noPermission(interfaceName);
            case Libpcap.PCAP_ERROR_IFACE_NOT_UP ->
                    CaptureOpenException.interfaceDown(interfaceName);
            default ->
                    new CaptureOpenException(
                            Reason.NOT_SUPPORTED,
                            "interface '%s': %s".formatted(interfaceName, libpcap.geterr(handle)));
        };
    }

    @SuppressWarnings("restricted")
    private static MemorySegment program(Libpcap libpcap, MemorySegment handle, String expression) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate(BPF_PROGRAM_BYTES, 8);
            if (libpcap.compile(handle, program, arena.allocateFrom(expression))
                    == Libpcap.PCAP_ERROR) {
                throw new SyntaxException(expression, libpcap.geterr(handle));
            }
            long bytes = Integer.toUnsignedLong(program.get(JAVA_INT, 0)) * BPF_INSN_BYTES;
            MemorySegment compiled = program.get(ADDRESS, 8).reinterpret(bytes);
            MemorySegment kept = Arena.ofAuto().allocate(bytes, 8).copyFrom(compiled);
            libpcap.freecode(program);
            return kept;
        }
    }

    /// libpcap's DLT_ number for a LINKTYPE_ number: they differ for a few old ones.
    private static int dataLinkType(int linkType) {
        return linkType == LinkType.RAW ? 12 : linkType;
    }

    /// The program: one `struct sock_filter` (`struct bpf_insn`) of 8 bytes per instruction. Not to
    /// be written to.
    public MemorySegment instructions() {
        return instructions.asReadOnly();
    }

    /// Whether the frame as it lies in memory matches; headers need not be decoded.
    ///
    /// A frame of another link type than the filter was compiled for is judged by the same
    /// expression for its link type; it does not match where the expression means nothing there
    /// (`vlan` on raw IP).
    public boolean matches(Frame frame) {
        if (frame.linkType != linkType) {
            return otherLinkType(frame.linkType).matches(frame);
        }
        if (instructions.byteSize() == 0) {
            return false;
        }
        long address =
                frame.bytes.isNative()
                        ? checkedAddress(frame)
                        : copied(frame.bytes, frame.start, frame.lengthCaptured);
        return libpcap.bpfFilter(
                        instructions.address(), address, frame.lengthOnWire, frame.lengthCaptured)
                != 0;
    }

    private static long checkedAddress(Frame frame) {
        Objects.checkFromIndexSize(frame.start, frame.lengthCaptured, frame.bytes.byteSize());
        return frame.bytes.address() + frame.start;
    }

    private long copied(MemorySegment bytes, long start, int length) {
        if (scratch.byteSize() < length) {
            scratch = Arena.ofAuto().allocate(Math.max(length, 65536));
        }
        MemorySegment.copy(bytes, JAVA_BYTE, start, scratch, JAVA_BYTE, 0, length);
        return scratch.address();
    }

    private CaptureFilter otherLinkType(int wanted) {
        if (other.linkType != wanted) {
            other = others.computeIfAbsent(wanted, this::compileOrNothing);
        }
        return other;
    }

    private CaptureFilter compileOrNothing(int wanted) {
        try {
            return compile(expression, wanted, snaplen);
        } catch (SyntaxException | IOException _) {
            return new CaptureFilter(libpcap, expression, wanted, snaplen, MemorySegment.NULL);
        }
    }

    @Override
    public String toString() {
        return expression;
    }
}
