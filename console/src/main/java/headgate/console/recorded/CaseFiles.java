package headgate.console.recorded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// The files of recorded cases: one `.json` for each case, one `.bin.gz` of records for each run.
final class CaseFiles {
    /// Length of a record, whatever its kind.
    static final int RECORD_LENGTH = 24;

    /// Most bytes of records that a run may have.
    private static final int MAX_BYTES = 256 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    /// Makes a case of its JSON and the directory where its runs are.
    @FunctionalInterface
    interface Reading<T> {
        T read(JsonNode json, Path directory) throws IOException;
    }

    private CaseFiles() {}

    /// All cases of a directory that are wanted, by name.
    ///
    /// @throws IOException that names the file, if one cannot be read or is not such a case
    static <T> List<T> readAll(Path directory, Predicate<JsonNode> isWanted, Reading<T> reading)
            throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory + ": no such directory");
        }
        List<Path> files;
        try (Stream<Path> entries = Files.list(directory)) {
            files = entries.filter(it -> it.toString().endsWith(".json")).sorted().toList();
        }
        var cases = new ArrayList<T>();
        for (Path file : files) {
            JsonNode json = json(file);
            if (isWanted.test(json)) {
                cases.add(reading.read(json, directory));
            }
        }
        return cases;
    }

    private static JsonNode json(Path file) throws IOException {
        try {
            return JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "%s line %d: %s"
                            .formatted(
                                    file,
                                    e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                                    e.getOriginalMessage()),
                    e);
        }
    }

    /// What the rules say must come out, where it is a number.
    static Map<String, Long> exact(JsonNode json) {
        var exact = new LinkedHashMap<String, Long>();
        json.path("exact")
                .properties()
                .forEach(entry -> {
                    if (entry.getValue().isIntegralNumber()) {
                        exact.put(entry.getKey(), entry.getValue().longValue());
                    }
                });
        return exact;
    }

    /// The records of a run, ready to be read.
    static ByteBuffer records(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": no such file");
        }
        byte[] bytes;
        try (InputStream in =
                new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            bytes = in.readNBytes(MAX_BYTES);
            if (bytes.length == MAX_BYTES) {
                throw new IOException(file + ": more than " + MAX_BYTES + " bytes of records");
            }
        } catch (EOFException e) {
            throw new IOException(file + ": cut short", e);
        } catch (ZipException e) {
            throw new IOException(file + ": not gzip, or damaged: " + e.getMessage(), e);
        }
        if (bytes.length % RECORD_LENGTH != 0) {
            throw new IOException(
                    "%s holds %d bytes, which is not a whole number of records of %d"
                            .formatted(file, bytes.length, RECORD_LENGTH));
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
