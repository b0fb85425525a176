package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.schema.ArrivalBatchHeader;
import headgate.softnet.SoftnetProfile;
import headgate.streams.StreamCounters.Count;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/// The receive paths of one agent's host: one for each capture point and profile.
final class HostPaths implements PortableEngine {
    /// Most capture points and profiles, together, that one agent may have.
    static final int MAX_PATHS = 256;

    /// A state may be larger than a record may be: it is cut.
    static final int CHUNK_BYTES = 256 << 10;

    private static final long UNKNOWN = -1;

    private final Map<String, CapturePoint> capturePoints = new LinkedHashMap<>();

    /// What [#restore] got so far: chunks by path and number.
    private final Map<PathName, TreeMap<Integer, byte[]>> restoring = new HashMap<>();

    private record PathName(String capturePoint, String profile) {
        byte[] key(int chunk) {
            byte[] name = (capturePoint + '\0' + profile).getBytes(UTF_8);
            return ByteBuffer.allocate(name.length + Short.BYTES)
                    .put(name)
                    .putShort((short) chunk)
                    .array();
        }

        static PathName of(byte[] key) {
            String[] names = new String(key, 0, key.length - Short.BYTES, UTF_8).split("\0", 2);
            return new PathName(names[0], names[1]);
        }
    }

    /// One capture point's paths, and how many chunks of each are in the changelog.
    private static final class CapturePoint {
        final Map<String, PathTwin> twins = new LinkedHashMap<>();
        final Map<String, Integer> chunks = new HashMap<>();
        List<SoftnetProfile> profiles;
        long latestNanos = Long.MIN_VALUE;
        long nextBatchSequence = UNKNOWN;
        long heardMillis = UNKNOWN;
        MeasuredPath measured = new MeasuredPath();
        boolean changed;

        /// Whether this is a new run of the agent whose time lies further back than a clock that is
        /// corrected: another capture file, which no queue of the former one can go on with.
        boolean beginsAnew(ArrivalBatchHeader header) {
            return header.batchSequence() < nextBatchSequence
                    && header.firstArrivalNanos()
                            < Math.max(latestNanos, Lane.EARLIEST_NANOS) - Lane.MAX_STEP_BACK_NANOS;
        }

        void count(ArrivalBatchHeader header, StreamCounters counters) {
            long gap = header.batchSequence() - nextBatchSequence;
            if (nextBatchSequence != UNKNOWN && gap > 0) {
                counters.add(Count.LOST_ARRIVAL_BATCHES, gap);
            }
            nextBatchSequence = header.batchSequence() + 1;
        }
    }

    private final StreamCounters counters;
    private CapturePoint at;

    HostPaths(StreamCounters counters) {
        this.counters = counters;
    }

    /// A batch of a capture point begins.
    ///
    /// @param wanted the profiles to run; the same list as before if they are the same
    /// @return false if there is no room for one more capture point
    boolean onBatch(ArrivalBatchHeader header, List<SoftnetProfile> wanted, long atMillis) {
        String name = header.capturePoint();
        int paths = capturePoints.values().stream().mapToInt(point -> point.twins.size()).sum();
        if (!capturePoints.containsKey(name) && paths + wanted.size() > MAX_PATHS) {
            return false;
        }
        at = capturePoints.computeIfAbsent(name, _ -> new CapturePoint());
        at.heardMillis = atMillis;
        at.changed = true;
        if (at.beginsAnew(header)) {
            counters.add(Count.RESTARTS);
            at.twins.clear();
            at.profiles = null;
            at.latestNanos = Long.MIN_VALUE;
            at.measured = new MeasuredPath();
        }
        if (header.measured() != null) {
            at.measured.take(header.measured());
        }
        at.count(header, counters);
        if (at.profiles != wanted) {
            at.profiles = wanted;
            follow();
        }
        return true;
    }

    /// Paths of profiles that are not wanted any more end without a word on their last second.
    private void follow() {
        var twins = new LinkedHashMap<String, PathTwin>();
        for (SoftnetProfile profile : at.profiles) {
            PathTwin twin = at.twins.get(profile.name());
            boolean goesOn =
                    twin != null && (twin.profile().equals(profile) || twin.adopt(profile));
            twins.put(profile.name(), goesOn ? twin : new PathTwin(profile));
        }
        at.twins.clear();
        at.twins.putAll(twins);
        List<String> capturing =
                at.profiles.stream()
                        .filter(profile -> !profile.tap().isOff())
                        .map(SoftnetProfile::name)
                        .toList();
        // Of several it is not known which one captures as the agent does.
        at.measured.compareCaptureWith(capturing.size() == 1 ? capturing.getFirst() : "");
    }

    /// @param interfaceIndex which of the capture point's interfaces it came on
    void onArrival(
            long sequence,
            long nanos,
            int lengthBytes,
            int flowHash,
            int interfaceIndex,
            PathTwin.Listener listener) {
        at.latestNanos = Math.max(at.latestNanos, nanos);
        for (PathTwin twin : at.twins.values()) {
            twin.offer(sequence, nanos, lengthBytes, flowHash, interfaceIndex, listener);
        }
    }

    /// Nothing that arrived before this time is still to come.
    void onTime(long untilNanos, PathTwin.Listener listener) {
        at.latestNanos = Math.max(at.latestNanos, untilNanos);
        at.twins.values().forEach(twin -> twin.advanceTo(untilNanos, listener));
    }

    /// What the host of the capture point measured.
    MeasuredPath measured() {
        return at.measured;
    }

    /// Nothing more arrives at the capture point.
    void onEnd(PathTwin.Listener listener) {
        at.twins.values().forEach(twin -> twin.end(listener));
    }

    /// Lets time go on where nothing was heard for long.
    ///
    /// @param listenerOf the listener for a capture point of this name, and what its host measured
    void onWallClock(
            long nowMillis,
            long silenceMillis,
            BiFunction<String, MeasuredPath, PathTwin.Listener> listenerOf) {
        capturePoints.forEach((name, point) -> {
            point.heardMillis = point.heardMillis == UNKNOWN ? nowMillis : point.heardMillis;
            long silentMillis = nowMillis - point.heardMillis;
            if (silentMillis >= silenceMillis && point.latestNanos != Long.MIN_VALUE) {
                long nanos = point.latestNanos + silentMillis * 1_000_000;
                PathTwin.Listener listener = listenerOf.apply(name, point.measured);
                point.twins.values().forEach(twin -> twin.advanceTo(nanos, listener));
                point.changed = true;
            }
        });
    }

    @Override
    public void drainChanged(EntrySink sink) {
        capturePoints.forEach((name, point) -> {
            if (point.changed) {
                point.changed = false;
                drain(name, point, sink);
            }
        });
    }

    private static void drain(String name, CapturePoint point, EntrySink sink) {
        var before = new HashMap<>(point.chunks);
        point.chunks.clear();
        point.twins.forEach((profile, twin) -> {
            byte[] state = save(point, twin);
            int count = Math.ceilDiv(state.length, CHUNK_BYTES);
            for (int chunk = 0; chunk < count; chunk++) {
                int from = chunk * CHUNK_BYTES;
                int to = Math.min(state.length, from + CHUNK_BYTES);
                sink.put(
                        new PathName(name, profile).key(chunk),
                        Arrays.copyOfRange(state, from, to));
            }
            point.chunks.put(profile, count);
        });
        byte[] measured = bytes(point.measured::save);
        sink.put(new PathName(name, MeasuredPath.MEASURED).key(0), measured);
        before.forEach((profile, count) -> {
            for (int chunk = point.chunks.getOrDefault(profile, 0); chunk < count; chunk++) {
                sink.put(new PathName(name, profile).key(chunk), null);
            }
        });
    }

    private static byte[] save(CapturePoint point, PathTwin twin) {
        return bytes(out -> {
            out.writeLong(point.latestNanos);
            out.writeLong(point.nextBatchSequence);
            twin.save(out);
        });
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
        restoring.computeIfAbsent(PathName.of(key), _ -> new TreeMap<>()).put(chunk, state);
    }

    @Override
    public void restored() {
        restoring.forEach((name, chunks) -> {
            var state = new ByteArrayOutputStream();
            chunks.values().forEach(state::writeBytes);
            var point = capturePoints.computeIfAbsent(name.capturePoint, _ -> new CapturePoint());
            try (var in = new DataInputStream(new ByteArrayInputStream(state.toByteArray()))) {
                if (name.profile.equals(MeasuredPath.MEASURED)) {
                    point.measured = MeasuredPath.restore(in);
                    return;
                }
                point.latestNanos = in.readLong();
                point.nextBatchSequence = in.readLong();
                point.twins.put(name.profile, PathTwin.restore(in));
            } catch (IOException foreign) {
                throw new UncheckedIOException(
                        "state of path %s of %s".formatted(name.profile, name.capturePoint),
                        foreign);
            }
            point.chunks.put(name.profile, chunks.size());
        });
        restoring.clear();
    }
}
