package headgate.capture.file;

import headgate.capture.CaptureInterface;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The frames of one or more capture files in one order, and what is known of all of them together.
abstract sealed class FileSequence implements Closeable permits MergedFiles, FollowedFiles {
    final InterfaceNumbers numbers = new InterfaceNumbers();
    final List<OpenFile> open = new ArrayList<>();

    /// Whether messages have to say which file they are about.
    private final boolean several;

    private boolean describesInterfaces;
    private String firstDamage;
    private String damage;
    private int damages;

    // Of the files that are closed.
    private long bytesRead;
    private long systemDropped;
    private long interfaceDropped;

    FileSequence(boolean several) {
        this.several = several;
        this.describesInterfaces = several;
    }

    /// The file whose frame is next; null if there is none, at least not now. The frame stays the
    /// next one until it is released.
    abstract OpenFile next() throws IOException;

    /// How many held frames of the file that [#next] gave are next, one after the other.
    abstract int inRow();

    /// Whether no further frame will come.
    abstract boolean ended();

    /// Bytes of all files; 0 where unknown.
    abstract long bytesTotal();

    /// Waits a little for more to come.
    abstract void await();

    final OpenFile add(OpenFile file) {
        open.add(file);
        describesInterfaces |= file.describesInterfaces();
        return file;
    }

    /// Closes a file, and keeps what it counted.
    final void remove(OpenFile file) throws IOException {
        file.describeInterfaces();
        open.remove(file);
        if (file.damage() != null) {
            noteDamage(file.name(), file.damage());
        }
        bytesRead += file.bytesRead();
        systemDropped += file.systemDropped();
        interfaceDropped += file.interfaceDropped();
        file.close();
    }

    final void noteDamage(String file, String reason) {
        damages++;
        if (damages == 1) {
            firstDamage = several ? file + ": " + reason : reason;
            damage = firstDamage;
        } else {
            damage = "%s; and %d more like this".formatted(firstDamage, damages - 1);
        }
    }

    /// What ended files early, for people; null if nothing did so far.
    final String damage() {
        return damage;
    }

    final boolean describesInterfaces() {
        return describesInterfaces;
    }

    final List<CaptureInterface> interfaces() {
        open.forEach(OpenFile::describeInterfaces);
        return numbers.all();
    }

    final long bytesRead() {
        long sum = bytesRead;
        for (int i = 0; i < open.size(); i++) {
            sum += open.get(i).bytesRead();
        }
        return sum;
    }

    final long systemDropped() {
        long sum = systemDropped;
        for (int i = 0; i < open.size(); i++) {
            sum += open.get(i).systemDropped();
        }
        return sum;
    }

    final long interfaceDropped() {
        long sum = interfaceDropped;
        for (int i = 0; i < open.size(); i++) {
            sum += open.get(i).interfaceDropped();
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        for (OpenFile file : List.copyOf(open)) {
            remove(file);
        }
    }
}
