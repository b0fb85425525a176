package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        Path liar = folder.resolve("liar");
        Files.writeString(
                liar,
                """
                #!/bin/sh
                [ "$1" = -G ] && { printf 'F\\tLength\\tframe.len\\tx\\n'; exit 0; }
                echo 7
                """);
        Assumptions.assumeTrue(liar.toFile().setExecutable(true), "no executable files here");
        var run = decode("--tshark", liar.toString(), "--show", "1", "-T", "jsonl");
        assertEquals(ExitCode.FOUND, run.status(), run.err());
        assertTrue(
                run.out().contains("\"frame\":1,\"field\":\"frame.len\",\"tshark\":\"7\""),
                run.out());
        assertFalse(run.out().contains("\"frame\":2"), run.out());
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

    private static CommandRun decode(String... more) {
        var arguments = new java.util.ArrayList<>(List.of("validate", "decode"));
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
