package headgate.system.e2e;

import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.forwarding.Decision;
import headgate.forwarding.Fate;
import headgate.forwarding.FateChange;
import headgate.forwarding.FlowVerdict;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostDocuments;
import headgate.forwarding.SnapshotException;
import headgate.forwarding.VerdictStats;
import headgate.forwarding.VerdictSums;
import headgate.packet.FlowHash;
import headgate.packet.FlowKey;
import headgate.packet.Frame;
import headgate.softnet.PathStats;
import headgate.softnet.ReceivePath;
import headgate.softnet.RxListener;
import headgate.softnet.SoftnetProfile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the engines of `analysis` say of canned traffic when nothing is between them and it: no
/// Kafka, no batches, no state that travels.
final class EnginesAlone {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private static final String SEEN_AT = CannedTraffic.AGENT + "/" + CannedTraffic.CAPTURE_POINT;

    private EnginesAlone() {}

    /// Flows that have ended when the last frame is seen.
    static List<FlowRecord> flows(CannedTraffic traffic) {
        var flows = new ArrayList<FlowRecord>();
        var lanes = new FlowTable[CannedTraffic.LANES];
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane] =
                    new FlowTable(
                            FlowSettings.LIVE, flow -> flows.add(flow.seenAt(List.of(SEEN_AT))));
        }
        traffic.forEach(frame -> lanes[CannedTraffic.lane(frame)].onFrame(frame));
        return flows;
    }

    /// One path for each snapshot, and when it takes effect.
    private record Route(long fromNanos, ForwardingPath path) {
        static List<Route> of(List<HostDocuments> history) throws SnapshotException {
            var routes = new ArrayList<Route>();
            for (HostDocuments each : history) {
                routes.add(new Route(each.timeNanos(), new ForwardingPath(each.read())));
            }
            return routes;
        }

        static Fate fate(List<Route> routes, Frame frame) {
            return Fate.of(decide(routes, frame));
        }

        static Decision decide(List<Route> routes, Frame frame) {
            ForwardingPath path = routes.getFirst().path;
            for (Route route : routes) {
                path = route.fromNanos <= frame.arrivalNanos ? route.path : path;
            }
            var device = path.host().device(CannedTraffic.CAPTURE_POINT);
            return path.judge(frame, device);
        }
    }

    /// Verdicts of every second but the last.
    static List<FlowVerdict> verdicts(CannedTraffic traffic, List<HostDocuments> history)
            throws SnapshotException {
        record Row(long second, FlowKey flow, Fate fate) {}
        List<Route> routes = Route.of(history);
        Map<Row, long[]> rows = new LinkedHashMap<>();
        long[] last = {0};
        traffic.forEach(frame -> {
            long second = frame.arrivalNanos / SECOND_NANOS;
            var row = new Row(second, FlowKey.of(frame), Route.fate(routes, frame));
            add(frame, rows.computeIfAbsent(row, _ -> new long[3]));
            last[0] = second;
        });
        var verdicts = new ArrayList<FlowVerdict>();
        rows.forEach((row, sums) -> {
            if (row.second < last[0]) {
                verdicts.add(
                        new FlowVerdict(
                                CannedTraffic.AGENT,
                                CannedTraffic.CAPTURE_POINT,
                                row.second * SECOND_NANOS,
                                row.flow,
                                row.fate,
                                sums[0],
                                sums[1]));
            }
        });
        return verdicts;
    }

    /// Counters of every second of a lane but its last.
    static List<VerdictStats> stats(CannedTraffic traffic) throws SnapshotException {
        List<Route> routes = Route.of(CannedHost.history());
        var all = new ArrayList<VerdictStats>();
        var sums = new VerdictSums[CannedTraffic.LANES];
        long[] seconds = new long[sums.length];
        traffic.forEach(frame -> {
            int lane = CannedTraffic.lane(frame);
            long second = frame.arrivalNanos / SECOND_NANOS;
            if (sums[lane] == null) {
                sums[lane] = new VerdictSums();
            } else if (second > seconds[lane]) {
                all.add(
                        sums[lane].drain(
                                CannedTraffic.AGENT,
                                CannedTraffic.CAPTURE_POINT,
                                lane,
                                seconds[lane] * SECOND_NANOS));
            }
            seconds[lane] = second;
            sums[lane].add(frame, Route.decide(routes, frame));
        });
        return all;
    }

    private static void add(Frame frame, long[] sums) {
        sums[2] = sums[0]++ == 0 ? frame.arrivalNanos : sums[2];
        sums[1] += frame.lengthOnWire;
    }

    /// What fares otherwise under [CannedHost#closed], of every second but the last.
    static List<FateChange> changes(CannedTraffic traffic) throws SnapshotException {
        record Row(long second, FlowKey flow, Fate asIs, Fate whatIf) {}
        List<Route> routes = Route.of(CannedHost.history());
        List<Route> closed =
                Route.of(
                        CannedHost.history().stream()
                                .map(host -> CannedHost.closed().over(host))
                                .toList());
        Map<Row, long[]> rows = new LinkedHashMap<>();
        long[] last = {0};
        traffic.forEach(frame -> {
            long second = frame.arrivalNanos / SECOND_NANOS;
            Fate asIs = Route.fate(routes, frame);
            Fate whatIf = Route.fate(closed, frame);
            if (!asIs.verdict().equals(whatIf.verdict()) || !asIs.icmp().equals(whatIf.icmp())) {
                var row = new Row(second, FlowKey.of(frame), asIs, whatIf);
                add(frame, rows.computeIfAbsent(row, _ -> new long[3]));
            }
            last[0] = second;
        });
        var changes = new ArrayList<FateChange>();
        rows.forEach((row, sums) -> {
            if (row.second < last[0]) {
                changes.add(
                        new FateChange(
                                CannedTraffic.AGENT,
                                CannedTraffic.CAPTURE_POINT,
                                row.second * SECOND_NANOS,
                                CannedHost.CLOSED,
                                row.flow,
                                row.asIs,
                                row.whatIf,
                                sums[0],
                                sums[1],
                                sums[2]));
            }
        });
        return changes;
    }

    /// Statistics of every second but the last in which a path had something to do.
    static List<PathStats> path(CannedTraffic traffic, SoftnetProfile profile) {
        var all = new ArrayList<PathStats>();
        var path = new ReceivePath(profile, RxListener.NONE);
        long[] end = {0};
        traffic.forEach(frame -> {
            long second = frame.arrivalNanos / SECOND_NANOS * SECOND_NANOS;
            if (end[0] != 0 && end[0] <= second) {
                keepUnlessIdle(all, path.drain(end[0]));
                if (end[0] < second) {
                    keepUnlessIdle(all, path.drain(second));
                }
            }
            end[0] = second + SECOND_NANOS;
            path.offer(0, frame.arrivalNanos, frame.lengthOnWire, FlowHash.symmetric(frame));
        });
        return all;
    }

    private static void keepUnlessIdle(List<PathStats> all, PathStats stats) {
        if (stats.offered() != 0 || stats.delivered() != 0 || stats.queued() != 0) {
            all.add(stats);
        }
    }
}
