package headgate.capture.calibration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrequeueStampsTest {
    @TempDir private Path directory;
    private Path setting;
    private Path kept;

    @BeforeEach
    void setUp() throws IOException {
        setting = directory.resolve("setting");
        kept = directory.resolve("kept");
        Files.writeString(setting, "1\n");
    }

    @Test
    void areOffWhileItIsOpenAndThenWhatTheyWere() throws IOException {
        try (var _ = PrequeueStamps.off(setting, kept)) {
            assertEquals("0", Files.readString(setting));
            assertEquals("1", Files.readString(kept));
        }
        assertEquals("1", Files.readString(setting));
        assertFalse(Files.exists(kept));
    }

    @Test
    void arePutBackAfterAProcessThatWasKilled() throws IOException {
        PrequeueStamps.off(setting, kept); // and never closed
        PrequeueStamps.off(setting, kept).close();
        assertEquals("1", Files.readString(setting));
        assertFalse(Files.exists(kept));
    }

    @Test
    void areLeftAloneWhereNobodyKnowsWhatTheyWere() throws IOException {
        Files.writeString(setting, "0");
        Files.writeString(kept, "half a");
        PrequeueStamps.off(setting, kept).close();
        assertEquals("0", Files.readString(setting));
    }
}
