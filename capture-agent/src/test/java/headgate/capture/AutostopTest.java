package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutostopTest {
    @Test
    void readsTheConditionsOfDumpcap() {
        assertEquals(Autostop.NONE, Autostop.parse(Autostop.NEVER, List.of()));
        assertEquals(
                new Autostop(7, Duration.ofMillis(1500), 64_000),
                Autostop.parse(
                        Autostop.NEVER, List.of("duration:1.5", "filesize:64", "packets:7")));
        assertEquals(5, Autostop.parse(5, List.of("packets:7")).packets(), "the smaller one");
        assertEquals(
                new FileRing(Path.of("a.pcapng"), 1_000_000, Duration.ofSeconds(60), 3),
                FileRing.parse(
                        Path.of("a.pcapng"), List.of("filesize:1000", "duration:60", "files:3")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "duration",
                "duration:",
                "duration:0",
                "duration:-1",
                "duration:x",
                "duration:1e99",
                "filesize:0",
                "filesize:1.5",
                "filesize:99999999999",
                "packets:-1",
                "packets:",
                "hours:1"
            })
    void refusesAnotherConditionInItsWords(String condition) {
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Autostop.parse(Autostop.NEVER, List.of(condition)));
        assertTrue(refused.getMessage().startsWith("'" + condition + "'"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"files:3", "files:0", "packets:3", "duration:0"})
    void refusesARingOfFilesThatHasNoNextOne(String condition) {
        assertThrows(
                IllegalArgumentException.class,
                () -> FileRing.parse(Path.of("a.pcapng"), List.of(condition)));
    }

    @Test
    void refusesSeveralFilesOnStandardOutput() {
        assertThrows(
                IllegalArgumentException.class,
                () -> FileRing.parse(Path.of("-"), List.of("filesize:10")));
    }
}
