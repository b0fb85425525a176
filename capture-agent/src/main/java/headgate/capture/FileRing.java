package headgate.capture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Where captured frames are saved while they are published, and when the next file is begun; names
/// and units are those of dumpcap(1).
///
/// @param path the file, `-` for standard output. With several files each has a number and its time
///   before the suffix: `day.pcapng` becomes `day_00001_20260131235959.pcapng`
/// @param fileBytes begins the next file; [Autostop#NEVER] for no limit
/// @param fileDuration begins the next file; null for no limit
/// @param files how many are kept, oldest ones are removed; 0 keeps all
public record FileRing(Path path, long fileBytes, Duration fileDuration, int files) {
    static final Path STANDARD_OUTPUT = Path.of("-");

    /// Reads what `-w` and `-b` take.
    ///
    /// @param conditions each `duration:SECONDS`, `filesize:KB` or `files:NUMBER`
    static FileRing parse(Path path, List<String> conditions) {
        var ring = new FileRing(path, Autostop.NEVER, null, 0);
        for (String condition : conditions) {
            String value = condition.substring(condition.indexOf(':') + 1);
            ring =
                    switch (condition.substring(0, condition.length() - value.length())) {
                        case "duration:" ->
                                new FileRing(
                                        path,
                                        ring.fileBytes,
                                        Autostop.seconds(condition, value),
                                        ring.files);
                        case "filesize:" ->
                                new FileRing(
                                        path,
                                        Autostop.kilobytes(condition, value),
                                        ring.fileDuration,
                                        ring.files);
                        case "files:" ->
                                new FileRing(
                                        path,
                                        ring.fileBytes,
                                        ring.fileDuration,
                                        (int) Autostop.whole(condition, value));
                        default ->
                                throw new IllegalArgumentException(
                                        "'%s': duration:SECONDS, filesize:KB or files:NUMBER"
                                                .formatted(condition));
                    };
        }
        if (!conditions.isEmpty() && !ring.hasSeveral()) {
            throw new IllegalArgumentException(
                    "files: say when the next one is begun, with filesize: or duration:");
        }
        if (ring.hasSeveral() && path.equals(STANDARD_OUTPUT)) {
            throw new IllegalArgumentException("standard output is one file");
        }
        return ring;
    }

    /// Whether there may be more than one file.
    boolean hasSeveral() {
        return fileBytes != Autostop.NEVER || fileDuration != null;
    }
}
