package headgate.capture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The flags that name capture files and choose frames, and the words of the filter. A shell makes
/// `-r *.pcap` a flag with its file and further words: those before the filter that are files are
/// read too.
public final class InputOptions {
    @Option(
            names = {"-r", "--read"},
            paramLabel = "FILE",
            description =
                    "pcap or pcapng; - for stdin; .gz and .zst are read; a directory for all"
                            + " captures in it. Several, also as -r *.pcap, are merged by time.")
    private List<Path> named = List.of();

    @Option(
            names = "--follow",
            description =
                    "Wait for what is appended to the file, or for further files in the directory.")
    private boolean follow;

    @Option(
            names = "--dedup",
            paramLabel = "MILLIS",
            description =
                    "Leave out a frame whose bytes, VLAN tags aside, came so long before: the copies"
                            + " of a mirror port, for which 5 is enough; 0 leaves none out"
                            + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "0")
    private int dedupMillis;

    @Parameters(
            paramLabel = "FILTER",
            arity = "0..*",
            description =
                    "Capture filter, as tcpdump takes it: tcp port 443 and not host 10.0.0.9.")
    private List<String> words = List.of();

    /// Whether the user names a file.
    public boolean isGiven() {
        return !named.isEmpty();
    }

    /// Reads this file, as if the user had named it.
    void name(Path file) {
        named = List.of(file);
    }

    /// What is to be read.
    ///
    /// @param speed times the recorded pace; 0 flat out
    /// @throws IllegalArgumentException when the flags contradict each other
    public CaptureSettings.Input.File input(double speed) {
        var further = words.subList(0, furtherFiles()).stream().map(Path::of);
        var files = Stream.concat(named.stream(), further).toList();
        return new CaptureSettings.Input.File(files, speed, follow, filter());
    }

    /// The filter's words as one expression; empty if there are none.
    public String filter() {
        return String.join(" ", words.subList(furtherFiles(), words.size()));
    }

    /// The window in which copies of a frame are left out; 0 if none are.
    public int dedupMillis() {
        return dedupMillis;
    }

    /// Whether what is read is still being written to.
    public boolean follow() {
        return follow;
    }

    private int furtherFiles() {
        int count = 0;
        while (!named.isEmpty() && count < words.size() && isFile(words.get(count))) {
            count++;
        }
        return count;
    }

    /// No keyword of a filter has a dot or a slash.
    private static boolean isFile(String word) {
        return (word.indexOf('.') >= 0 || word.indexOf('/') >= 0)
                && word.indexOf('\0') < 0
                && Files.exists(Path.of(word));
    }
}
