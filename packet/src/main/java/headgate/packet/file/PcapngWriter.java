package headgate.packet.file;

import headgate.packet.Frame;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes one section of a pcapng file (draft-ietf-opsawg-pcapng): little-endian, with time stamps
/// in nanoseconds, and at its end what is known of each interface's losses.
///
/// Nothing is allocated per frame. Not for several threads at a time.
public final class PcapngWriter implements Closeable {
    /// [#write(Frame, int, int, String)] without flags.
    public static final int NO_FLAGS = 0;

    /// `epb_flags`: the frame was coming in.
    public static final int INBOUND = 1;

    /// `epb_flags`: the frame was going out.
    public static final int OUTBOUND = 2;

    /// Most bytes of a comment, a name: longer ones are cut.
    public static final int MAX_TEXT_LENGTH = 1024;

    private static final int BUFFER_LENGTH = 1024 * 1024;

    private static final int SECTION_HEADER = 0x0a0d0d0a;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int BLOCK_OVERHEAD = 12;

    private static final int END_OF_OPTIONS = 0;
    private static final int OPT_COMMENT = 1;
    private static final int SHB_USERAPPL = 4;
    private static final int EPB_FLAGS = 2;
    private static final int IF_NAME = 2;
    private static final int IF_TSRESOL = 9;
    private static final int ISB_STARTTIME = 2;
    private static final int ISB_ENDTIME = 3;
    private static final int ISB_IFRECV = 4;
    private static final int ISB_IFDROP = 5;
    private static final int ISB_FILTERACCEPT = 6;
    private static final int ISB_OSDROP = 7;
    private static final int ISB_USRDELIV = 8;

    private static final byte NANOSECONDS = 9;

    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final class Interface {
        long frames;
        long firstNanos;
        long lastNanos;
        InterfaceStatistics statistics = InterfaceStatistics.NONE;
    }

    private final WritableByteChannel channel;
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_LENGTH, Long.BYTES);
    private final ByteBuffer readable = buffer.asByteBuffer();
    private final List<Interface> interfaces = new ArrayList<>();
    private long flushed;
    private int position;
    private int blockStart;
    private boolean closed;

    /// @param channel closed with the writer
    /// @param application what the file names as its writer
    public PcapngWriter(WritableByteChannel channel, String application) throws IOException {
        this.channel = channel;
        byte[] text = text(application);
        startBlock(SECTION_HEADER, 16 + 4 + padded(text.length) + 4);
        u32(BYTE_ORDER_MAGIC);
        u16(1);
        u16(0);
        u64(-1);
        option(SHB_USERAPPL, text);
        endOptions();
        endBlock();
    }

    /// Describes one more interface.
    ///
    /// @return its number, from 0, for [#write]
    public int addInterface(InterfaceDescription description) throws IOException {
        byte[] name = text(description.name());
        startBlock(INTERFACE_DESCRIPTION, 8 + 4 + padded(name.length) + 8 + 4);
        u16(description.linkType());
        u16(0);
        u32(description.snaplen());
        if (name.length > 0) {
            option(IF_NAME, name);
        }
        option(IF_TSRESOL, new byte[] {NANOSECONDS});
        endOptions();
        endBlock();
        interfaces.add(new Interface());
        return interfaces.size() - 1;
    }

    /// Writes a frame of the interface that it names itself.
    public void write(Frame frame) throws IOException {
        write(frame, frame.interfaceId, NO_FLAGS, null);
    }

    /// Writes a frame. What is longer than [CaptureReader#MAX_CAPTURE_LENGTH] is cut to it, and a
    /// time before 1970, which the format cannot express, becomes 1970.
    ///
    /// @param interfaceId from [#addInterface]
    /// @param flags `epb_flags`, or [#NO_FLAGS]
    /// @param comment for people; null if there is none
    public void write(Frame frame, int interfaceId, int flags, String comment) throws IOException {
        Interface origin = interfaces.get(interfaceId);
        int captured = Math.min(frame.lengthCaptured, CaptureReader.MAX_CAPTURE_LENGTH);
        byte[] text = comment == null ? null : text(comment);
        int options = (flags == NO_FLAGS ? 0 : 8) + (text == null ? 0 : 4 + padded(text.length));
        startBlock(ENHANCED_PACKET, 20 + padded(captured) + options + (options > 0 ? 4 : 0));
        long nanos = Math.max(0, frame.arrivalNanos);
        u32(interfaceId);
        time(nanos);
        u32(captured);
        u32(frame.lengthOnWire);
        MemorySegment.copy(frame.bytes, frame.start, buffer, position, captured);
        position += captured;
        pad(captured);
        if (text != null) {
            option(OPT_COMMENT, text);
        }
        if (flags != NO_FLAGS) {
            u16(EPB_FLAGS);
            u16(Integer.BYTES);
            u32(flags);
        }
        if (options > 0) {
            endOptions();
        }
        endBlock();
        if (origin.frames++ == 0) {
            origin.firstNanos = nanos;
        }
        origin.lastNanos = nanos;
    }

    /// Remembers what is known of an interface's losses, for the statistics block at the end.
    public void setStatistics(int interfaceId, InterfaceStatistics statistics) {
        interfaces.get(interfaceId).statistics = statistics;
    }

    /// Bytes that the file has so far.
    public long length() {
        return flushed + position;
    }

    /// Hands everything written so far to the channel.
    public void flush() throws IOException {
        readable.limit(position).position(0);
        while (readable.hasRemaining()) {
            channel.write(readable);
        }
        flushed += position;
        position = 0;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (channel) {
            for (int id = 0; id < interfaces.size(); id++) {
                writeStatistics(id, interfaces.get(id));
            }
            flush();
        }
    }

    private void writeStatistics(int id, Interface origin) throws IOException {
        InterfaceStatistics known = origin.statistics;
        startBlock(INTERFACE_STATISTICS, 12 + 7 * 12 + 4);
        u32(id);
        time(origin.lastNanos);
        if (origin.frames > 0) {
            timeOption(ISB_STARTTIME, origin.firstNanos);
            timeOption(ISB_ENDTIME, origin.lastNanos);
        }
        count(ISB_IFRECV, known.received());
        count(ISB_IFDROP, known.interfaceDropped());
        count(ISB_FILTERACCEPT, known.filterAccepted());
        count(ISB_OSDROP, known.systemDropped());
        count(
                ISB_USRDELIV,
                known.delivered() == InterfaceStatistics.UNKNOWN
                        ? origin.frames
                        : known.delivered());
        endOptions();
        endBlock();
    }

    /// @param mostBytes that the block's body may take
    private void startBlock(int type, int mostBytes) throws IOException {
        if (BUFFER_LENGTH - position < mostBytes + BLOCK_OVERHEAD) {
            flush();
        }
        blockStart = position;
        u32(type);
        u32(0);
    }

    private void endBlock() {
        int length = position + Integer.BYTES - blockStart;
        u32(length);
        buffer.set(U32, blockStart + Integer.BYTES, length);
    }

    private void option(int code, byte[] value) {
        u16(code);
        u16(value.length);
        MemorySegment.copy(value, 0, buffer, ValueLayout.JAVA_BYTE, position, value.length);
        position += value.length;
        pad(value.length);
    }

    private void count(int code, long value) {
        if (value != InterfaceStatistics.UNKNOWN) {
            u16(code);
            u16(Long.BYTES);
            u64(value);
        }
    }

    private void timeOption(int code, long nanos) {
        u16(code);
        u16(Long.BYTES);
        time(nanos);
    }

    private void endOptions() {
        u16(END_OF_OPTIONS);
        u16(0);
    }

    /// The upper half comes first, in either byte order.
    private void time(long nanos) {
        u32((int) (nanos >>> 32));
        u32((int) nanos);
    }

    private void pad(int length) {
        for (int i = length; i < padded(length); i++) {
            buffer.set(ValueLayout.JAVA_BYTE, position++, (byte) 0);
        }
    }

    private static int padded(int length) {
        return length + 3 & ~3;
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_TEXT_LENGTH) {
            return bytes;
        }
        int length = MAX_TEXT_LENGTH;
        while ((bytes[length] & 0xc0) == 0x80) {
            length--;
        }
        return Arrays.copyOf(bytes, length);
    }

    private void u16(int value) {
        buffer.set(U16, position, (short) value);
        position += Short.BYTES;
    }

    private void u32(int value) {
        buffer.set(U32, position, value);
        position += Integer.BYTES;
    }

    private void u64(long value) {
        buffer.set(U64, position, value);
        position += Long.BYTES;
    }
}
