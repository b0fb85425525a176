package headgate.forwarding;

import headgate.forwarding.syntax.Format;
import headgate.forwarding.syntax.Recognition;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// Where the documents of one snapshot are: files of a directory by their names (`route4.txt` where
/// there is no `route4.json`), other files by their content, or texts in memory.
final class SnapshotFiles {
    private static final int GZIP = 0x1f8b;
    private static final int BZIP2 = 0x425a;

    /// Opens a file; each call begins anew.
    private interface Content {
        InputStream open() throws IOException;
    }

    /// One file.
    ///
    /// @param name for messages
    /// @param format null if its name alone says what it is
    record File(String name, Format format, Content content, String text) {
        InputStream bytes() throws IOException {
            return content.open();
        }

        Reader reader() throws IOException {
            return text != null
                    ? new StringReader(text)
                    : new BufferedReader(
                            new InputStreamReader(
                                    content.open(), StandardCharsets.UTF_8.newDecoder()));
        }
    }

    private final List<Path> directories = new ArrayList<>();
    private final List<File> files = new ArrayList<>();
    private final Map<String, String> texts;

    /// What these files change; null if they stand alone.
    private SnapshotFiles base;

    private SnapshotFiles(Map<String, String> texts) {
        this.texts = texts;
    }

    static SnapshotFiles inMemory(Map<String, String> documents) {
        return new SnapshotFiles(documents);
    }

    /// @param sources directories of documents, and single files of any [Format]
    /// @throws SnapshotException if a file is nothing that is known
    static SnapshotFiles of(List<Path> sources) throws IOException, SnapshotException {
        var all = new SnapshotFiles(Map.of());
        for (Path source : sources) {
            if (!Files.exists(source)) {
                throw new NoSuchFileException(source.toString());
            }
            if (Files.isDirectory(source)) {
                all.directories.add(source);
            } else {
                all.files.add(recognised(source));
            }
        }
        all.files.sort((a, b) -> Boolean.compare(a.format().isLast(), b.format().isLast()));
        return all;
    }

    /// @param changes files that stand for those of `base` that say the same kind of thing; a
    ///   directory among them is a snapshot of its own
    static SnapshotFiles changed(List<Path> base, List<Path> changes)
            throws IOException, SnapshotException {
        SnapshotFiles all = of(changes);
        all.base = all.directories.isEmpty() ? of(base) : null;
        return all;
    }

    /// What these files change; null if they stand alone.
    SnapshotFiles base() {
        return base;
    }

    /// Whether these files add to the document of the base, and do not stand for it.
    boolean onlyAddsTo(String document) throws IOException, SnapshotException {
        return of(document).stream()
                .allMatch(file -> file.format() != null && file.format().isLast());
    }

    private static File recognised(Path path) throws IOException, SnapshotException {
        String name = path.getFileName().toString();
        byte[] head;
        try (InputStream in = open(path)) {
            head = in.readNBytes(Recognition.HEAD_BYTES);
        } catch (ZipException | EOFException e) {
            throw brokenPacking(name, e);
        }
        Format format = Recognition.of(head);
        if (format == null) {
            String what =
                    magic(head) == BZIP2
                            ? "is packed with bzip2; unpack it first"
                            : "is no output of a command that is known: of ip, nft -j,"
                                    + " iptables-save, sysctl, FRRouting, BIRD, and no MRT table";
            throw new SnapshotException(name, 0, 0, what);
        }
        return new File(name, format, () -> open(path), null);
    }

    static SnapshotException brokenPacking(String name, IOException e) {
        return new SnapshotException(name, 0, 0, "its packing is broken: " + e.getMessage());
    }

    private static InputStream open(Path path) throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        in.mark(2);
        int magic = magic(in.readNBytes(2));
        in.reset();
        return magic == GZIP ? new BufferedInputStream(new GZIPInputStream(in, 1 << 16)) : in;
    }

    private static int magic(byte[] head) {
        return head.length < 2 ? 0 : (head[0] & 255) << 8 | head[1] & 255;
    }

    /// Whatever makes up the document of that name, in the order given; gateways without devices
    /// come last.
    List<File> of(String document) throws IOException, SnapshotException {
        var parts = new ArrayList<File>();
        if (texts.containsKey(document)) {
            parts.add(new File(document, null, null, texts.get(document)));
        }
        for (Path directory : directories) {
            Path file = directory.resolve(document);
            Path text = directory.resolve(document.replace(".json", ".txt"));
            if (Files.exists(file)) {
                parts.add(new File(document, null, () -> open(file), null));
            } else if (Files.exists(text)) {
                parts.add(recognised(text));
            }
        }
        for (File file : files) {
            if (file.format().documents().contains(document)) {
                parts.add(file);
            }
        }
        return parts;
    }

    /// The first of those as text, or else of the base; null if there are none.
    BufferedReader open(String document) throws IOException, SnapshotException {
        List<File> parts = of(document);
        if (parts.isEmpty()) {
            return base == null ? null : base.open(document);
        }
        return new BufferedReader(parts.getFirst().reader());
    }
}
