package headgate.streams;

import headgate.softnet.DropLog;
import headgate.softnet.DropReason;
import headgate.softnet.PathStats;
import headgate.softnet.QueueLayer;
import headgate.softnet.ReceivePath;
import headgate.softnet.SoftnetProfile;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/// The arrivals of one host through one profile, told second by second.
final class PathTwin {
    /// Most dropped frames of a second that are named; the others are counted.
    static final int NAMED_DROPS = 16_384;

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final DropReason[] REASONS = DropReason.values();

    /// Takes what is to be told about a second that is over.
    interface Listener {
        /// Called for seconds in which something happened.
        void onStats(PathStats stats);

        /// Called for seconds in which frames were dropped; the log is reused.
        void onDrops(String profile, DropLog drops);
    }

    private final DropLog drops;
    private final QueueLayer path;

    /// Of each of the host's interfaces, in order, its place among those of the profile.
    private int[] places = {};

    /// End of the second at hand; 0 before the first arrival.
    private long secondEnd;

    PathTwin(SoftnetProfile profile) {
        drops = new DropLog(NAMED_DROPS);
        path = QueueLayer.of(profile, drops);
    }

    private PathTwin(DropLog drops, QueueLayer path, long secondEnd) {
        this.drops = drops;
        this.path = path;
        this.secondEnd = secondEnd;
    }

    SoftnetProfile profile() {
        return path.profile();
    }

    /// Goes on with other settings, as a host does when they are written; false if it cannot.
    boolean adopt(SoftnetProfile profile) {
        boolean can = path.canAdopt(profile);
        if (can) {
            path.adopt(profile);
        }
        return can;
    }

    /// Says which interfaces arrivals will name by their place. Those that the profile knows by
    /// name come to it; others to the profile's interface of that number.
    void setDevices(List<String> devices) {
        List<String> names = profile().interfaces().names();
        places = new int[devices.size()];
        for (int i = 0; i < places.length; i++) {
            int place = names.indexOf(devices.get(i));
            places[i] = place < 0 ? i : place;
        }
    }

    /// @param device place among the host's interfaces
    void offer(
            long sequence,
            long nanos,
            int lengthBytes,
            int flowHash,
            int device,
            Listener listener) {
        closeSecondsBefore(nanos, listener);
        int interfaceIndex = device >= 0 && device < places.length ? places[device] : device;
        long serviceNanos = path.profile().costs().serviceNanos(lengthBytes);
        path.offer(sequence, nanos, lengthBytes, flowHash, serviceNanos, interfaceIndex);
    }

    /// Lets everything happen that is due before `nanos`, when nothing more is to arrive till then.
    void advanceTo(long nanos, Listener listener) {
        if (secondEnd != 0) {
            closeSecondsBefore(nanos, listener);
        }
    }

    /// Serves what is queued and tells of it now, for nothing more arrives.
    void end(Listener listener) {
        if (secondEnd != 0) {
            tell(path.runUntilIdle(), listener);
        }
    }

    private void closeSecondsBefore(long nanos, Listener listener) {
        long now = Math.clamp(nanos, 0, ReceivePath.MAX_TIME);
        if (secondEnd == 0) {
            secondEnd = secondAfter(now);
        }
        if (now < secondEnd) {
            return;
        }
        tell(secondEnd, listener);
        long started = secondAfter(now) - SECOND_NANOS;
        if (started > secondEnd) {
            // What was still queued ends in the pause; nothing arrived there.
            tell(started, listener);
        }
        secondEnd = started + SECOND_NANOS;
    }

    private static long secondAfter(long nanos) {
        return (nanos / SECOND_NANOS + 1) * SECOND_NANOS;
    }

    private void tell(long endNanos, Listener listener) {
        PathStats stats = path.drain(endNanos);
        if (stats.offered() != 0 || stats.delivered() != 0 || stats.queued() != 0) {
            listener.onStats(stats);
        }
        if (drops.count() > 0) {
            listener.onDrops(stats.profile(), drops);
            drops.clear();
        }
    }

    void save(DataOutputStream out) throws IOException {
        out.writeLong(secondEnd);
        out.writeInt(drops.count());
        for (int i = 0; i < drops.count(); i++) {
            out.writeLong(drops.sequence(i));
            out.writeLong(drops.atNanos(i));
            out.writeByte(drops.cpu(i));
            out.writeByte(drops.reason(i).ordinal());
        }
        out.writeLong(drops.unnamed());
        path.save(out);
    }

    /// @throws IOException if this is not what [#save] wrote
    static PathTwin restore(DataInputStream in) throws IOException {
        long secondEnd = in.readLong();
        var drops = new DropLog(NAMED_DROPS);
        for (int count = in.readInt(); count > 0; count--) {
            drops.dropped(in.readLong(), in.readLong(), in.readByte(), REASONS[in.readByte()]);
        }
        drops.addUnnamed(in.readLong());
        return new PathTwin(drops, QueueLayer.restore(drops, in), secondEnd);
    }
}
