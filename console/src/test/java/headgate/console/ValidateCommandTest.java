package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateCommandTest {
    @TempDir private Path folder;

    @Test
    void asksWhatToValidate() {
        var run = CommandRun.of("validate");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("decode"), run.err());
    }

    @Test
    void namesTheFileThatIsNotThere() {
        var run = CommandRun.of("validate", "decode", "no-such.pcap");
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("no-such.pcap: no such file"), run.err());
    }

    @Test
    void saysHowToInstallATsharkThatIsMissing() {
        var run = decode("--tshark", "no-such-tshark");
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("apt-get install tshark"), run.err());
    }

    @Test
    void refusesAProgramThatIsNoTshark() {
        var run = decode("--tshark", "true");
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("lists no fields"), run.err());
    }

    @Test
    void findsNothingButEqualFieldsInTheSample() {
        assumeTshark();
        var run = decode();
        assertEquals(ExitCode.DONE, run.status(), run.out() + run.err());
        assertTrue(run.out().contains("(100.000 %)"), run.out());
        assertTrue(run.out().contains("ip.src"), run.out());
    }

    /// A program that answers as tshark does, but for one address.
    @Test
    void showsWhatDiffersAndWhere() throws IOException {
        Path liar =
                program(
                        """
                        [ "$1" = -G ] && { printf 'F\\tLength\\tframe.len\\tx\\n'; exit 0; }
                        echo 7
                        """);
        var run = decode("--tshark", liar.toString(), "--show", "1", "-T", "jsonl");
        assertEquals(ExitCode.FOUND, run.status(), run.err());
        assertTrue(
                run.out().contains("\"frame\":1,\"field\":\"frame.len\",\"tshark\":\"7\""),
                run.out());
        assertFalse(run.out().contains("\"frame\":2"), run.out());
    }

    @Test
    void goesOnAfterAFileThatIsNoCapture() throws IOException {
        assumeTshark();
        Path letter = Files.writeString(folder.resolve("letter"), "Dear packet, how are you?");
        var run = decode(letter.toString());
        assertEquals(ExitCode.INPUT, run.status(), run.out());
        assertTrue(run.err().contains(letter + ": "), run.err());
        assertTrue(run.out().contains("(100.000 %)"), run.out());
        assertTrue(run.out().contains("ip.src"), run.out());
    }

    @Test
    void comparesTheFramesBeforeACut() throws IOException {
        assumeTshark();
        byte[] whole = Files.readAllBytes(HeadgateTest.sample());
        Path cut = folder.resolve("cut.pcapng");
        Files.write(cut, Arrays.copyOf(whole, 5000));
        var run = CommandRun.of("validate", "decode", cut.toString());
        assertEquals(ExitCode.INPUT, run.status(), run.out());
        assertTrue(run.err().contains("cut: "), run.err());
        assertTrue(run.err().contains(cut + ": tshark ended with status 2"), run.err());
        assertTrue(run.out().contains("(100.000 %)"), run.out());
        assertFalse(run.out().contains("0 of 0"), run.out());
    }

    /// Nothing that a refused file would show as a difference is shown.
    @Test
    void goesOnAfterAFileThatTsharkRefuses() throws IOException {
        Path refusing =
                program(
                        """
                        [ "$1" = -G ] && { printf 'F\\tLength\\tframe.len\\tx\\n'; exit 0; }
                        echo 'Running as root.' >&2
                        echo "refusing: no idea what $2 is" >&2
                        exit 2
                        """);
        var run = decode("--tshark", refusing.toString(), HeadgateTest.sample().toString());
        assertEquals(ExitCode.INPUT, run.status(), run.out());
        String line =
                "headgate: %s: tshark ended with status 2: refusing: no idea what %1$s is\n"
                        .formatted(HeadgateTest.sample());
        assertEquals(line.repeat(2), run.err());
        assertTrue(run.out().contains("0 of 0 values equal"), run.out());
    }

    @Test
    void takesNumbersForEqualWhateverTheirBase() {
        assertTrue(TsharkAnswers.isEqual("ip.id", TsharkAnswers.joined(List.of(16L)), "0x0010"));
        assertTrue(TsharkAnswers.isEqual("frame.protocols", "eth:ip", "eth:ip:data"));
        assertFalse(TsharkAnswers.isEqual("frame.protocols", "eth:ip", "eth:ipv6"));
        assertFalse(TsharkAnswers.isEqual("ip.ttl", "64", "64\u001f63"));
        assertTrue(TsharkAnswers.isEqual("ipv6.src", "2001:db8::1", "2001:db8:0:0::1"));
        assertTrue(TsharkAnswers.isEqual("ip.id", "0xzz", "0xzz"));
    }

    /// A script that `--tshark` can name.
    private Path program(String lines) throws IOException {
        Path script = Files.writeString(folder.resolve("program"), "#!/bin/sh\n" + lines);
        Assumptions.assumeTrue(script.toFile().setExecutable(true), "no executable files here");
        return script;
    }

    private static CommandRun decode(String... more) {
        var arguments = new ArrayList<>(List.of("validate", "decode"));
        arguments.addAll(List.of(more));
        arguments.add(HeadgateTest.sample().toString());
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static void assumeTshark() {
        boolean isThere;
        try {
            isThere = new ProcessBuilder("tshark", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            isThere = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isThere = false;
        }
        Assumptions.assumeTrue(isThere, "tshark is not installed: apt-get install tshark");
    }
}
