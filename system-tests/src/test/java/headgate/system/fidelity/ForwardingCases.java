package headgate.system.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headgate.forwarding.HostSnapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/// Finds what a real kernel was recorded to do: `cases/forwarding` of the shared folder, which lies
/// beside the repository or where the system property `headgate.shared` says.
final class ForwardingCases {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ForwardingCases() {}

    /// The folder of the cases; where there is none, the test is skipped and says so.
    static Path directory() {
        String named = System.getProperty("headgate.shared");
        Path shared = named == null ? findBeside() : Path.of(named);
        Path cases = shared == null ? null : shared.resolve("cases/forwarding");
        Assumptions.assumeTrue(
                cases != null && Files.isDirectory(cases),
                "no recorded kernel decisions: set -Dheadgate.shared=DIR to run this test");
        return cases;
    }

    private static Path findBeside() {
        Path directory = Path.of("").toAbsolutePath();
        while (directory != null && !Files.isDirectory(directory.resolve("shared/captures"))) {
            directory = directory.getParent();
        }
        return directory == null ? null : directory.resolve("shared");
    }

    /// Names of the scenarios that have a recording with that ending.
    static List<String> scenarios(String ending) {
        try (Stream<Path> files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static HostSnapshot snapshot(String scenario) throws Exception {
        return HostSnapshot.read(directory().resolve("scenarios").resolve(scenario));
    }

    static List<JsonNode> lines(String file) throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(directory().resolve(file)));
                var reader =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().map(ForwardingCases::parse).toList();
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
