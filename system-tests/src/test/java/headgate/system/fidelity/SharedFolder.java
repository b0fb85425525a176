package headgate.system.fidelity;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// Captures and recordings that are no part of the project: the folder `shared` beside the
/// repository, or where the system property `headgate.shared` says.
final class SharedFolder {
    private SharedFolder() {}

    /// A folder in it; where there is none, the test is skipped and says so.
    static Path folder(String name) {
        String named = System.getProperty("headgate.shared");
        Path shared = named == null ? findBeside() : Path.of(named);
        Path folder = shared == null ? null : shared.resolve(name);
        Assumptions.assumeTrue(
                folder != null && Files.isDirectory(folder),
                "no folder " + name + ": set -Dheadgate.shared=DIR to run this test");
        return folder;
    }

    private static Path findBeside() {
        Path directory = Path.of("").toAbsolutePath();
        while (directory != null && !Files.isDirectory(directory.resolve("shared/captures"))) {
            directory = directory.getParent();
        }
        return directory == null ? null : directory.resolve("shared");
    }
}
