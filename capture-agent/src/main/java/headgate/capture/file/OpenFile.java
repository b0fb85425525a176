package headgate.capture.file;

import headgate.capture.CaptureInterface;
import headgate.packet.Frame;
import headgate.packet.file.CaptureFileException;
import headgate.packet.file.CaptureReader;
import headgate.packet.file.InterfaceDescription;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A capture file that is open, and the frames of it that come next.
final class OpenFile implements Closeable {
    /// Frames that are held at once, if so many were read together: enough for who looks ahead, and
    /// few enough for the processor's first cache.
    private static final int MOST_HELD = 8;

    /// The next frames, from [#next] on, once [#hold] says that there is one.
    final Frame[] frames = new Frame[MOST_HELD];

    private int next;
    private int end;

    private final String name;
    private final RawInput input;
    private final Decompressor decompressor;
    private final CaptureReader reader;
    private final InterfaceNumbers numbers;

    /// By the file's own number of an interface.
    private int[] interfaceIds = {};

    private final Map<CaptureInterface, Integer> equalSoFar = new HashMap<>();

    private OpenFile(
            String name,
            RawInput input,
            Decompressor decompressor,
            CaptureReader reader,
            InterfaceNumbers numbers) {
        this.name = name;
        this.input = input;
        this.decompressor = decompressor;
        this.reader = reader;
        this.numbers = numbers;
        Arrays.setAll(frames, _ -> new Frame());
    }

    /// @param file a capture file, a named pipe or [CaptureFileSource#STANDARD_INPUT]; waits for a
    ///   pipe's first bytes
    /// @param follow whether the end of the file is only the end so far, until [#endsHere]
    /// @throws CaptureFileException when there is no such file, or it is not a capture
    static OpenFile open(Path file, boolean follow, InterfaceNumbers numbers) throws IOException {
        boolean standardInput = file.equals(CaptureFileSource.STANDARD_INPUT);
        String name = standardInput ? "stdin" : file.toString();
        RawInput input = standardInput ? RawInput.standardInput() : RawInput.open(file, follow);
        ReadableByteChannel toClose = input;
        try {
            Decompressor decompressor = Decompressor.open(input);
            toClose = decompressor == null ? input : decompressor;
            var reader = openReader(name, decompressor, toClose);
            return new OpenFile(name, input, decompressor, reader, numbers);
        } catch (IOException | RuntimeException e) {
            toClose.close();
            throw e;
        }
    }

    private static CaptureReader openReader(
            String name, Decompressor decompressor, ReadableByteChannel channel)
            throws IOException {
        try {
            return CaptureReader.open(channel, name);
        } catch (CaptureFileException e) {
            throw decompressor == null || decompressor.damage() == null
                    ? e
                    : new CaptureFileException(name, decompressor.damage(), e);
        }
    }

    /// Whether there is a next frame: reads some unless one is there already.
    boolean hold() throws IOException {
        if (next == end) {
            next = end = 0;
            boolean placed = reader.next(frames[0]);
            while (placed) {
                number(frames[end++]);
                placed = end < MOST_HELD && reader.nextOfThoseRead(frames[end]);
            }
        }
        return next < end;
    }

    private void number(Frame frame) {
        if (frame.interfaceId >= interfaceIds.length) {
            describeInterfaces();
        }
        frame.interfaceId = interfaceIds[frame.interfaceId];
    }

    /// The next frame.
    Frame frame() {
        return frames[next];
    }

    /// Where in [#frames] the next one is.
    int next() {
        return next;
    }

    /// How many frames are held.
    int held() {
        return end - next;
    }

    /// The next so many frames were handed over.
    void release(int count) {
        next += count;
    }

    /// Whether no further frame will come.
    boolean ended() {
        return next == end && reader.ended();
    }

    /// What is there now is all there will be of a followed file.
    void endsHere() {
        input.endsHere();
    }

    /// Gives numbers to the interfaces that the file has told of since the last time.
    void describeInterfaces() {
        List<InterfaceDescription> described = reader.interfaces();
        int known = interfaceIds.length;
        interfaceIds = Arrays.copyOf(interfaceIds, described.size());
        for (int i = known; i < interfaceIds.length; i++) {
            var description = described.get(i);
            var named =
                    new CaptureInterface(
                            description.name().isEmpty() ? fileName() : description.name(),
                            description.linkType(),
                            description.snaplen());
            int nth = equalSoFar.merge(named, 1, Integer::sum);
            interfaceIds[i] = numbers.of(named, nth);
        }
    }

    private String fileName() {
        return Path.of(name).getFileName().toString();
    }

    boolean describesInterfaces() {
        return reader.describesInterfaces();
    }

    String name() {
        return name;
    }

    /// What ended the file early; null if nothing did so far.
    String damage() {
        if (decompressor != null && decompressor.damage() != null) {
            return decompressor.damage();
        }
        return reader.damage() == null ? null : reader.damage().toString();
    }

    long systemDropped() {
        return reader.systemDropped();
    }

    long interfaceDropped() {
        return reader.interfaceDropped();
    }

    long bytesRead() {
        return input.count();
    }

    /// The file's length when it was opened; 0 for a pipe.
    long bytesTotal() {
        return input.total();
    }

    @Override
    public void close() throws IOException {
        next = end;
        reader.close();
    }
}
