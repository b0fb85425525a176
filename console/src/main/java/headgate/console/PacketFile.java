package headgate.console;

import headgate.capture.CaptureInterface;
import headgate.packet.Frame;
import headgate.packet.file.InterfaceDescription;
import headgate.packet.file.PcapngWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A pcapng file that frames of any source go to, each with the interface that it came from.
final class PacketFile implements Closeable {
    private final Path path;
    private PcapngWriter writer;
    private int interfaces;
    private long frames;

    /// @param path null for standard output; a file is replaced when the first frame comes, not
    ///   before: a source that cannot be read must not cost an old file
    PacketFile(Path path) {
        this.path = path;
    }

    /// Makes the file; done by the first frame, and to be done for a file without any.
    void open() throws IOException {
        if (writer == null) {
            writer = new PcapngWriter(channel(), "headgate packets");
        }
    }

    private WritableByteChannel channel() throws IOException {
        return channel(path);
    }

    /// @param path null for standard output
    static WritableByteChannel channel(Path path) throws IOException {
        return path == null
                ? Channels.newChannel(StandardOutput.OWN)
                : FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
    }

    /// @param known the interfaces of the source so far; a source may add more while it is read
    void write(Frame frame, List<CaptureInterface> known) throws IOException {
        open();
        while (interfaces < known.size()) {
            CaptureInterface next = known.get(interfaces++);
            writer.addInterface(
                    new InterfaceDescription(next.name(), next.linkType(), next.snaplen()));
        }
        writer.write(frame);
        frames++;
    }

    long frames() {
        return frames;
    }

    @Override
    public void close() throws IOException {
        if (writer != null) {
            writer.close();
        }
    }
}
