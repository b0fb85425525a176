package headgate.softnet;

import java.util.List;

/// What a [ReceivePath] did in one interval. Modelled, all of it.
///
/// @param profile name of the profile
/// @param endNanos the interval is `startNanos` up to, not including, this
/// @param offered packets that arrived
/// @param delivered packets whose service ended
/// @param dropped packets refused
/// @param queued packets waiting or in service at the end
/// @param stages the queues, in the order in which a packet meets them
/// @param waiting from arrival to the start of service
/// @param polls polls of a NAPI that ended, also those that found nothing
/// @param work packets that these polls took
/// @param netRxRuns runs of `net_rx_action`, with those in ksoftirqd
/// @param ksoftirqdRuns those in ksoftirqd
/// @param ipis inter-processor interrupts sent
/// @param softirqNanos time in softirq and in NAPI threads, over all CPUs
/// @param busiestCpu the CPU that spent most of that time
/// @param busiestCpuNanos how much it spent
/// @param clampedArrivals arrivals whose time lay before the one before them and was raised to it
/// @param irqs interrupts of receive queues
public record PathStats(
        String profile,
        long startNanos,
        long endNanos,
        long offered,
        long delivered,
        long dropped,
        long queued,
        List<StageStats> stages,
        WaitQuantiles waiting,
        long polls,
        long work,
        long netRxRuns,
        long ksoftirqdRuns,
        long timeSqueeze,
        long ipis,
        long flowLimitCount,
        long softirqNanos,
        int busiestCpu,
        long busiestCpuNanos,
        long clampedArrivals,
        long irqs) {

    public PathStats {
        stages = List.copyOf(stages);
    }

    public double dropShare() {
        return offered == 0 ? 0 : (double) dropped / offered;
    }

    /// Share of the interval that the busiest CPU spent in softirq, 0 to 1.
    public double busiestCpuLoad() {
        return endNanos > startNanos ? (double) busiestCpuNanos / (endNanos - startNanos) : 0;
    }

    /// The same with what stands behind the queue layer.
    PathStats with(long newDelivered, long newDropped, long newQueued, List<StageStats> newStages) {
        return new PathStats(
                profile,
                startNanos,
                endNanos,
                offered,
                newDelivered,
                newDropped,
                newQueued,
                newStages,
                waiting,
                polls,
                work,
                netRxRuns,
                ksoftirqdRuns,
                timeSqueeze,
                ipis,
                flowLimitCount,
                softirqNanos,
                busiestCpu,
                busiestCpuNanos,
                clampedArrivals,
                irqs);
    }
}
