package headgate.softnet;

/// One interface of a host and how it is set: by settings of its own where it has them, by those of
/// the host elsewhere.
///
/// @param irqCpus the CPU that takes the interrupt of each queue, in turn; without rings the first
///   of them enqueues
/// @param irqStart the place in `irqCpus` of the first queue: the host's list goes on from
///   interface to interface, an own one begins anew
/// @param threadStart the same of the threads' CPUs
/// @param rpsCpus where receive packet steering spreads flows; empty: nowhere
public record NetInterface(
        String name,
        NicSettings nic,
        IndexList irqCpus,
        int irqStart,
        int threadStart,
        CpuMask rpsCpus) {

    /// The CPU that takes the interrupt of a queue, or where there is no ring, that enqueues.
    int irqCpu(int queue) {
        return irqCpus.inTurn(irqStart + queue);
    }

    /// The CPU that polls a queue: the interrupt's, or that of the NAPI's thread.
    int pollCpu(int queue) {
        int[] threadCpus = nic.threadedCpus().cpus();
        return threadCpus.length == 0
                ? irqCpu(queue)
                : threadCpus[(threadStart + queue) % threadCpus.length];
    }

    /// Whether a running host can take the other's settings on: queues, and who polls them, stay.
    boolean canBecome(NetInterface other) {
        return name.equals(other.name)
                && nic.rxQueues() == other.nic.rxQueues()
                && irqCpus.equals(other.irqCpus)
                && irqStart == other.irqStart
                && nic.threadedCpus().equals(other.nic.threadedCpus())
                && threadStart == other.threadStart;
    }
}
