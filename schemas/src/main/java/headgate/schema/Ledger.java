package headgate.schema;

/// What became of the frames of one capture point; `ledger.avsc` says what each field means.
///
/// @param nic null for a file
/// @param softnet null for a file
/// @param spool null if there is none
public record Ledger(
        String agent,
        String capturePoint,
        long startedNanos,
        long atNanos,
        boolean last,
        Nic nic,
        Softnet softnet,
        Source source,
        Handling handling,
        Outbox outbox,
        Spool spool,
        Published published) {

    /// The interface's own counters.
    public record Nic(long received, long missed, long dropped, long errors) {}

    /// The kernel's queue layer, all CPUs.
    public record Softnet(long processed, long dropped, long timeSqueeze) {}

    /// The capture socket, ring or file.
    public record Source(long received, long dropped, long interfaceDropped, long freezes) {}

    /// The agent itself.
    public record Handling(
            long handed,
            long duplicates,
            long malformed,
            long unsampled,
            long shedPayload,
            long shedBodies,
            long batching) {}

    /// Batches that are finished and not acknowledged yet.
    public record Outbox(long frames, long bytes, long capacityBytes) {}

    /// What waits on disk.
    public record Spool(
            long frames,
            long bytes,
            long capacityBytes,
            long earlierFrames,
            long replayedFrames,
            long damagedFrames) {}

    /// What the broker has.
    public record Published(long batches, long frames, long bytes, long failedFrames) {}

    /// Frames that no counter explains. While a live capture runs, those that the agent has not
    /// taken out of the ring yet; otherwise 0.
    public long residual() {
        return source.received
                - source.dropped
                - handling.duplicates
                - handling.unsampled
                - handling.shedBodies
                - handling.batching
                - outbox.frames
                - (spool == null ? 0 : spool.frames)
                - published.frames
                - published.failedFrames;
    }
}
