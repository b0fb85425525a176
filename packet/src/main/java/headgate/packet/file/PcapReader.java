package headgate.packet.file;

import headgate.packet.Frame;
import java.io.IOException;
import java.util.List;

/// pcap files (draft-ietf-opsawg-pcap): micro- and nanoseconds, both byte orders, and the modified
/// format of A. Kuznetzov, whose packet headers are 8 bytes longer.
///
/// ```
/// file header:   magic(4) major(2) minor(2) reserved(8) snaplen(4) linktype(4)
/// packet header: seconds(4) fraction(4) captured(4) wire(4), then the frame
/// ```
public final class PcapReader extends CaptureReader {
    private static final int MICROSECONDS = 0xa1b2c3d4;
    private static final int NANOSECONDS = 0xa1b23c4d;
    private static final int MODIFIED = 0xa1b2cd34;

    private static final int FILE_HEADER = 24;
    private static final int PACKET_HEADER = 16;
    private static final int MODIFIED_PACKET_HEADER = 24;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /// The field's upper bits tell of frame check sequences, or are reserved.
    private static final int LINK_TYPE_MASK = 0xffff;

    private final InterfaceDescription description;
    private final int packetHeader;
    private final int fractionNanos;
    private final int minorVersion;

    private PcapReader(InputBuffer in, InterfaceDescription description, int minorVersion) {
        super(in);
        int magic = in.u32(0);
        this.description = description;
        this.minorVersion = minorVersion;
        packetHeader = magic == MODIFIED ? MODIFIED_PACKET_HEADER : PACKET_HEADER;
        fractionNanos = magic == NANOSECONDS ? 1 : 1000;
        in.skip(FILE_HEADER);
    }

    /// Whether these are the first four bytes of a pcap file, in either byte order.
    static boolean isMagic(int magic) {
        return isInFileOrder(magic) || isInFileOrder(Integer.reverseBytes(magic));
    }

    private static boolean isInFileOrder(int magic) {
        return magic == MICROSECONDS || magic == NANOSECONDS || magic == MODIFIED;
    }

    static PcapReader open(InputBuffer in, String name) throws IOException {
        in.bigEndian = !isInFileOrder(in.u32(0));
        if (!waitFor(in, FILE_HEADER)) {
            throw new CaptureFileException(
                    name,
                    "pcap file header cut: %d of %d bytes".formatted(in.present(), FILE_HEADER));
        }
        int major = in.u16(4);
        int minor = in.u16(6);
        if (major != 2) {
            throw new CaptureFileException(
                    name, "pcap version %d.%d; only 2.x is read".formatted(major, minor));
        }
        int snaplen = in.u32(16);
        int linkType = in.u32(20) & LINK_TYPE_MASK;
        return new PcapReader(
                in,
                new InterfaceDescription("", linkType, snaplen < 0 ? Integer.MAX_VALUE : snaplen),
                minor);
    }

    @Override
    public boolean next(Frame frame) throws IOException {
        if (ended()) {
            return false;
        }
        if (!in.have(packetHeader)) {
            return cut("packet header", packetHeader);
        }
        int captured = in.u32(in.position + 8);
        int wire = in.u32(in.position + 12);
        if (lengthsSwapped(captured, wire)) {
            int length = captured;
            captured = wire;
            wire = length;
        }
        if (tooLong(captured)) {
            return damaged(
                    "frame of %d bytes, at most %d are read",
                    Integer.toUnsignedLong(captured), MAX_CAPTURE_LENGTH);
        }
        if (!in.have(packetHeader + captured)) {
            return cut("frame with its header", packetHeader + captured);
        }
        int header = in.position;
        place(frame, header + packetHeader, captured, wire);
        frame.arrivalNanos =
                Integer.toUnsignedLong(in.u32(header)) * NANOS_PER_SECOND
                        + Integer.toUnsignedLong(in.u32(header + 4)) * fractionNanos;
        frame.linkType = description.linkType();
        frame.interfaceId = 0;
        in.position = header + packetHeader + captured;
        return true;
    }

    /// Writers of version 2.3 and before differed in which length comes first (libpcap knows the
    /// same rule).
    private boolean lengthsSwapped(int captured, int wire) {
        return minorVersion < 3 || minorVersion == 3 && Integer.compareUnsigned(captured, wire) > 0;
    }

    @Override
    public boolean describesInterfaces() {
        return false;
    }

    @Override
    public List<InterfaceDescription> interfaces() {
        return List.of(description);
    }

    @Override
    public List<InterfaceStatistics> statistics() {
        return List.of(InterfaceStatistics.NONE);
    }
}
