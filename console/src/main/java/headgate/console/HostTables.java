package headgate.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// A host snapshot on disk: a folder of documents such as `addr.json` and `route4.json`.
final class HostTables {
    private static final long MAX_BYTES = 256L << 20;

    private HostTables() {}

    /// Reads the documents as they are, by name.
    ///
    /// @throws CommandFailure when those that forwarding needs are not there
    static Map<String, String> read(Path directory) throws IOException {
        Map<String, String> documents = documents(directory);
        if (!documents.containsKey("addr.json") || !documents.containsKey("route4.json")) {
            throw new CommandFailure(
                    ExitCode.INPUT,
                    directory + ": holds no addr.json and route4.json, so it is no host snapshot");
        }
        return documents;
    }

    /// Reads the documents that are there, as they are, by name.
    ///
    /// @throws CommandFailure when there are none
    static Map<String, String> documents(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new CommandFailure(
                    ExitCode.INPUT, directory + ": no such folder; it should hold addr.json, …");
        }
        var documents = new TreeMap<String, String>();
        try (var files = Files.list(directory)) {
            for (Path each : files.filter(HostTables::isDocument).sorted().toList()) {
                documents.put(each.getFileName().toString(), Files.readString(each));
            }
        }
        if (documents.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.INPUT, directory + ": holds no documents of a host snapshot");
        }
        return documents;
    }

    private static boolean isDocument(Path file) {
        String name = file.getFileName().toString();
        try {
            return Files.isRegularFile(file)
                    && Files.size(file) <= MAX_BYTES
                    && (name.endsWith(".json") || name.endsWith(".txt"));
        } catch (IOException _) {
            return false;
        }
    }
}
