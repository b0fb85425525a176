package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.schema.ArrivalBatchHeader;
import headgate.schema.FrameBatchHeader.Interface;
import headgate.streams.state.PortableEngine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// The receive paths of one agent. All live capture points of its host share one, as they share the
/// host's CPUs; a capture file has one of its own, since it is another time and, it may be, another
/// host. So has a live capture point whose interfaces another one captures already: its frames
/// would count twice.
final class HostPaths implements PortableEngine {
    /// Most paths times profiles that one agent may have.
    static final int MAX_PATHS = 256;

    /// A state may be larger than a record may be: it is cut.
    static final int CHUNK_BYTES = 256 << 10;

    /// The key of the path that live capture points share; no capture point is called so.
    private static final String LIVE = "+";

    private static final long UNKNOWN = -1;

    /// By the name of the only capture point, or [#LIVE].
    private final Map<String, KeptPath> paths = new LinkedHashMap<>();

    /// What [#restore] got so far: chunks by path and number.
    private final Map<EntryName, TreeMap<Integer, byte[]>> restoring = new HashMap<>();

    /// One part of a path's state: that of a profile, or under [MeasuredPath#MEASURED] the rest.
    private record EntryName(String path, String profile) {
        byte[] key(int chunk) {
            byte[] name = (path + '\0' + profile).getBytes(UTF_8);
            return ByteBuffer.allocate(name.length + Short.BYTES)
                    .put(name)
                    .putShort((short) chunk)
                    .array();
        }

        static EntryName of(byte[] key) {
            String[] names = new String(key, 0, key.length - Short.BYTES, UTF_8).split("\0", 2);
            return new EntryName(names[0], names[1]);
        }
    }

    /// A path, and how many chunks of each part of its state are in the changelog.
    private static final class KeptPath {
        final SharedPath path;
        final Map<String, Integer> chunks = new HashMap<>();
        long heardMillis = UNKNOWN;
        boolean changed;

        KeptPath(SharedPath path) {
            this.path = path;
        }
    }

    private final StreamCounters counters;
    private KeptPath at;

    HostPaths(StreamCounters counters) {
        this.counters = counters;
    }

    /// A batch of a capture point begins.
    ///
    /// @return false if there is no room for one more path
    boolean onBatch(
            ArrivalBatchHeader header, SharedPath.Surroundings surroundings, long atMillis) {
        KeptPath kept = find(header);
        if (kept == null) {
            if (!hasRoom(header, surroundings)) {
                return false;
            }
            kept = new KeptPath(new SharedPath(counters));
            paths.put(newName(header), kept);
        }
        at = kept;
        at.heardMillis = atMillis;
        at.changed = true;
        at.path.onBatch(header);
        return true;
    }

    private KeptPath find(ArrivalBatchHeader header) {
        for (KeptPath kept : paths.values()) {
            if (kept.path.isOf(header.capturePoint())) {
                return kept;
            }
        }
        KeptPath live = paths.get(LIVE);
        boolean joins = live != null && isLive(header) && live.path.hasRoomFor(header);
        return joins ? live : null;
    }

    /// A live capture tells what its host counted, from its first batch on.
    private static boolean isLive(ArrivalBatchHeader header) {
        return header.measured() != null;
    }

    private String newName(ArrivalBatchHeader header) {
        return isLive(header) && !paths.containsKey(LIVE) ? LIVE : header.capturePoint();
    }

    private boolean hasRoom(ArrivalBatchHeader header, SharedPath.Surroundings surroundings) {
        var devices = header.interfaces().stream().map(Interface::name).toList();
        int more = surroundings.profiles(devices, header.firstArrivalNanos()).size();
        int running = paths.values().stream().mapToInt(kept -> kept.path.twins().size()).sum();
        return running + more <= MAX_PATHS;
    }

    /// @param interfaceId which of the capture point's interfaces it came on
    void onArrival(
            long sequence,
            long nanos,
            int lengthBytes,
            int flowHash,
            int interfaceId,
            SharedPath.Surroundings surroundings) {
        at.path.onArrival(sequence, nanos, lengthBytes, flowHash, interfaceId, surroundings);
    }

    /// The batch has ended.
    void onTime(long untilNanos, boolean last, SharedPath.Surroundings surroundings) {
        at.path.onTime(untilNanos, last, surroundings);
    }

    /// The path that the batch at hand goes through.
    SharedPath path() {
        return at.path;
    }

    /// Lets time go on where nothing was heard for long.
    void onWallClock(long nowMillis, long silenceMillis, SharedPath.Surroundings surroundings) {
        for (KeptPath kept : paths.values()) {
            kept.heardMillis = kept.heardMillis == UNKNOWN ? nowMillis : kept.heardMillis;
            long silentMillis = nowMillis - kept.heardMillis;
            if (silentMillis >= silenceMillis) {
                kept.path.onSilence(silentMillis * 1_000_000, surroundings);
                kept.changed = true;
            }
        }
    }

    @Override
    public void drainChanged(EntrySink sink) {
        paths.forEach((name, kept) -> {
            if (kept.changed) {
                kept.changed = false;
                drain(name, kept, sink);
            }
        });
    }

    private static void drain(String name, KeptPath kept, EntrySink sink) {
        var before = new HashMap<>(kept.chunks);
        kept.chunks.clear();
        kept.path
                .twins()
                .forEach((profile, twin) ->
                        drain(new EntryName(name, profile), bytes(twin::save), kept, sink));
        drain(new EntryName(name, MeasuredPath.MEASURED), bytes(kept.path::save), kept, sink);
        before.forEach((profile, count) -> {
            for (int chunk = kept.chunks.getOrDefault(profile, 0); chunk < count; chunk++) {
                sink.put(new EntryName(name, profile).key(chunk), null);
            }
        });
    }

    private static void drain(EntryName name, byte[] state, KeptPath kept, EntrySink sink) {
        int count = Math.ceilDiv(state.length, CHUNK_BYTES);
        for (int chunk = 0; chunk < count; chunk++) {
            int from = chunk * CHUNK_BYTES;
            int to = Math.min(state.length, from + CHUNK_BYTES);
            sink.put(name.key(chunk), Arrays.copyOfRange(state, from, to));
        }
        kept.chunks.put(name.profile, count);
    }

    private interface Saving {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] bytes(Saving saving) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            saving.to(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    @Override
    public void restore(byte[] key, byte[] state) {
        int chunk = ByteBuffer.wrap(key).getShort(key.length - Short.BYTES);
        restoring.computeIfAbsent(EntryName.of(key), _ -> new TreeMap<>()).put(chunk, state);
    }

    @Override
    public void restored() {
        restoring.forEach((name, chunks) -> {
            var state = new ByteArrayOutputStream();
            chunks.values().forEach(state::writeBytes);
            KeptPath kept =
                    paths.computeIfAbsent(name.path, _ -> new KeptPath(new SharedPath(counters)));
            try (var in = new DataInputStream(new ByteArrayInputStream(state.toByteArray()))) {
                if (name.profile.equals(MeasuredPath.MEASURED)) {
                    kept.path.restore(in);
                } else {
                    kept.path.twins().put(name.profile, PathTwin.restore(in));
                }
            } catch (IOException foreign) {
                throw new UncheckedIOException(
                        "state of path %s of %s".formatted(name.profile, name.path), foreign);
            }
            kept.chunks.put(name.profile, chunks.size());
        });
        restoring.clear();
    }
}
