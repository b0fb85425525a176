package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import headgate.softnet.ProfileKey;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileCommandTest {
    @TempDir Path directory;

    private String file(String text) throws IOException {
        Path file = directory.resolve("lab.profile");
        Files.writeString(file, text);
        return file.toString();
    }

    @Test
    void listsEveryProfileWithItsDifference() {
        var run = CommandRun.of("profile", "list");
        assertEquals(0, run.status(), run::err);
        for (String name : SoftnetProfile.names()) {
            assertTrue(run.out().lines().anyMatch(l -> l.split(" ")[0].equals(name)), run::out);
        }
        assertTrue(run.out().contains("cpus=2 rps=1"), run::out);
    }

    @Test
    void showsEverySettingWithWhatItMayBe() throws IOException {
        var run = CommandRun.of("profile", "show", "linux-6-rps", "-T", "json");
        assertEquals(0, run.status(), run::err);
        var rows = new ObjectMapper().readTree(run.out());
        assertEquals(ProfileKey.values().length, rows.size());
        var rps = rows.get(ProfileKey.RPS.ordinal());
        assertEquals("rps", rps.get("key").asText());
        assertEquals("1", rps.get("value").asText());
        assertEquals(ProfileKey.RPS.meaning(), rps.get("meaning").asText());
    }

    @Test
    void readsAProfileFileOnTopOfItsBase() throws IOException {
        String file =
                file("# measured\n\nbase = linux-6-rps\nbacklog=50 # small\n  gap_ns = 512\n");
        var run = CommandRun.of("profile", "show", file);
        assertEquals(0, run.status(), run::err);
        assertTrue(run.out().lines().anyMatch(l -> l.matches("backlog +50 .*")), run::out);

        SoftnetProfile profile = ProfileSource.of(file, null).base();
        assertEquals("lab", profile.name());
        assertEquals("backlog=50 gap_ns=512", profile.differenceFrom(SoftnetProfile.LINUX_6_RPS));
    }

    @Test
    void readsWhatItWrites() throws IOException {
        Path file = directory.resolve("host.profile");
        ProfileFile.write(
                file,
                List.of("words for people"),
                "linux-6",
                Map.of("gap_ns", "512"),
                Map.of("gap_ns", "498 to 547"));
        assertEquals("gap_ns=512", ProfileFile.read(file).differenceFrom(SoftnetProfile.LINUX_6));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "backlog=1;weight        | line 2: 'weight' is no setting: write key = value",
                "backlg = 1              | line 1: no setting 'backlg'; there are: kernel, hz",
                "backlog=1;backlog = 2   | line 2: backlog is set twice",
                "weight = 0              | weight=0 is not allowed: 1 to 2147483647",
                "base = solaris          | no profile 'solaris'; there are: linux-6",
                "budget_usecs = 7999     | budget_usecs=7999 is not allowed: 8000 or more"
            })
    void saysWhichLineOfAProfileFileIsWrong(String lines, String message) throws IOException {
        var run = CommandRun.of("profile", "show", file(lines.replace(';', '\n')));
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("lab.profile: " + message), run::err);
    }

    @Test
    void refusesAFileThatIsNoText() throws IOException {
        Path file = directory.resolve("lab.profile");
        Files.write(file, new byte[] {(byte) 0xff, 0});
        var run = CommandRun.of("profile", "show", file.toString());
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("not UTF-8 text"), run::err);
    }

    @Test
    void takesTheProfileOfASnapshotAndSaysWhatItDoesNotTell() throws IOException {
        Path host = Files.createDirectory(directory.resolve("gw1"));
        Files.writeString(host.resolve("sysctl.txt"), "net.core.netdev_max_backlog = 77\n");
        Files.writeString(host.resolve("cpu.txt"), "online 0-1\nhz 1000\n");

        var run = CommandRun.of("profile", "show", host.toString(), "--device", "eth0");
        assertEquals(0, run.status(), run::err);
        assertTrue(run.out().lines().anyMatch(l -> l.matches("backlog +77 .*")), run::out);
        assertTrue(run.err().contains("gw1: eth0: no rps_cpus in the snapshot\n"), run::err);
    }

    @Test
    void refusesAFolderThatIsNoSnapshot() {
        var run = CommandRun.of("profile", "show", directory.toString());
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("holds no documents of a host snapshot"), run::err);
    }
}
