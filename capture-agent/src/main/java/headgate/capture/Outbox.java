package headgate.capture;

import headgate.schema.Ledger;
import headgate.schema.Topic;

/// Takes finished values that are to be published. It never refuses one and never blocks: whoever
/// fills it looks at [#waitingBytes] first.
interface Outbox {
    /// Takes over a value.
    ///
    /// @param key of the record
    /// @param lane of a batch of frames, which decides its partition; -1 lets the key decide
    /// @param frames how many frames the value has; 0 for other records
    void offer(Topic topic, byte[] key, int lane, byte[] value, int frames);

    /// Bytes of the values that were taken and are neither acknowledged nor given up.
    long waitingBytes();

    /// How full it may become.
    long capacityBytes();

    /// Waits at most so long until there is room.
    void awaitRoom(long millis);

    /// What waits and what became of the rest, read at one moment.
    Standing standing();

    /// What waits, in memory and on disk, and what was published.
    ///
    /// @param spooled null if there is no spool
    record Standing(Ledger.Outbox waiting, Ledger.Spool spooled, Ledger.Published published) {}
}
