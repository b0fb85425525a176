package headgate.capture;

import headgate.capture.host.InterfaceCounters;
import headgate.capture.host.SoftnetCounters;
import headgate.schema.Ledger;
import headgate.schema.Measured;
import headgate.softnet.SoftnetStat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// Draws up what was seen and lost at each stage of a run, as [Ledger] has it.
final class LossLedger {
    private static final long COUNTER_MASK = 0xffff_ffffL;

    private final String agent;
    private final CapturePoint point;
    private final long startedNanos;
    private final List<InterfaceCounters> nicAtStart;
    private final List<SoftnetCounters> softnetAtStart;

    /// @param startedNanos when the run started, since 1970-01-01T00:00:00Z
    LossLedger(CapturePoint point, CaptureSettings settings, long startedNanos) {
        this.agent = settings.agent();
        this.point = point;
        this.startedNanos = startedNanos;
        nicAtStart = settings.isLive() ? counters() : List.of();
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
                agent,
                point.name(),
                startedNanos,
                atNanos,
                last,
                nic(),
                softnet(),
                socket(source),
                handling,
                standing.waiting(),
                standing.spooled(),
                standing.published());
    }

    /// What the host itself counted; null for a file.
    Measured measured(long atNanos, SourceStatistics source) {
        if (nicAtStart.isEmpty() || softnetAtStart.isEmpty()) {
            return null;
        }
        var rows = new ArrayList<SoftnetStat>();
        for (SoftnetCounters now : SoftnetCounters.read()) {
            SoftnetCounters then = atStart(now.cpu());
            rows.add(
                    new SoftnetStat(
                            now.cpu(),
                            since(then.processed(), now.processed()),
                            since(then.dropped(), now.dropped()),
                            since(then.timeSqueeze(), now.timeSqueeze()),
                            since(then.receivedRps(), now.receivedRps()),
                            since(then.flowLimitCount(), now.flowLimitCount()),
                            (int) Math.max(0, now.backlogLength()),
                            0));
        }
        return new Measured(startedNanos, atNanos, nic(), rows, socket(source));
    }

    private static Ledger.Source socket(SourceStatistics source) {
        return new Ledger.Source(
                source.received(), source.dropped(), source.interfaceDropped(), source.freezes());
    }

    private Ledger.Nic nic() {
        if (nicAtStart.isEmpty()) {
            return null;
        }
        List<InterfaceCounters> now = counters();
        return new Ledger.Nic(
                since(now, InterfaceCounters::rxPackets),
                since(now, InterfaceCounters::missed),
                since(now, InterfaceCounters::rxDropped),
                since(now, InterfaceCounters::rxErrors));
    }

    private List<InterfaceCounters> counters() {
        return point.source().interfaces().stream()
                .map(each -> InterfaceCounters.read(each.name()))
                .toList();
    }

    /// An interface that is made again counts from zero: what is not known then is not guessed.
    private long since(List<InterfaceCounters> now, ToLongFunction<InterfaceCounters> counter) {
        long sum = 0;
        for (int i = 0; i < Math.min(now.size(), nicAtStart.size()); i++) {
            long more = counter.applyAsLong(now.get(i)) - counter.applyAsLong(nicAtStart.get(i));
            sum += Math.max(0, more);
        }
        return sum;
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
