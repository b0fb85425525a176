package headgate.streams;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// What this process has done since it started, over all its tasks. Work that was done again after
/// a fault is counted again: exact figures are in the topics, these tell how it goes.
public final class StreamCounters {
    /// What is counted.
    public enum Count {
        /// Batches of frames read.
        FRAME_BATCHES,
        /// Frames in them.
        FRAMES,
        /// Batches that never arrived: gaps in a lane's batch sequence.
        LOST_FRAME_BATCHES,
        /// Likewise, of arrivals.
        LOST_ARRIVAL_BATCHES,
        /// Frames older than one before them in their lane; analysed all the same.
        LATE_FRAMES,
        /// Arrivals that came when the path that they share with other capture points was past
        /// their time; raised to it.
        LATE_ARRIVALS,
        /// Capture points that fell so far behind the others of their host that these did not wait.
        ABSENT_CAPTURE_POINTS,
        /// Arrivals that did not wait for the other capture points, since too many waited.
        ARRIVALS_NOT_HELD,
        /// Lanes and capture points whose time went back too far to go on: they began again.
        RESTARTS,
        /// Frames of an agent whose host has no snapshot: no verdict.
        FRAMES_WITHOUT_HOST,
        /// Arrivals put through the receive path, once however many profiles there are.
        ARRIVALS,
        /// Records put out, by topic.
        FLOWS,
        PATH_STATS,
        PATH_FATES,
        VERDICTS,
        VERDICT_STATS,
        FATE_CHANGES,
        JOINED_FLOWS,
        ROLL_UPS,
        FLOW_EVIDENCE,
        LOSSES,
        FINDINGS,
        DEAD_LETTERS,
        /// Flow records that were rolled up: one commit after [#FLOWS], or more.
        FLOWS_SUMMED,
        /// Flow records that found no room to be joined.
        FLOWS_NOT_JOINED,
        /// Ended conversations that were forgotten early, to make room for others.
        CONVERSATIONS_HELD_SHORTER,
        /// Flow records about a time whose roll-ups had been told; told once more.
        LATE_FLOW_STEPS,
        /// Subjects that were suspected least, and given up for want of room.
        EVIDENCE_GIVEN_UP,
        /// Snapshots and profiles that could not be read; the former ones stay in force.
        UNREADABLE_SETTINGS
    }

    private final Map<Count, LongAdder> adders = new EnumMap<>(Count.class);

    public StreamCounters() {
        for (Count count : Count.values()) {
            adders.put(count, new LongAdder());
        }
    }

    /// Counts one more.
    public void add(Count count) {
        adders.get(count).increment();
    }

    /// Counts so many more.
    public void add(Count count, long howMany) {
        adders.get(count).add(howMany);
    }

    /// The count so far.
    public long get(Count count) {
        return adders.get(count).sum();
    }

    /// All counts as they are now.
    public Map<Count, Long> snapshot() {
        var now = new EnumMap<Count, Long>(Count.class);
        adders.forEach((count, adder) -> now.put(count, adder.sum()));
        return now;
    }
}
