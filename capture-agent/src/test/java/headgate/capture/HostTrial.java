package headgate.capture;

import headgate.capture.afpacket.AfPacketSource;
import headgate.capture.host.HostProbe;
import headgate.capture.libpcap.LibpcapSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Says what a process of its own sees of its host: the tests start it where something is missing.
final class HostTrial {
    private HostTrial() {}

    /// @param arguments `capture INTERFACE`, `interfaces`, `libpcap LIBRARY`, or `documents
    ///   DIRECTORY`
    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "capture" -> capture(LiveSettings.of(arguments[1]));
            case "interfaces" -> CaptureInterfaces.list().forEach(System.out::println);
            case "libpcap" -> libpcap(Path.of(arguments[1]));
            case "documents" -> documents(Path.of(arguments[1]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void capture(LiveSettings settings) throws IOException {
        report("ring", () -> AfPacketSource.open(settings));
        report("ring with filter", () -> AfPacketSource.open(settings.with(s -> s.filter = "udp")));
        report("pcap", () -> LibpcapSource.open(settings));
        for (var finding : CaptureCapability.probe().findings()) {
            System.out.println(finding);
        }
    }

    /// Which libpcap a process has loaded after it captured with the one that it was given.
    private static void libpcap(Path library) throws IOException {
        try {
            FrameSources.useLibpcap(library);
        } catch (CaptureOpenException e) {
            System.out.println(e.reason() + ": " + e.getMessage());
            return;
        }
        LibpcapSource.open(LiveSettings.of("lo").with(s -> s.filter = "udp")).close();
        Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("libpcap.so") || line.contains(library.toString()))
                .map(line -> line.replaceAll(".* ", ""))
                .distinct()
                .forEach(System.out::println);
    }

    private interface Opening {
        FrameSource open() throws IOException;
    }

    private static void report(String what, Opening opening) throws IOException {
        try (FrameSource source = opening.open()) {
            System.out.println(what + ": opened " + source.interfaces().getFirst().name());
        } catch (CaptureOpenException e) {
            System.out.println(what + ": " + e.reason() + ": " + e.getMessage());
        }
    }

    private static void documents(Path directory) throws IOException {
        var documents = HostProbe.take("host", System.out::println).documents();
        for (var document : documents.entrySet()) {
            Files.writeString(directory.resolve(document.getKey()), document.getValue());
        }
    }

    /// The command that runs this in a JVM of its own.
    static List<String> command(String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(HostTrial.class.getName());
        command.addAll(List.of(arguments));
        return command;
    }
}
