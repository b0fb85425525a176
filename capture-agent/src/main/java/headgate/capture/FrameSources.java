package headgate.capture;

import headgate.capture.CaptureSettings.Input;
import headgate.capture.afpacket.AfPacketSource;
import headgate.capture.file.CaptureFileSource;
import headgate.capture.file.Pacing;
import headgate.capture.libpcap.LibpcapSource;
import headgate.packet.LinkType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Opens what users name: a capture file or an interface, with a filter.
public final class FrameSources {
    /// What captures live, as `--source` names it.
    public enum Live {
        /// The ring on Linux, libpcap elsewhere.
        AUTO,
        /// AF_PACKET TPACKET_V3.
        RING,
        /// libpcap, through pcap4j.
        PCAP
    }

    /// The system property in which pcap4j looks for the library, and everybody here with it.
    public static final String LIBPCAP = "org.pcap4j.core.pcapLibName";

    private FrameSources() {}

    /// Takes this libpcap, such as one with PF_RING, for filters and captures; to be called before
    /// any is used.
    ///
    /// @throws CaptureOpenException when it cannot be loaded, or another one has been
    public static void useLibpcap(Path library) throws CaptureOpenException {
        Libpcap.choose(library.toAbsolutePath().toString());
    }

    /// Opens capture files.
    ///
    /// @throws CaptureFilter.SyntaxException when the filter is wrong
    public static FrameSource files(Input.File input) throws IOException {
        // Compiled first: a wrong filter is told before anything is read. Frames of other link
        // types get a program of their own when they come.
        CaptureFilter filter =
                input.filter().isEmpty()
                        ? null
                        : CaptureFilter.compile(input.filter(), LinkType.ETHERNET);
        var pacing = Pacing.speed(input.speed());
        var source =
                input.follow()
                        ? CaptureFileSource.follow(input.paths().getFirst(), pacing)
                        : CaptureFileSource.open(input.paths(), pacing);
        return filter == null ? source : new FilteredSource(source, filter);
    }

    /// Opens an interface of this host, or a tap: a source for each thread.
    ///
    /// @param notices is told when an interface goes away, and when it is there again
    /// @throws CaptureOpenException when the interface, the permission or libpcap is missing
    /// @throws CaptureFilter.SyntaxException when the filter is wrong
    public static List<? extends FrameSource> live(
            LiveSettings settings, Live kind, Consumer<String> notices) throws IOException {
        return switch (kind) {
            case RING -> AfPacketSource.openAll(settings, notices);
            case PCAP -> List.of(LibpcapSource.open(settings, notices));
            case AUTO -> live(settings, isLinux() ? Live.RING : Live.PCAP, notices);
        };
    }

    private static boolean isLinux() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux");
    }
}
