package headgate.softnet;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/// What a [ReceivePath] counted in the current interval, over all CPUs.
final class PathCounters {
    private static final DropReason[] REASONS = DropReason.values();

    long offered;
    long delivered;

    /// Frames that came to interfaces with rings.
    long toRings;

    /// Frames that drivers' polls took, and that left them again.
    long napiTaken;

    long napiDone;

    /// Packets that came to a backlog, refused or not.
    long enqueued;

    /// Packets whose service from a process queue ended.
    long processed;

    final long[] dropped = new long[REASONS.length];
    long polls;
    long work;
    long netRxRuns;
    long ksoftirqdRuns;
    long timeSqueeze;
    long irqs;
    long ipis;
    long flowLimitCount;
    long clampedArrivals;

    /// @param inRing drops of the ring's, or of the backlog's
    Map<DropReason, Long> droppedByReason(boolean inRing) {
        var byReason = new EnumMap<DropReason, Long>(DropReason.class);
        for (DropReason reason : REASONS) {
            if (dropped[reason.ordinal()] > 0
                    && inRing == (reason == DropReason.RX_MISSED_ERRORS)) {
                byReason.put(reason, dropped[reason.ordinal()]);
            }
        }
        return byReason;
    }

    void reset() {
        offered = 0;
        delivered = 0;
        toRings = 0;
        processed = 0;
        enqueued = 0;
        napiDone = 0;
        napiTaken = 0;
        Arrays.fill(dropped, 0);
        polls = 0;
        work = 0;
        netRxRuns = 0;
        ksoftirqdRuns = 0;
        timeSqueeze = 0;
        irqs = 0;
        ipis = 0;
        flowLimitCount = 0;
        clampedArrivals = 0;
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(offered);
        out.writeLong(delivered);
        out.writeLong(toRings);
        out.writeLong(processed);
        out.writeLong(enqueued);
        out.writeLong(napiDone);
        out.writeLong(napiTaken);
        for (long packets : dropped) {
            out.writeLong(packets);
        }
        out.writeLong(polls);
        out.writeLong(work);
        out.writeLong(netRxRuns);
        out.writeLong(ksoftirqdRuns);
        out.writeLong(timeSqueeze);
        out.writeLong(irqs);
        out.writeLong(ipis);
        out.writeLong(flowLimitCount);
        out.writeLong(clampedArrivals);
    }

    void restore(DataInput in) throws IOException {
        offered = in.readLong();
        delivered = in.readLong();
        toRings = in.readLong();
        processed = in.readLong();
        enqueued = in.readLong();
        napiDone = in.readLong();
        napiTaken = in.readLong();
        for (int i = 0; i < dropped.length; i++) {
            dropped[i] = in.readLong();
        }
        polls = in.readLong();
        work = in.readLong();
        netRxRuns = in.readLong();
        ksoftirqdRuns = in.readLong();
        timeSqueeze = in.readLong();
        irqs = in.readLong();
        ipis = in.readLong();
        flowLimitCount = in.readLong();
        clampedArrivals = in.readLong();
    }
}
