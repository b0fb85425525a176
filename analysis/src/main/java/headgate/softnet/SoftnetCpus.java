package headgate.softnet;

/// The CPUs of one host, their tick, and who does what.
///
/// @param hz ticks a second (`CONFIG_HZ`); one tick is 1e9/hz ns, rounded down
/// @param tickPhaseNanos how far into its tick time 0 lies: 0 up to one tick
/// @param count CPUs
/// @param irqCpus the CPU that takes the interrupts of each queue, or enqueues what enters by
///   `netif_rx` on each interface; in turn where there are more of those
/// @param rpsCpus the `rps_cpus` of the receive queue; empty means no steering
public record SoftnetCpus(
        int hz, long tickPhaseNanos, int count, IndexList irqCpus, CpuMask rpsCpus) {
    public SoftnetCpus {
        ProfileKey.HZ.require(hz);
        ProfileKey.TICK_PHASE_NS.require(
                tickPhaseNanos >= 0 && tickPhaseNanos < 1_000_000_000L / hz,
                tickPhaseNanos,
                "0 up to one tick, " + 1_000_000_000L / hz);
        ProfileKey.CPUS.require(count);
        String existing = "CPUs are 0 to " + (count - 1);
        ProfileKey.IRQ_CPU.require(
                irqCpus.highest() < count, ProfileKey.IRQ_CPU.format(irqCpus), existing);
        ProfileKey.RPS.require(rpsCpus.highest() < count, rpsCpus, existing);
    }

    public long tickNanos() {
        return 1_000_000_000L / hz;
    }

    /// Tick edges passed at that time.
    long jiffies(long nanos) {
        return Math.floorDiv(nanos + tickPhaseNanos, tickNanos());
    }

    /// Ticks that cover that many microseconds (`usecs_to_jiffies` rounds up).
    long usecsToJiffies(long usecs) {
        return Math.ceilDiv(usecs * hz, 1_000_000L);
    }
}
