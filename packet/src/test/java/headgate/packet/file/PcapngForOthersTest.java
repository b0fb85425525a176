package headgate.packet.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Other programs read what [PcapngWriter] writes.
class PcapngForOthersTest {
    @TempDir Path directory;

    @Test
    void tsharkReadsTimesLengthsInterfacesFlagsAndComments() throws Exception {
        Path file = write(LinkType.ETHERNET, LinkType.RAW);
        assertEquals(
                """
                1700000000.000000001|60|40|0|one|0x00000001|seen first
                1700000000.000000002|60|41|1|two||
                1700000000.000000003|60|42|0|one|0x00000001|seen first
                """,
                outputOf(
                        "tshark",
                        ("-n -r %s -T fields -E separator=| -e frame.time_epoch -e frame.len"
                                        + " -e frame.cap_len -e frame.interface_id"
                                        + " -e frame.interface_name -e frame.packet_flags"
                                        + " -e frame.comment")
                                .formatted(file)));
    }

    @Test
    void capinfosFindsTheFramesAndTheLosses() throws Exception {
        String report = outputOf("capinfos", "" + write(LinkType.ETHERNET, LinkType.RAW));
        assertTrue(report.contains("Number of packets:   3"), report);
        assertTrue(report.contains("Number of interfaces in file: 2"), report);
        assertTrue(report.contains("Capture application: Headgate"), report);
        assertTrue(report.contains("Number of packets = 2"), report);
    }

    @Test
    void tcpdumpReadsInterfacesOfOneLinkType() throws Exception {
        Path file = write(LinkType.ETHERNET, LinkType.ETHERNET);
        assertEquals(3, outputOf("tcpdump", "-n -r " + file).lines().count());
    }

    /// Three frames, of two interfaces in turn.
    private Path write(int... linkTypes) throws Exception {
        Path file = directory.resolve("written.pcapng");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try (var writer = new PcapngWriter(channel, "Headgate")) {
            writer.addInterface(new InterfaceDescription("one", linkTypes[0], 96));
            writer.addInterface(new InterfaceDescription("two", linkTypes[1], 96));
            var frame = new Frame();
            frame.bytes = MemorySegment.ofArray(new byte[60]);
            frame.lengthOnWire = 60;
            frame.arrivalNanos = 1_700_000_000_000_000_000L;
            for (int i = 0; i < 3; i++) {
                frame.arrivalNanos++;
                frame.lengthCaptured = 40 + i;
                boolean first = i % 2 == 0;
                writer.write(
                        frame,
                        i % 2,
                        first ? PcapngWriter.INBOUND : PcapngWriter.NO_FLAGS,
                        first ? "seen first" : null);
            }
            long unknown = InterfaceStatistics.UNKNOWN;
            writer.setStatistics(0, new InterfaceStatistics(5, 1, unknown, 2, unknown));
        }
        return file;
    }

    private static String outputOf(String program, String arguments) throws Exception {
        boolean installed =
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
        assumeTrue(installed, program + " is not installed");
        var process =
                new ProcessBuilder((program + " " + arguments).split(" "))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return output;
    }
}
