package headgate.capture.file;

import headgate.packet.file.CaptureFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.stream.Stream;

/// The frames of several files by their time stamps; those of one file stay in its order.
///
/// A file is open from the time of its first frame on, so that files which follow each other in
/// time are open one at a time. Beyond [#MAX_OPEN] files that overlap, a file waits until another
/// one has ended: its frames then come late, and the damage text says so.
final class MergedFiles extends FileSequence {
    /// Each takes a buffer of 1 MiB.
    static final int MAX_OPEN = 64;

    private static final Comparator<OpenFile> BY_TIME =
            Comparator.comparingLong(file -> file.frame().arrivalNanos);

    /// A file that is not open yet.
    private record Waiting(Path file, long firstNanos) {}

    private final Queue<Waiting> waiting;

    /// Open files with their next frames, but for the [#current] one.
    private final PriorityQueue<OpenFile> holding = new PriorityQueue<>(BY_TIME);

    /// Open pipes whose next frame is not there yet: nobody can say whose is the next one.
    private final List<OpenFile> silent = new ArrayList<>();

    private OpenFile current;
    private long bytesTotal;
    private boolean saidCrowded;

    private MergedFiles(boolean several, Queue<Waiting> waiting) {
        super(several);
        this.waiting = waiting;
    }

    /// @param paths files, and directories for the captures in them
    /// @throws CaptureFileException when one of the files cannot be read or is no capture, or a
    ///   directory holds none
    static MergedFiles open(List<Path> paths) throws IOException {
        if (paths.size() == 1 && !Files.isDirectory(paths.getFirst())) {
            var alone = new MergedFiles(false, new ArrayDeque<>());
            alone.start(OpenFile.open(paths.getFirst(), false, alone.numbers));
            return alone;
        }
        var merged = new MergedFiles(true, new ArrayDeque<>());
        try {
            merged.look(paths);
        } catch (IOException | RuntimeException e) {
            merged.close();
            throw e;
        }
        return merged;
    }

    private void look(List<Path> paths) throws IOException {
        var known = new ArrayList<Waiting>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                lookInto(path, known);
            } else if (Files.isRegularFile(path)) {
                known.add(new Waiting(path, firstNanos(path)));
            } else {
                start(OpenFile.open(path, false, numbers)); // a pipe cannot be opened twice
            }
        }
        known.sort(Comparator.comparingLong(Waiting::firstNanos));
        waiting.addAll(known);
        for (Waiting each : known) {
            bytesTotal += Files.size(each.file);
        }
    }

    private static void lookInto(Path directory, List<Waiting> known) throws IOException {
        int before = known.size();
        for (Path file : filesIn(directory)) {
            try {
                known.add(new Waiting(file, firstNanos(file)));
            } catch (CaptureFileException e) {
                if (!e.isForeign()) {
                    throw e;
                }
            }
        }
        if (known.size() == before) {
            throw new CaptureFileException(directory.toString(), "holds no capture file");
        }
    }

    /// By name, without hidden ones.
    static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    /// The time of a file's first frame; the smallest number there is if it has none.
    static long firstNanos(Path file) throws IOException {
        try (var looked = OpenFile.open(file, false, new InterfaceNumbers())) {
            return looked.hold() ? looked.frame().arrivalNanos : Long.MIN_VALUE;
        }
    }

    private void start(OpenFile file) {
        bytesTotal += file.bytesTotal();
        silent.add(add(file));
    }

    @Override
    OpenFile next() throws IOException {
        while (true) {
            if (current != null && !current.hold()) {
                silent.add(current);
                current = null;
            }
            if (!silent.isEmpty() && !hearSilent()) {
                return null;
            }
            if (current == null
                    || !holding.isEmpty() && BY_TIME.compare(holding.peek(), current) < 0) {
                change();
            }
            if (!openNextIfDue()) {
                return current;
            }
        }
    }

    /// Returns whether every open file has its next frame, or has ended and was closed.
    private boolean hearSilent() throws IOException {
        for (int i = silent.size() - 1; i >= 0; i--) {
            OpenFile file = silent.get(i);
            if (file.hold()) {
                holding.add(file);
                silent.remove(i);
            } else if (file.ended()) {
                remove(file);
                silent.remove(i);
            }
        }
        return silent.isEmpty();
    }

    private void change() {
        OpenFile earlier = holding.poll();
        if (current != null) {
            holding.add(current);
        }
        current = earlier;
    }

    private boolean openNextIfDue() throws IOException {
        Waiting first = waiting.peek();
        if (first == null || current != null && current.frame().arrivalNanos < first.firstNanos) {
            return false;
        }
        if (open.size() == MAX_OPEN) {
            sayCrowded(first);
            return false;
        }
        waiting.remove();
        silent.add(add(OpenFile.open(first.file, false, numbers)));
        return true;
    }

    private void sayCrowded(Waiting late) {
        if (!saidCrowded) {
            saidCrowded = true;
            noteDamage(
                    late.file.toString(),
                    "overlaps with %d other files, more than are merged: its frames come late"
                            .formatted(MAX_OPEN));
        }
    }

    /// While other files are open or wait, the frame behind the next one may be theirs.
    @Override
    int inRow() {
        return open.size() == 1 && waiting.isEmpty() ? current.held() : 1;
    }

    @Override
    boolean ended() {
        return open.isEmpty() && waiting.isEmpty();
    }

    @Override
    long bytesTotal() {
        return bytesTotal;
    }

    /// Reading a pipe waits by itself.
    @Override
    void await() {}

    @Override
    public void close() throws IOException {
        waiting.clear();
        holding.clear();
        silent.clear();
        current = null;
        super.close();
    }
}
