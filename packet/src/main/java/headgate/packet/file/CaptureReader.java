package headgate.packet.file;

import headgate.packet.Frame;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;

/// Frames of a capture file, in the file's order, through one reused buffer.
///
/// Nothing is allocated or copied per frame: a frame lies in the buffer until the next call. Memory
/// is bounded whatever the file says of itself: what is longer than the limits below is refused as
/// [Damage]. The channel may be a pipe: where it has nothing at the moment (its `read` returns 0),
/// [#next] returns false without having [#ended].
///
/// Not for several threads at a time.
public abstract sealed class CaptureReader implements Closeable permits PcapReader, PcapngReader {
    /// Most bytes of one frame, as in libpcap (`MAXIMUM_SNAPLEN`); a longer one is damage.
    public static final int MAX_CAPTURE_LENGTH = 256 * 1024;

    final InputBuffer in;
    private boolean ended;
    private Damage damage;
    private long systemDropped;
    private long interfaceDropped;

    CaptureReader(InputBuffer in) {
        this.in = in;
    }

    /// Opens a capture whose format the first bytes tell; waits for these.
    ///
    /// @param channel the file's uncompressed bytes; closed with the reader
    /// @param name what the user calls the file
    /// @throws CaptureFileException when it is not a capture, or ends within its file header
    public static CaptureReader open(ReadableByteChannel channel, String name) throws IOException {
        var in = new InputBuffer(channel);
        if (!waitFor(in, Integer.BYTES)) {
            throw CaptureFileException.foreign(name, FirstBytes.describe(in));
        }
        int magic = in.u32(0);
        if (magic == PcapngReader.SECTION_HEADER) {
            return PcapngReader.open(in, name);
        }
        if (PcapReader.isMagic(magic)) {
            return PcapReader.open(in, name);
        }
        in.have(FirstBytes.LOOKED_AT);
        throw CaptureFileException.foreign(name, FirstBytes.describe(in));
    }

    /// Places the next frame: bytes, lengths, time, link type and interface; leaves the rest of
    /// `frame` alone.
    ///
    /// @return false if there is none: at the end or at damage (see [#ended]), or because the
    ///   channel has nothing at the moment
    public abstract boolean next(Frame frame) throws IOException;

    /// Like [#next], but reads nothing, so that frames which were placed since the last `next` stay
    /// valid.
    ///
    /// @return false also if the next frame was not read yet
    public final boolean nextOfThoseRead(Frame frame) throws IOException {
        in.stands = true;
        try {
            return next(frame);
        } finally {
            in.stands = false;
        }
    }

    /// Described so far, in the order of [Frame#interfaceId], over all sections of the file.
    public abstract List<InterfaceDescription> interfaces();

    /// Whether the file tells interfaces apart; a pcap file has one without a name.
    public boolean describesInterfaces() {
        return true;
    }

    /// What the file says, up to here, of the losses of each of the [#interfaces].
    public abstract List<InterfaceStatistics> statistics();

    /// What the file says, up to here, that the operating system dropped on all interfaces.
    public final long systemDropped() {
        return systemDropped;
    }

    /// What the file says, up to here, that the interfaces dropped themselves.
    public final long interfaceDropped() {
        return interfaceDropped;
    }

    /// Whether no further frame will come: the file is over or damaged.
    public final boolean ended() {
        return ended;
    }

    /// What ended the file early; null if nothing did so far.
    public final Damage damage() {
        return damage;
    }

    @Override
    public final void close() throws IOException {
        ended = true;
        in.close();
    }

    /// Takes the place of what an interface counted before: the counts are running totals.
    final void replaceLosses(InterfaceStatistics before, InterfaceStatistics now) {
        systemDropped += known(now.systemDropped()) - known(before.systemDropped());
        interfaceDropped += known(now.interfaceDropped()) - known(before.interfaceDropped());
    }

    private static long known(long count) {
        return Math.max(0, count);
    }

    /// Like [InputBuffer#have], and waits for a channel that has nothing at the moment.
    static boolean waitFor(InputBuffer in, int length) throws IOException {
        while (!in.have(length)) {
            if (in.ended()) {
                return false;
            }
        }
        return true;
    }

    /// What [#next] returns for want of bytes of the record that starts here: it is the end of the
    /// file, or damage, or only a moment in which there are not more.
    final boolean cut(String record, long bytesNeeded) {
        if (!in.ended()) {
            return false;
        }
        ended = true;
        return in.present() > 0
                && damaged("%s cut: %d of %d bytes", record, in.present(), bytesNeeded);
    }

    /// Ends the file at the record that starts here.
    ///
    /// @return false, for [#next] to return
    final boolean damaged(String reason, Object... values) {
        return damagedAt(in.offset(), reason, values);
    }

    final boolean damagedAt(long offset, String reason, Object... values) {
        ended = true;
        damage = new Damage(offset, reason.formatted(values));
        return false;
    }

    /// Places what lies in the buffer at `at`. Both lengths are the file's word.
    final void place(Frame frame, int at, int lengthCaptured, int lengthOnWire) {
        if (frame.bytes != in.bytes) {
            // Storing a reference makes the collector's barrier part of it.
            frame.bytes = in.bytes;
        }
        frame.start = at;
        frame.lengthCaptured = lengthCaptured;
        frame.lengthOnWire = lengthOnWire < 0 ? Integer.MAX_VALUE : lengthOnWire;
        frame.packetType = -1;
    }

    /// Whether a capture length, as an unsigned number, is beyond [#MAX_CAPTURE_LENGTH].
    static boolean tooLong(int lengthCaptured) {
        return lengthCaptured < 0 || lengthCaptured > MAX_CAPTURE_LENGTH;
    }
}
