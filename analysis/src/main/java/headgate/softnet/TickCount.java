package headgate.softnet;

/// The tick count (`jiffies`) of one host. It is asked for several times for each packet and
/// changes every few milliseconds, so the tick that time is in is remembered, not divided out anew.
final class TickCount {
    private SoftnetCpus cpus;
    private long jiffies;
    private long tickStartNanos;
    private long tickEndNanos;

    TickCount(SoftnetCpus cpus) {
        adopt(cpus);
    }

    void adopt(SoftnetCpus newCpus) {
        cpus = newCpus;
        look(0);
    }

    /// Tick edges passed at that time.
    long at(long nanos) {
        if (nanos < tickStartNanos || nanos >= tickEndNanos) {
            look(nanos);
        }
        return jiffies;
    }

    private void look(long nanos) {
        jiffies = cpus.jiffies(nanos);
        tickStartNanos = jiffies * cpus.tickNanos() - cpus.tickPhaseNanos();
        tickEndNanos = tickStartNanos + cpus.tickNanos();
    }
}
