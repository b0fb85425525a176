package headgate.console.recorded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.SnapshotException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// What a real kernel was recorded to do with frames, and to answer about routes: `NAME.jsonl.gz`,
/// `NAME.routes.jsonl.gz` and the host's snapshot in `scenarios/NAME`, in one directory.
public final class RecordedDecisions {
    private static final String FRAMES = ".jsonl.gz";
    private static final String ROUTES = ".routes.jsonl.gz";
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Takes the lines of a recording.
    @FunctionalInterface
    public interface LineReader {
        void read(JsonNode line) throws IOException;
    }

    private final Path directory;

    /// @throws IOException if that is not a directory that can be read
    public RecordedDecisions(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException(directory.toString());
        }
        this.directory = directory;
    }

    /// Scenarios with recorded frames, by name.
    public List<String> scenarios() throws IOException {
        return names(FRAMES).stream().filter(name -> !name.endsWith(".routes")).toList();
    }

    /// Scenarios with recorded route answers, by name.
    public List<String> routeScenarios() throws IOException {
        return names(ROUTES);
    }

    private List<String> names(String ending) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .sorted()
                    .toList();
        }
    }

    /// @throws IOException if there is no snapshot of that scenario, or it cannot be read
    /// @throws SnapshotException if one of its documents is broken
    public HostSnapshot snapshot(String scenario) throws IOException, SnapshotException {
        return HostSnapshot.read(directory.resolve("scenarios").resolve(scenario));
    }

    /// Hands over the recorded frames of a scenario, in order.
    ///
    /// @throws IOException if the recording cannot be read, naming the line
    public void frames(String scenario, LineReader reader) throws IOException {
        lines(scenario + FRAMES, reader, "frame_hex", "ifname", "expected");
    }

    /// Hands over the recorded route answers of a scenario, in order.
    ///
    /// @throws IOException if the recording cannot be read, naming the line
    public void routes(String scenario, LineReader reader) throws IOException {
        lines(scenario + ROUTES, reader, "q", "get", "fibmatch");
    }

    private void lines(String file, LineReader reader, String... keys) throws IOException {
        try (InputStream in = Files.newInputStream(directory.resolve(file));
                var text =
                        new BufferedReader(
                                new InputStreamReader(
                                        new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            int number = 0;
            for (String line = text.readLine(); line != null; line = text.readLine()) {
                number++;
                read(file, number, line, reader, keys);
            }
        }
    }

    private static void read(
            String file, int number, String line, LineReader reader, String... keys)
            throws IOException {
        JsonNode json;
        try {
            json = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "%s line %d: %s".formatted(file, number, e.getOriginalMessage()), e);
        }
        for (String key : keys) {
            if (!json.has(key)) {
                throw new IOException("%s line %d: has no '%s'".formatted(file, number, key));
            }
        }
        try {
            reader.read(json);
        } catch (IllegalArgumentException e) {
            throw new IOException("%s line %d: %s".formatted(file, number, e.getMessage()), e);
        }
    }
}
