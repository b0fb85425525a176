package headgate.streams;

import headgate.schema.ArrivalBatchHeader;
import headgate.schema.Ledger;
import headgate.schema.Measured;
import headgate.sim.ServiceQueue;
import headgate.softnet.DropLog;
import headgate.softnet.SoftnetProfile;
import headgate.streams.StreamCounters.Count;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/// The receive path of one host, one for each profile, which the arrivals of all its capture points
/// go through in order of their time.
///
/// Each capture point's batches come in order, but those of one before or after those of another.
/// So arrivals are held back until every other capture point has come to their time, which its
/// batches tell (`untilNanos`); one that stays more than [#MOST_WAIT_NANOS] behind the foremost is
/// not waited for any more until it is heard of again. Arrivals of equal time go in the order of
/// their capture points. What comes of it depends on the arrivals and not on how batches of several
/// capture points alternate, as long as none is late.
final class SharedPath {
    static final long MOST_WAIT_NANOS = 2_000_000_000L;

    /// Most capture points that share a path.
    static final int MAX_POINTS = 64;

    /// A path knows arrivals by the capture point's number and, in these bits, its sequence.
    private static final int SEQUENCE_BITS = 48;

    private static final long SEQUENCE_MASK = (1L << SEQUENCE_BITS) - 1;

    /// What a path needs to know, and who hears of it.
    interface Surroundings {
        /// The profiles to run at that time; the same list as before if they are the same.
        ///
        /// @param devices the host's interfaces that are captured
        List<SoftnetProfile> profiles(List<String> devices, long nanos);

        PathTwin.Listener listener(SharedPath path);
    }

    private final StreamCounters counters;
    private final List<CapturePoint> points = new ArrayList<>();

    /// The interfaces that are captured, in the order in which they were first heard of.
    private final List<String> devices = new ArrayList<>();

    private final Map<String, PathTwin> twins = new LinkedHashMap<>();
    private MeasuredPath measured = new MeasuredPath();

    /// How far the path has come.
    private long latestNanos = CapturePoint.NEVER;

    /// What the twins run, and of how many devices they know.
    private List<SoftnetProfile> profiles;

    private int knownDevices;
    private CapturePoint at;
    private DropLog ofOnePoint;

    SharedPath(StreamCounters counters) {
        this.counters = counters;
    }

    /// What is captured as one word, as a tap over the interfaces would be called.
    String name() {
        return points.stream()
                .map(CapturePoint::capture)
                .distinct()
                .collect(Collectors.joining("+"));
    }

    MeasuredPath measured() {
        return measured;
    }

    Map<String, PathTwin> twins() {
        return twins;
    }

    boolean isOf(String capturePoint) {
        return find(capturePoint) != null;
    }

    private CapturePoint find(String capturePoint) {
        for (CapturePoint point : points) {
            if (point.name().equals(capturePoint)) {
                return point;
            }
        }
        return null;
    }

    /// Whether a capture point can share this path: no other one brings its frames already.
    boolean hasRoomFor(ArrivalBatchHeader header) {
        return points.size() < MAX_POINTS
                && points.stream().noneMatch(point -> point.sees(header, devices));
    }

    /// A batch begins.
    void onBatch(ArrivalBatchHeader header) {
        at = find(header.capturePoint());
        if (at == null) {
            at = new CapturePoint(header.capturePoint(), points.size());
            points.add(at);
        }
        if (at.beginsAnew(header)) {
            restart();
        }
        at.onBatch(header, devices, counters);
        if (header.measured() != null) {
            measured(header.measured());
        }
    }

    private void restart() {
        counters.add(Count.RESTARTS);
        points.forEach(CapturePoint::restart);
        twins.clear();
        profiles = null;
        latestNanos = CapturePoint.NEVER;
        measured = new MeasuredPath();
    }

    /// The host's counters when all capture points have told theirs of the same second: interface
    /// and socket are each capture's own, the queues of the CPUs the host's.
    private void measured(Measured latest) {
        List<CapturePoint> present = points.stream().filter(point -> !point.isAway()).toList();
        boolean allHaveTold =
                present.stream()
                        .map(CapturePoint::measured)
                        .allMatch(each -> each != null && isOfSameSecond(each, latest));
        if (allHaveTold) {
            measured.take(sum(present, latest));
        }
    }

    private static boolean isOfSameSecond(Measured one, Measured other) {
        return MeasuredPath.secondOf(one) == MeasuredPath.secondOf(other);
    }

    /// All rings of one capture tell the same counters of its interface.
    private static Measured sum(List<CapturePoint> present, Measured latest) {
        var nic = new long[4];
        var socket = new long[4];
        long started = Long.MIN_VALUE;
        var captures = new HashSet<String>();
        for (CapturePoint point : present) {
            Measured part = point.measured();
            started = Math.max(started, part.startedNanos());
            if (captures.add(point.capture())) {
                add(
                        nic,
                        part.nic().received(),
                        part.nic().missed(),
                        part.nic().dropped(),
                        part.nic().errors());
            }
            add(
                    socket,
                    part.socket().received(),
                    part.socket().dropped(),
                    part.socket().interfaceDropped(),
                    part.socket().freezes());
        }
        return new Measured(
                started,
                latest.atNanos(),
                new Ledger.Nic(nic[0], nic[1], nic[2], nic[3]),
                latest.cpus(),
                new Ledger.Source(socket[0], socket[1], socket[2], socket[3]));
    }

    private static void add(long[] sums, long... values) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    /// @param interfaceId as the capture point numbers its interfaces
    void onArrival(
            long sequence,
            long nanos,
            int lengthBytes,
            int flowHash,
            int interfaceId,
            Surroundings surroundings) {
        if (at.held().isFull()) {
            counters.add(Count.ARRIVALS_NOT_HELD, at.held().length());
            release(Long.MAX_VALUE, surroundings);
        }
        at.hold(
                (long) at.number() << SEQUENCE_BITS | sequence & SEQUENCE_MASK,
                nanos,
                lengthBytes,
                flowHash,
                at.place(interfaceId));
    }

    /// The batch has ended: nothing that arrived before this time is still to come.
    ///
    /// @param last whether nothing at all is
    void onTime(long untilNanos, boolean last, Surroundings surroundings) {
        at.onTime(untilNanos, last);
        leaveBehind();
        boolean allHaveEnded = points.stream().allMatch(CapturePoint::hasEnded);
        boolean isAlone = points.size() == 1;
        long allUntil = isAlone ? untilNanos : allUntil();
        release(isAlone || allHaveEnded ? Long.MAX_VALUE : allUntil, surroundings);
        if (allUntil > latestNanos && allUntil != Long.MAX_VALUE) {
            latestNanos = allUntil;
        }
        PathTwin.Listener listener = surroundings.listener(this);
        twins.values().forEach(twin -> twin.advanceTo(latestNanos, listener));
        if (allHaveEnded) {
            twins.values().forEach(twin -> twin.end(listener));
        }
    }

    private void leaveBehind() {
        long foremost =
                points.stream().mapToLong(CapturePoint::untilNanos).max().orElse(latestNanos);
        for (CapturePoint point : points) {
            if (!point.isAway() && point.untilNanos() < foremost - MOST_WAIT_NANOS) {
                point.leaveBehind();
                counters.add(Count.ABSENT_CAPTURE_POINTS);
            }
        }
    }

    /// How far all have come that are waited for; [Long#MAX_VALUE] if none is.
    private long allUntil() {
        return points.stream()
                .filter(point -> !point.isAway())
                .mapToLong(CapturePoint::untilNanos)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /// Lets the arrivals from before that time in, in order.
    private void release(long beforeNanos, Surroundings surroundings) {
        follow(beforeNanos, surroundings);
        PathTwin.Listener listener = surroundings.listener(this);
        while (true) {
            CapturePoint first = null;
            long firstNanos = beforeNanos;
            long secondNanos = beforeNanos;
            for (CapturePoint point : points) {
                long nanos = headNanos(point);
                if (nanos < firstNanos) {
                    secondNanos = firstNanos;
                    firstNanos = nanos;
                    first = point;
                } else {
                    secondNanos = Math.min(secondNanos, nanos);
                }
            }
            if (first == null) {
                return;
            }
            do {
                offer(first.held(), listener);
            } while (headNanos(first) < secondNanos);
        }
    }

    private static long headNanos(CapturePoint point) {
        return point.held().isEmpty() ? Long.MAX_VALUE : point.held().headSinceNanos();
    }

    private void offer(ServiceQueue held, PathTwin.Listener listener) {
        long nanos = held.headSinceNanos();
        if (nanos < latestNanos) {
            counters.add(Count.LATE_ARRIVALS);
        } else {
            latestNanos = nanos;
        }
        for (PathTwin twin : twins.values()) {
            twin.offer(
                    held.headSequence(),
                    nanos,
                    held.headLengthBytes(),
                    held.headFlowHash(),
                    (int) held.headServiceNanos(),
                    listener);
        }
        held.removeHead();
    }

    /// Takes on the settings of the time at which the arrivals begin that come next. Paths of
    /// profiles that are not wanted any more serve what they hold, and tell of it.
    private void follow(long beforeNanos, Surroundings surroundings) {
        long next = points.stream().mapToLong(SharedPath::headNanos).min().orElseThrow();
        long from = next < beforeNanos || at == null ? next : at.untilNanos();
        long nanos = from == Long.MAX_VALUE ? latestNanos : Math.max(from, latestNanos);
        List<SoftnetProfile> wanted = surroundings.profiles(devices, nanos);
        if (profiles == wanted && knownDevices == devices.size()) {
            return;
        }
        profiles = wanted;
        knownDevices = devices.size();
        var running = new LinkedHashMap<>(twins);
        twins.clear();
        for (SoftnetProfile profile : wanted) {
            PathTwin twin = running.get(profile.name());
            boolean goesOn =
                    twin != null && (twin.profile().equals(profile) || twin.adopt(profile));
            twins.put(profile.name(), goesOn ? twin : new PathTwin(profile));
            twins.get(profile.name()).setDevices(devices);
        }
        PathTwin.Listener listener = surroundings.listener(this);
        running.forEach((name, twin) -> {
            if (twins.get(name) != twin) {
                twin.end(listener);
            }
        });
        List<String> capturing =
                wanted.stream()
                        .filter(profile -> !profile.tap().isOff())
                        .map(SoftnetProfile::name)
                        .toList();
        // Of several it is not known which one captures as the agent does.
        measured.compareCaptureWith(capturing.size() == 1 ? capturing.getFirst() : "");
    }

    /// Lets time go on where nothing was heard for long, of any capture point.
    void onSilence(long silentNanos, Surroundings surroundings) {
        if (latestNanos == CapturePoint.NEVER && allAreEmpty()) {
            return;
        }
        release(Long.MAX_VALUE, surroundings);
        PathTwin.Listener listener = surroundings.listener(this);
        twins.values().forEach(twin -> twin.advanceTo(latestNanos + silentNanos, listener));
    }

    private boolean allAreEmpty() {
        return points.stream().allMatch(point -> point.held().isEmpty());
    }

    long latestNanos() {
        return latestNanos;
    }

    /// The drops of each capture point, by its own sequences.
    ///
    /// @param sink takes the name of a capture point and a log that is reused
    void split(DropLog drops, BiConsumer<String, DropLog> sink) {
        if (points.size() == 1) {
            sink.accept(points.getFirst().name(), drops);
            return;
        }
        if (ofOnePoint == null) {
            ofOnePoint = new DropLog(PathTwin.NAMED_DROPS);
        }
        long unnamed = drops.unnamed();
        for (CapturePoint point : points) {
            ofOnePoint.clear();
            for (int i = 0; i < drops.count(); i++) {
                if (drops.sequence(i) >>> SEQUENCE_BITS == point.number()) {
                    ofOnePoint.dropped(
                            drops.sequence(i) & SEQUENCE_MASK,
                            drops.atNanos(i),
                            drops.cpu(i),
                            drops.reason(i));
                }
            }
            // Of those without a name it is not known whose they are: the first tells of all.
            if (ofOnePoint.count() > 0) {
                ofOnePoint.addUnnamed(unnamed);
                unnamed = 0;
                sink.accept(point.name(), ofOnePoint);
            }
        }
    }

    /// Everything but the twins.
    void save(DataOutputStream out) throws IOException {
        out.writeInt(devices.size());
        for (String device : devices) {
            out.writeUTF(device);
        }
        out.writeLong(latestNanos);
        measured.save(out);
        out.writeInt(points.size());
        for (CapturePoint point : points) {
            point.save(out);
        }
    }

    /// @throws IOException if this is not what [#save] wrote
    void restore(DataInputStream in) throws IOException {
        for (int count = in.readInt(); count > 0; count--) {
            devices.add(in.readUTF());
        }
        latestNanos = in.readLong();
        measured = MeasuredPath.restore(in);
        int count = in.readInt();
        for (int number = 0; number < count; number++) {
            points.add(CapturePoint.restore(in, number));
        }
    }
}
