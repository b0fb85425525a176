package headgate.capture;

import headgate.capture.host.InterfaceCounters;
import headgate.capture.host.SoftnetCounters;
import headgate.schema.Ledger;
import java.util.List;

/// Draws up what was seen and lost at each stage of a run, as [Ledger] has it.
final class LossLedger {
    private static final long COUNTER_MASK = 0xffff_ffffL;

    private final CaptureSettings settings;
    private final long startedNanos;
    private final InterfaceCounters nicAtStart;
    private final List<SoftnetCounters> softnetAtStart;

    /// @param startedNanos when the run started, since 1970-01-01T00:00:00Z
    LossLedger(CaptureSettings settings, long startedNanos) {
        this.settings = settings;
        this.startedNanos = startedNanos;
        nicAtStart = settings.isLive() ? InterfaceCounters.read(settings.capturePoint()) : null;
        softnetAtStart = settings.isLive() ? SoftnetCounters.read() : List.of();
    }

    /// @param last whether no record of this run follows
    Ledger record(
            long atNanos,
            boolean last,
            SourceStatistics source,
            Ledger.Handling handling,
            Outbox.Standing standing) {
        return new Ledger(
                settings.agent(),
                settings.capturePoint(),
                startedNanos,
                atNanos,
                last,
                nic(),
                softnet(),
                new Ledger.Source(
                        source.received(),
                        source.dropped(),
                        source.interfaceDropped(),
                        source.freezes()),
                handling,
                standing.waiting(),
                standing.published());
    }

    private Ledger.Nic nic() {
        if (nicAtStart == null) {
            return null;
        }
        var now = InterfaceCounters.read(settings.capturePoint());
        return new Ledger.Nic(
                now.rxPackets() - nicAtStart.rxPackets(),
                now.missed() - nicAtStart.missed(),
                now.rxDropped() - nicAtStart.rxDropped(),
                now.rxErrors() - nicAtStart.rxErrors());
    }

    private Ledger.Softnet softnet() {
        if (softnetAtStart.isEmpty()) {
            return null;
        }
        long processed = 0;
        long dropped = 0;
        long timeSqueeze = 0;
        for (SoftnetCounters now : SoftnetCounters.read()) {
            SoftnetCounters then = atStart(now.cpu());
            processed += since(then.processed(), now.processed());
            dropped += since(then.dropped(), now.dropped());
            timeSqueeze += since(then.timeSqueeze(), now.timeSqueeze());
        }
        return new Ledger.Softnet(processed, dropped, timeSqueeze);
    }

    /// The row of a CPU that came online meanwhile starts at zero.
    private SoftnetCounters atStart(int cpu) {
        return softnetAtStart.stream()
                .filter(row -> row.cpu() == cpu)
                .findFirst()
                .orElse(new SoftnetCounters(cpu, 0, 0, 0, 0, 0, 0));
    }

    /// The kernel's counters have 32 bits and wrap.
    private static long since(long then, long now) {
        return now - then & COUNTER_MASK;
    }
}
