package headgate.capture.file;

import headgate.packet.file.CaptureFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The frames of a file that is still being written, or of a ring of them in a directory, as they
/// come; never ends by itself, but with a single file that is damaged.
///
/// Files follow each other in the order of their first frames (then of their names): the next one
/// is the earliest that is later than the one at hand. That holds for a new file of a ring as for
/// one that takes the place of another, or that is written anew from its start. When there is a
/// next one and the file at hand has nothing left, that file has ended; until then what is half
/// written is waited for.
final class FollowedFiles extends FileSequence {
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /// What orders files.
    private record Place(long firstNanos, Path file) {
        static final Comparator<Place> ORDER =
                Comparator.comparingLong(Place::firstNanos).thenComparing(Place::file);
    }

    /// What a file was when its first frame was looked at.
    private record Looked(Object key, FileTime modified, long size, Place place) {
        boolean isStill(BasicFileAttributes now) {
            return Objects.equals(key, now.fileKey())
                    && modified.equals(now.lastModifiedTime())
                    && size == now.size();
        }
    }

    private final Path path;
    private final boolean directory;
    private Map<Path, Looked> looked = new HashMap<>();
    private long lookAgainNanos = System.nanoTime();
    private Place place;
    private Place nextPlace;
    private boolean ended;

    private FollowedFiles(Path path, boolean directory) {
        super(directory);
        this.path = path;
        this.directory = directory;
    }

    /// @param path a file, or a directory
    /// @throws CaptureFileException when there is nothing of that name, or the file is no capture
    static FollowedFiles open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return new FollowedFiles(path, true);
        }
        var file = new FollowedFiles(path, false);
        if (!Files.exists(path) || Files.size(path) > 0) {
            refuseWhatIsNoCapture(path);
        }
        return file;
    }

    private static void refuseWhatIsNoCapture(Path path) throws IOException {
        try {
            MergedFiles.firstNanos(path);
        } catch (CaptureFileException e) {
            if (e.isForeign() || !Files.exists(path)) {
                throw e;
            }
        }
    }

    @Override
    OpenFile next() throws IOException {
        while (!ended) {
            OpenFile current = open.isEmpty() ? null : open.getFirst();
            if (current != null && current.hold()) {
                return current;
            }
            if (current != null && current.ended()) {
                ended = !directory && current.damage() != null;
                remove(current);
                current = null;
            }
            if (nextPlace == null) {
                nextPlace = lookForNext();
            }
            if (nextPlace == null) {
                return null;
            }
            if (current != null) {
                current.endsHere();
            } else if (!ended) {
                place = nextPlace;
                nextPlace = null;
                add(OpenFile.open(place.file, true, numbers));
            }
        }
        return null;
    }

    /// The file that follows the one at hand; null if there is none yet, or it was looked for a
    /// moment ago.
    private Place lookForNext() throws IOException {
        long now = System.nanoTime();
        if (now - lookAgainNanos < 0) {
            return null;
        }
        var seen = new HashMap<Path, Looked>();
        Place earliest = null;
        for (Path file : directory ? MergedFiles.filesIn(path) : List.of(path)) {
            Looked at = look(file);
            if (at == null) {
                continue;
            }
            seen.put(file, at);
            if ((place == null || Place.ORDER.compare(at.place, place) > 0)
                    && (earliest == null || Place.ORDER.compare(at.place, earliest) < 0)) {
                earliest = at.place;
            }
        }
        looked = seen;
        lookAgainNanos = earliest == null ? now + LOOK_AGAIN_NANOS : now;
        return earliest;
    }

    /// Where a file belongs; null if it has no whole frame yet, is no capture or has just gone.
    private Looked look(Path file) throws IOException {
        try {
            var now = Files.readAttributes(file, BasicFileAttributes.class);
            Looked before = looked.get(file);
            if (before != null && before.isStill(now)) {
                return before;
            }
            long firstNanos = MergedFiles.firstNanos(file);
            return firstNanos == Long.MIN_VALUE
                    ? null
                    : new Looked(
                            now.fileKey(),
                            now.lastModifiedTime(),
                            now.size(),
                            new Place(firstNanos, file));
        } catch (NoSuchFileException | CaptureFileException _) {
            return null;
        }
    }

    @Override
    int inRow() {
        return open.getFirst().held();
    }

    @Override
    boolean ended() {
        return ended;
    }

    @Override
    long bytesTotal() {
        return 0;
    }

    @Override
    void await() {
        LockSupport.parkNanos(WAIT_NANOS);
    }

    @Override
    public void close() throws IOException {
        ended = true;
        super.close();
    }
}
