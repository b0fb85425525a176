package headgate.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.capture.host.HostProbe;
import headgate.forwarding.HostDocuments;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.Topic;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;

/// Publishes what the host that frames come from says of itself, once, at the agent's start. The
/// host is asked on a thread of its own: its commands may take seconds, and frames do not wait.
final class HostReport {
    private static final long LONGEST_DOCUMENT_BYTES = 16 << 20;
    private static final String UNAME = "uname.txt";

    /// Nobody says when documents of another host were taken.
    private static final long UNKNOWN = 0;

    private final CaptureSettings settings;
    private final AgentListener listener;
    private final Outbox outbox;
    private final Thread asking;

    /// @throws IOException when the documents that the settings name cannot be read
    HostReport(CaptureSettings settings, AgentListener listener, Outbox outbox) throws IOException {
        this.settings = settings;
        this.listener = listener;
        this.outbox = outbox;
        if (settings.hostDocuments() != null) {
            SortedMap<String, String> documents = read(settings.hostDocuments());
            publish(new HostDocuments(settings.agent(), UNKNOWN, release(documents), documents));
        }
        boolean asks = settings.hostDocuments() == null && settings.isLive();
        this.asking = Thread.ofVirtual().name("headgate-host").unstarted(this::ask);
        if (asks) {
            asking.start();
        }
    }

    /// Waits until the host has answered.
    void await() {
        try {
            asking.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask() {
        var missing = new ArrayList<String>();
        publish(HostProbe.take(settings.agent(), missing::add));
        if (!missing.isEmpty()) {
            listener.onNotice("host snapshot without " + String.join(", ", missing));
        }
    }

    private void publish(HostDocuments host) {
        byte[] key = settings.agent().getBytes(UTF_8);
        outbox.offer(Topic.HOSTS, key, -1, HostSnapshotCodec.write(host), 0);
    }

    private static SortedMap<String, String> read(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory + ": no such directory of host documents");
        }
        var documents = new TreeMap<String, String>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.{json,txt}")) {
            for (Path file : files) {
                long bytes = Files.size(file);
                if (bytes > LONGEST_DOCUMENT_BYTES) {
                    throw new IOException(
                            "%s has %d bytes, more than %d"
                                    .formatted(file, bytes, LONGEST_DOCUMENT_BYTES));
                }
                documents.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        if (documents.isEmpty()) {
            throw new IOException(directory + ": no documents of a host snapshot");
        }
        return documents;
    }

    /// `uname -r` is the third word of `uname -a`.
    private static String release(SortedMap<String, String> documents) {
        String[] words = documents.getOrDefault(UNAME, "").strip().split("\\s+");
        return words.length > 2 ? words[2] : words[0];
    }
}
