package headgate.softnet;

import java.util.Map;

/// What went through one queue in one interval. Over the whole of a run, `offered` is `delivered`
/// plus `dropped` plus what is queued.
///
/// @param stage `backlog` (`input_pkt_queue`) or `softirq` (`process_queue` and the packet in
///   service)
/// @param capacity packets that one CPU's queue holds; -1 if it has no bound of its own
/// @param offered packets that came to the queue
/// @param delivered packets that went on from it
/// @param dropped packets refused, by reason; reasons without packets are absent
/// @param depthLast packets in it at the end, over all CPUs
/// @param depthMax most packets at any moment in the queue of one CPU
/// @param depthMean mean over time, over all CPUs
public record StageStats(
        String stage,
        long capacity,
        long offered,
        long delivered,
        Map<DropReason, Long> dropped,
        long depthLast,
        long depthMax,
        double depthMean) {

    public StageStats {
        dropped = Map.copyOf(dropped);
    }

    public long droppedPackets() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }
}
