package headgate.packet.file;

import headgate.packet.Frame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// pcapng files (draft-ietf-opsawg-pcapng): any number of sections, each with its own byte order
/// and interfaces; enhanced, simple and obsolete packet blocks. Other blocks are gone over.
///
/// ```
/// block: type(4) length(4) body padding-to-4 length(4)
/// ```
///
/// A block that is read must fit the buffer; one that is gone over may be of any length.
public final class PcapngReader extends CaptureReader {
    /// The same in both byte orders.
    static final int SECTION_HEADER = 0x0a0d0d0a;

    /// Most interfaces of one file, over all its sections; a further one is damage.
    public static final int MAX_INTERFACES = 65_536;

    /// Most bytes that are kept of an interface's name.
    public static final int MAX_NAME_LENGTH = 256;

    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int OBSOLETE_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;

    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int BLOCK_HEADER = 8;
    private static final int BLOCK_TRAILER = 4;

    // What a block has before its options or data, with its header.
    private static final int SECTION_FIXED = 24;
    private static final int DESCRIPTION_FIXED = 16;
    private static final int STATISTICS_FIXED = 20;
    private static final int SIMPLE_PACKET_FIXED = 12;
    private static final int PACKET_FIXED = 28;

    private static final int IF_NAME = 2;
    private static final int IF_TSRESOL = 9;
    private static final int IF_TSOFFSET = 14;
    private static final int ISB_IFRECV = 4;
    private static final int ISB_IFDROP = 5;
    private static final int ISB_FILTERACCEPT = 6;
    private static final int ISB_OSDROP = 7;
    private static final int ISB_USRDELIV = 8;

    private final List<InterfaceDescription> interfaces = new ArrayList<>();
    private final List<TimestampResolution> resolutions = new ArrayList<>();
    private final List<InterfaceStatistics> statistics = new ArrayList<>();

    private int sections;

    /// Which of the [#interfaces] is number 0 of the section at hand.
    private int firstInterface;

    // The block that is being gone over: where it starts, its length, what of it lies ahead.
    private long skippedOffset;
    private long skippedLength;
    private long skippedLeft;

    private long lastArrivalNanos;

    private PcapngReader(InputBuffer in) {
        super(in);
    }

    static PcapngReader open(InputBuffer in, String name) throws IOException {
        var reader = new PcapngReader(in);
        while (!reader.advance() && reader.sections == 0) {
            if (reader.ended()) {
                throw new CaptureFileException(name, "pcapng file, " + reader.damage());
            }
        }
        return reader;
    }

    @Override
    public boolean next(Frame frame) throws IOException {
        if (!advance()) {
            return false;
        }
        int block = in.position;
        int length = in.u32(block + 4);
        boolean placed =
                switch (in.u32(block)) {
                    case ENHANCED_PACKET -> packet(frame, block, length, in.u32(block + 8));
                    case OBSOLETE_PACKET -> packet(frame, block, length, in.u16(block + 8));
                    default -> simplePacket(frame, block, length);
                };
        if (placed) {
            in.position = block + length;
        }
        return placed;
    }

    @Override
    public List<InterfaceDescription> interfaces() {
        return Collections.unmodifiableList(interfaces);
    }

    @Override
    public List<InterfaceStatistics> statistics() {
        return Collections.unmodifiableList(statistics);
    }

    /// Takes in the blocks ahead, up to a packet block that lies whole at the position.
    private boolean advance() throws IOException {
        while (!ended() && skip() && haveHeader()) {
            int type = in.u32(in.position);
            int length = in.u32(in.position + 4);
            if (!isRead(type)) {
                startSkipping(length);
                continue;
            }
            if (!haveWhole(type, length)) {
                return false;
            }
            if (isPacket(type)) {
                return true;
            }
            if (!takeIn(type, in.position, length)) {
                return false;
            }
            in.position += length;
        }
        return false;
    }

    private boolean haveHeader() throws IOException {
        if (!in.have(BLOCK_HEADER)) {
            return cut("block header", BLOCK_HEADER);
        }
        int type = in.u32(in.position);
        if (type == SECTION_HEADER && !takeByteOrder()) {
            return false;
        }
        int length = in.u32(in.position + 4);
        boolean possible =
                Integer.compareUnsigned(length, BLOCK_HEADER + BLOCK_TRAILER) >= 0
                        && length % 4 == 0;
        return possible || damaged("block of type %#x is %s bytes long", type, unsigned(length));
    }

    private boolean haveWhole(int type, int length) throws IOException {
        if (length < 0 || length > InputBuffer.LENGTH) {
            return damaged(
                    "block of type %#x is %s bytes long, at most %d are read",
                    type, unsigned(length), InputBuffer.LENGTH);
        }
        if (!in.have(length)) {
            return cut("block", length);
        }
        int trailer = in.u32(in.position + length - BLOCK_TRAILER);
        return trailer == length || contradiction(in.offset(), length, trailer);
    }

    private static boolean isRead(int type) {
        return isPacket(type)
                || type == SECTION_HEADER
                || type == INTERFACE_DESCRIPTION
                || type == INTERFACE_STATISTICS;
    }

    private static boolean isPacket(int type) {
        return type == ENHANCED_PACKET || type == SIMPLE_PACKET || type == OBSOLETE_PACKET;
    }

    private boolean takeIn(int type, int block, int length) {
        return switch (type) {
            case SECTION_HEADER -> section(block, length);
            case INTERFACE_DESCRIPTION -> interfaceDescription(block, length);
            default -> interfaceStatistics(block, length);
        };
    }

    private boolean takeByteOrder() throws IOException {
        if (!in.have(BLOCK_HEADER + Integer.BYTES)) {
            return cut("section header", SECTION_FIXED + BLOCK_TRAILER);
        }
        int magic = in.u32(in.position + BLOCK_HEADER);
        if (magic == Integer.reverseBytes(BYTE_ORDER_MAGIC)) {
            in.bigEndian = !in.bigEndian;
        } else if (magic != BYTE_ORDER_MAGIC) {
            return damaged("byte-order magic is %08x", magic);
        }
        return true;
    }

    private boolean section(int block, int length) {
        if (length < SECTION_FIXED + BLOCK_TRAILER) {
            return damaged("section header block is only %d bytes long", length);
        }
        int major = in.u16(block + 12);
        int minor = in.u16(block + 14);
        // 1.2 was written for a while and is the same (draft-ietf-opsawg-pcapng, section 4.1).
        if (major != 1 || minor != 0 && minor != 2) {
            return damaged("section of version %d.%d, 1.0 is read", major, minor);
        }
        sections++;
        firstInterface = interfaces.size();
        return true;
    }

    private boolean interfaceDescription(int block, int length) {
        if (length < DESCRIPTION_FIXED + BLOCK_TRAILER) {
            return damaged("interface description block is only %d bytes long", length);
        }
        if (interfaces.size() == MAX_INTERFACES) {
            return damaged("more than %d interfaces", MAX_INTERFACES);
        }
        String name = "";
        int tsresol = 6;
        long tsoffsetSeconds = 0;
        var option = options(block + DESCRIPTION_FIXED, block + length);
        while (option.next()) {
            switch (option.code()) {
                case IF_NAME -> name = option.text(MAX_NAME_LENGTH);
                case IF_TSRESOL -> tsresol = option.u8();
                case IF_TSOFFSET -> tsoffsetSeconds = option.u64();
                default -> {}
            }
        }
        if (option.malformed() != null) {
            return damaged("interface description block, %s", option.malformed());
        }
        int snaplen = in.u32(block + 12);
        interfaces.add(
                new InterfaceDescription(
                        name, in.u16(block + 8), snaplen < 0 ? Integer.MAX_VALUE : snaplen));
        resolutions.add(new TimestampResolution(tsresol, tsoffsetSeconds));
        statistics.add(InterfaceStatistics.NONE);
        return true;
    }

    private boolean interfaceStatistics(int block, int length) {
        if (length < STATISTICS_FIXED + BLOCK_TRAILER) {
            return damaged("interface statistics block is only %d bytes long", length);
        }
        int id = in.u32(block + 8);
        if (!isDescribed(id)) {
            return undescribed(id);
        }
        long received = InterfaceStatistics.UNKNOWN;
        long interfaceDropped = InterfaceStatistics.UNKNOWN;
        long filterAccepted = InterfaceStatistics.UNKNOWN;
        long systemDropped = InterfaceStatistics.UNKNOWN;
        long delivered = InterfaceStatistics.UNKNOWN;
        var option = options(block + STATISTICS_FIXED, block + length);
        while (option.next()) {
            switch (option.code()) {
                case ISB_IFRECV -> received = option.u64();
                case ISB_IFDROP -> interfaceDropped = option.u64();
                case ISB_FILTERACCEPT -> filterAccepted = option.u64();
                case ISB_OSDROP -> systemDropped = option.u64();
                case ISB_USRDELIV -> delivered = option.u64();
                default -> {}
            }
        }
        if (option.malformed() != null) {
            return damaged("interface statistics block, %s", option.malformed());
        }
        var counted =
                new InterfaceStatistics(
                        received, interfaceDropped, filterAccepted, systemDropped, delivered);
        replaceLosses(statistics.set(firstInterface + id, counted), counted);
        return true;
    }

    private OptionReader options(int start, int blockEnd) {
        return new OptionReader(in, start, blockEnd - BLOCK_TRAILER);
    }

    /// Enhanced and obsolete packet blocks agree from their time stamp on.
    private boolean packet(Frame frame, int block, int length, int id) {
        if (length < PACKET_FIXED + BLOCK_TRAILER) {
            return damaged("packet block is only %d bytes long", length);
        }
        if (!isDescribed(id)) {
            return undescribed(id);
        }
        int captured = in.u32(block + 20);
        if (!fits(captured, length - PACKET_FIXED - BLOCK_TRAILER)) {
            return overlong(captured, length);
        }
        int index = firstInterface + id;
        long units =
                Integer.toUnsignedLong(in.u32(block + 12)) << 32
                        | Integer.toUnsignedLong(in.u32(block + 16));
        lastArrivalNanos = resolutions.get(index).nanos(units);
        place(frame, block + PACKET_FIXED, captured, in.u32(block + 24));
        describe(frame, index);
        return true;
    }

    /// A simple packet block belongs to the section's first interface, and has no time: it gets
    /// that of the frame before it.
    private boolean simplePacket(Frame frame, int block, int length) {
        if (length < SIMPLE_PACKET_FIXED + BLOCK_TRAILER) {
            return damaged("simple packet block is only %d bytes long", length);
        }
        if (!isDescribed(0)) {
            return undescribed(0);
        }
        int snaplen = interfaces.get(firstInterface).snaplen();
        int wire = in.u32(block + 8);
        int captured = snaplen > 0 && Integer.compareUnsigned(wire, snaplen) > 0 ? snaplen : wire;
        if (!fits(captured, length - SIMPLE_PACKET_FIXED - BLOCK_TRAILER)) {
            return overlong(captured, length);
        }
        place(frame, block + SIMPLE_PACKET_FIXED, captured, wire);
        describe(frame, firstInterface);
        return true;
    }

    private void describe(Frame frame, int index) {
        frame.arrivalNanos = lastArrivalNanos;
        frame.linkType = interfaces.get(index).linkType();
        frame.interfaceId = index;
    }

    private boolean isDescribed(int id) {
        return id >= 0 && id < interfaces.size() - firstInterface;
    }

    private static boolean fits(int captured, int room) {
        return !tooLong(captured) && captured <= room;
    }

    private boolean undescribed(int id) {
        return damaged(
                "block of interface %s, but the section describes %d",
                unsigned(id), interfaces.size() - firstInterface);
    }

    private boolean overlong(int captured, int length) {
        return damaged(
                "frame of %s bytes in a block of %d, at most %d are read",
                unsigned(captured), length, MAX_CAPTURE_LENGTH);
    }

    private boolean contradiction(long offset, int length, int trailer) {
        return damagedAt(
                offset,
                "block of %s bytes says at its end that it has %s",
                unsigned(length),
                unsigned(trailer));
    }

    private static String unsigned(int value) {
        return Integer.toUnsignedString(value);
    }

    private void startSkipping(int length) {
        skippedOffset = in.offset();
        skippedLength = Integer.toUnsignedLong(length);
        skippedLeft = skippedLength;
    }

    /// Goes over the rest of an unread block, if there is one; false if not all of it is there.
    private boolean skip() throws IOException {
        while (skippedLeft > BLOCK_TRAILER) {
            if (!in.have(1)) {
                return cutInSkipped();
            }
            skippedLeft -= in.skip(skippedLeft - BLOCK_TRAILER);
        }
        if (skippedLeft == 0) {
            return true;
        }
        if (!in.have(BLOCK_TRAILER)) {
            return cutInSkipped();
        }
        int trailer = in.u32(in.position);
        if (trailer != (int) skippedLength) {
            return contradiction(skippedOffset, (int) skippedLength, trailer);
        }
        in.position += BLOCK_TRAILER;
        skippedLeft = 0;
        return true;
    }

    private boolean cutInSkipped() {
        return in.ended()
                && damagedAt(
                        skippedOffset,
                        "block cut: %d of %d bytes",
                        in.offset() + in.present() - skippedOffset,
                        skippedLength);
    }
}
