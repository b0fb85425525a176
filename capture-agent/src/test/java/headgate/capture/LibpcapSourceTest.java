package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import headgate.capture.CaptureOpenException.Reason;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.LiveSettings.Timestamps;
import headgate.capture.libpcap.LibpcapSource;
import headgate.packet.LinkType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibpcapSourceTest extends LiveSourceContract {
    @Override
    FrameSource open(LiveSettings settings, Consumer<String> notices) throws IOException {
        return LibpcapSource.open(settings, notices);
    }

    @Test
    void takesTheFramesOfAllInterfacesTogether() throws Exception {
        addPair("left0", "left1");
        namespaces.inCapture("ip", "link", "set", "left0", "up");
        try (FrameSource source =
                openOn(
                        "any",
                        s -> {
                            s.filter = "ether proto 0x88b5";
                            s.direction = Direction.IN;
                        })) {
            sendFrames("left1", frames(4));
            sendRaw(frames(6));
            List<Captured> frames = drain(source);
            assertEquals(10, frames.size());
            for (Captured frame : frames) {
                assertEquals(LinkType.LINUX_SLL, frame.linkType());
            }
            assertBalanced(source, 10, 0);
        }
    }

    @Test
    void takesTheLibraryThatItIsGivenForEverything(@TempDir Path directory) throws Exception {
        Path library = directory.resolve("pfring-libpcap");
        Files.copy(installed(), library);
        String said = namespaces.inCapture(command("libpcap", library.toString()));
        List<String> loaded = said.lines().filter(line -> line.startsWith("/")).toList();
        assertEquals(List.of(library.toString()), loaded);
    }

    @Test
    void refusesALibraryThatIsNoLibpcap(@TempDir Path directory) throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "no library");
        Path libc = Path.of("/usr/lib/x86_64-linux-gnu/libc.so.6");
        for (Path wrong : List.of(text, directory.resolve("missing"), libc)) {
            String said = namespaces.inCapture(command("libpcap", wrong.toString()));
            assertEquals(
                    "LIBPCAP_MISSING: '%s' is no libpcap that can be loaded".formatted(wrong),
                    said.lines().toList().getLast());
        }
    }

    private static String[] command(String... arguments) {
        return HostTrial.command(arguments).toArray(String[]::new);
    }

    private static Path installed() throws IOException {
        for (String name : List.of("libpcap.so.0.8", "libpcap.so.1")) {
            for (String place : List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib")) {
                if (Files.exists(Path.of(place, name))) {
                    return Path.of(place, name).toRealPath();
                }
            }
        }
        return abort("libpcap was not found in the usual places");
    }

    @Test
    void refusesWhatOnlyTheRingCan() {
        refused("several threads", s -> s.threads = 2);
        refused("hardware time stamps", s -> s.timestamps = Timestamps.HARDWARE);
        refused("busy polling", s -> s.busyPollMicros = 10);
        refused("taps", s -> s.interfaceName = "cap0+lo");
    }

    private void refused(String words, Consumer<LiveSettings.Draft> change) {
        var refused =
                assertThrows(CaptureOpenException.class, () -> openOn("cap0", change).close());
        assertEquals(Reason.NOT_SUPPORTED, refused.reason());
        assertTrue(refused.getMessage().contains("no " + words), refused.getMessage());
    }
}
