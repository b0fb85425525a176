package headgate.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.capture.afpacket.NetlinkChanges;
import headgate.capture.host.HostChanges;
import headgate.capture.host.HostProbe;
import headgate.forwarding.HostDocuments;
import headgate.packet.ToeplitzHash;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.Topic;
import headgate.softnet.HostProfile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Publishes what the host that frames come from says of itself: at the agent's start, and when it
/// has changed. The host is asked on a thread of its own: its commands may take seconds, and frames
/// do not wait.
///
/// The kernel tells of most changes at once; what it does not tell of (some settings, sockets) is
/// found within [#LONGEST_PAUSE_NANOS]. However much changes, the host is asked for a fifth of the
/// time at most: changes in between are told together.
final class HostReport implements AutoCloseable {
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PAUSES_PER_ANSWER = 4;

    /// Several commands in a row are told as one change.
    private static final int SETTLE_MILLIS = 100;

    private static final int LOOK_UP_MILLIS = 250;
    private static final long LONGEST_DOCUMENT_BYTES = 16 << 20;
    private static final String UNAME = "uname.txt";

    /// Nobody says when documents of another host were taken.
    private static final long UNKNOWN = 0;

    private final CaptureSettings settings;
    private final AgentListener listener;
    private final Outbox outbox;
    private final Thread asking;
    private final CountDownLatch answered = new CountDownLatch(1);
    private final HostChanges changes = new HostChanges();
    private volatile boolean closed;
    private volatile Map<String, ToeplitzHash> rss = Map.of();
    private long asked;
    private long published;
    private long messages;

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
        asking = Thread.ofPlatform().daemon().name("headgate-host").unstarted(this::askAndFollow);
        if (asks) {
            asking.start();
        } else {
            answered.countDown();
        }
    }

    /// Waits until the host has answered for the first time.
    void await() {
        try {
            answered.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Asks no more.
    @Override
    public void close() {
        closed = true;
        if (asking.isAlive()) {
            asking.interrupt();
        }
        try {
            asking.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (published > 1) {
            listener.onNotice(
                    "the host changed %d times: %d messages of the kernel, asked %d times"
                            .formatted(published - 1, messages, asked));
        }
    }

    private void askAndFollow() {
        try (var news = NetlinkChanges.open(listener::onNotice)) {
            long tookNanos = ask(this::tellMissing);
            answered.countDown();
            while (awaitChange(news, System.nanoTime(), tookNanos)) {
                tookNanos = ask(_ -> {});
            }
        } finally {
            answered.countDown();
        }
    }

    /// @return false when this is closed
    private boolean awaitChange(NetlinkChanges news, long sinceNanos, long tookNanos) {
        long earliestNanos = Math.max(SHORTEST_PAUSE_NANOS, PAUSES_PER_ANSWER * tookNanos);
        long latestNanos = Math.max(LONGEST_PAUSE_NANOS, earliestNanos);
        boolean changed = false;
        while (!closed) {
            int now = news.await(changed ? SETTLE_MILLIS : LOOK_UP_MILLIS);
            messages += now;
            long waitedNanos = System.nanoTime() - sinceNanos;
            boolean settled = changed && now == 0;
            changed |= now > 0;
            boolean due = waitedNanos >= latestNanos || settled && waitedNanos >= earliestNanos;
            if (due && hasRoom()) {
                return !closed;
            }
        }
        return false;
    }

    /// Snapshots do not push frames out while a broker is away.
    private boolean hasRoom() {
        return outbox.waitingBytes() < outbox.capacityBytes() / 2;
    }

    private long ask(Consumer<List<String>> missing) {
        long startNanos = System.nanoTime();
        var absent = new ArrayList<String>();
        HostDocuments host = HostProbe.take(settings.agent(), absent::add);
        asked++;
        List<String> changed = changes.look(host);
        if (!changed.isEmpty() && !closed) {
            publish(host);
            if (published > 1) {
                listener.onNotice("the host has changed: " + String.join(", ", changed));
            }
        }
        missing.accept(absent);
        return System.nanoTime() - startNanos;
    }

    private void tellMissing(List<String> missing) {
        if (!missing.isEmpty()) {
            listener.onNotice("host snapshot without " + String.join(", ", missing));
        }
    }

    /// The hashes by which the host's interfaces spread flows, by name; without those that do not
    /// tell. The same object until the host has changed.
    Map<String, ToeplitzHash> rss() {
        return rss;
    }

    private void publish(HostDocuments host) {
        published++;
        rss = HostProfile.of(settings.agent(), host.documents(), List.of()).rss();
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
