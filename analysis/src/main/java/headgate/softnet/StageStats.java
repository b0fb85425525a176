package headgate.softnet;

import java.util.Map;

/// What went through one queue in one interval. Over the whole of a run, `offered` is `delivered`
/// plus `dropped` plus what is queued.
///
/// @param stage `ring` (frames that the interface wrote), `napi` (the frame that a driver's poll is
///   at), `backlog` (`input_pkt_queue`) or `softirq` (`process_queue` and the packet in service)
/// @param capacity packets that one such queue holds; -1 if it has no bound of its own
/// @param offered packets that came to the queue
/// @param delivered packets that went on from it
/// @param dropped packets refused, by reason; reasons without packets are absent
/// @param depthLast packets in it at the end, over all queues of the stage
/// @param depthMax most packets at any moment in one queue
/// @param depthMean mean over time, over all queues
/// @param waiting from coming to the queue to leaving it, or to the start of service; of packets
///   taken up in the interval
public record StageStats(
        String stage,
        long capacity,
        long offered,
        long delivered,
        Map<DropReason, Long> dropped,
        long depthLast,
        long depthMax,
        double depthMean,
        WaitQuantiles waiting) {

    public StageStats {
        dropped = Map.copyOf(dropped);
    }

    public long droppedPackets() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }
}
