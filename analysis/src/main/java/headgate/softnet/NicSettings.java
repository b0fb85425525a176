package headgate.softnet;

/// A network interface: its receive queues, when these interrupt, and how its driver polls.
/// `docs/receive-path.md` has the source of the defaults.
///
/// @param rxQueues receive queues, with a ring and a NAPI each; 0: it has none, and frames enter by
///   `netif_rx`, as those of veth do
/// @param ring frames that one queue holds (`ethtool -G rx`)
/// @param rssTable the indirection table: entry `hash mod length` names the queue; empty: 128
///   entries, entry n naming queue n mod `rxQueues`
/// @param rxUsecs longest that a frame waits for its interrupt; 0: no such limit
/// @param rxFrames frames that make the interrupt come at once; 0: no such limit. Without either
///   limit each frame interrupts
/// @param isIrqMasked whether the driver masks a queue's interrupt until its NAPI completes
/// @param napiWeight frames of one poll (`NAPI_POLL_WEIGHT`)
/// @param napiDeferHardIrqs completions in a row that leave the interrupt masked
/// @param groFlushTimeoutNanos until the poll that follows such a completion; 0: none does
/// @param threadedCpus CPUs of the NAPIs' threads, in turn; empty: NAPIs are polled in softirq
public record NicSettings(
        int rxQueues,
        int ring,
        IndexList rssTable,
        int rxUsecs,
        int rxFrames,
        boolean isIrqMasked,
        int napiWeight,
        int napiDeferHardIrqs,
        long groFlushTimeoutNanos,
        CpuMask threadedCpus) {

    /// Queues that the model grants to all interfaces together.
    static final int MAX_QUEUES = 256;

    private static final int RSS_TABLE_LENGTH = 128;

    public NicSettings {
        ProfileKey.RX_QUEUES.require(rxQueues);
        ProfileKey.RING.require(ring);
        ProfileKey.RSS_TABLE.require(
                rxQueues == 0 || rssTable.highest() < rxQueues,
                rssTable,
                "queues are 0 to " + (rxQueues - 1));
        ProfileKey.RX_USECS.require(rxUsecs);
        ProfileKey.RX_FRAMES.require(rxFrames);
        ProfileKey.NAPI_WEIGHT.require(napiWeight);
        ProfileKey.NAPI_DEFER_HARD_IRQS.require(napiDeferHardIrqs);
        ProfileKey.GRO_FLUSH_TIMEOUT.require(groFlushTimeoutNanos);
    }

    /// Whether frames come through a ring and a driver's NAPI.
    public boolean hasRings() {
        return rxQueues > 0;
    }

    /// The queue of each entry of the indirection table.
    int[] indirectionTable() {
        int[] table = rssTable.indexes();
        if (table.length == 0) {
            table = new int[RSS_TABLE_LENGTH];
            for (int i = 0; i < table.length; i++) {
                table[i] = i % Math.max(1, rxQueues);
            }
        }
        return table;
    }
}
