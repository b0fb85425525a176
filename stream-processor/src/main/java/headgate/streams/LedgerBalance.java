package headgate.streams;

import headgate.finding.Finding;
import headgate.finding.Finding.Severity;
import headgate.flow.CaptureLosses;
import headgate.flow.LossPlace;
import headgate.schema.Ledger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/// Draws the balance of a capture point: what was lost since the ledger before, where, and whether
/// the counters explain every frame.
final class LedgerBalance {
    /// A counter of loss, and what it means when it has grown.
    private record Loss(
            String kind,
            Severity severity,
            ToLongFunction<Ledger> counter,
            String what,
            String evidence,
            String advice) {}

    private static final List<Loss> LOSSES =
            List.of(
                    new Loss(
                            "nic-missed",
                            Severity.WARNING,
                            ledger -> ledger.nic() == null ? 0 : ledger.nic().missed(),
                            "%d frames found the adapter's receive ring full",
                            "rx_missed_errors",
                            "Make the ring larger (ethtool -G), or spread it over more queues."),
                    new Loss(
                            "backlog-overflow",
                            Severity.WARNING,
                            ledger -> ledger.softnet() == null ? 0 : ledger.softnet().dropped(),
                            "%d packets found a CPU's backlog full",
                            "second column of /proc/net/softnet_stat",
                            "Raise net.core.netdev_max_backlog, or spread flows with RPS; `headgate"
                                    + " path` shows what removes the drops."),
                    new Loss(
                            "ring-overflow",
                            Severity.ERROR,
                            ledger -> ledger.source().dropped(),
                            "%d frames found the capture ring full",
                            "PACKET_STATISTICS or pcap_stats",
                            "Make the capture ring larger, capture with a filter or less of each"
                                    + " frame, or give the agent more CPU."),
                    new Loss(
                            "frames-shed",
                            Severity.ERROR,
                            ledger -> ledger.handling().shedBodies(),
                            "%d frames were published as arrivals only",
                            "the agent's outbox was full",
                            "The brokers are away or too slow for this traffic: see their load, or"
                                    + " publish less of each frame (--snaplen, --headers-only)."),
                    new Loss(
                            "payload-shed",
                            Severity.INFO,
                            ledger -> ledger.handling().shedPayload(),
                            "%d frames were published without payload",
                            "the agent's outbox was filling up",
                            "The brokers are slower than this traffic."),
                    new Loss(
                            "spool-damaged",
                            Severity.ERROR,
                            ledger -> ledger.spool() == null ? 0 : ledger.spool().damagedFrames(),
                            "%d frames of an earlier run could not be read back from the spool",
                            "the spool's checksums",
                            "The agent was killed, or its disk is failing."),
                    new Loss(
                            "publish-failed",
                            Severity.ERROR,
                            ledger -> ledger.published().failedFrames(),
                            "%d frames were refused or not acknowledged by the brokers",
                            "the producer gave their batches up",
                            "See the agent's log for the brokers' reason."));

    /// By place, the frames that nobody behind it sees.
    private static final Map<LossPlace, ToLongFunction<Ledger>> PLACES =
            Map.of(
                    LossPlace.INTERFACE,
                    ledger ->
                            ledger.nic() == null
                                    ? ledger.source().interfaceDropped()
                                    : ledger.nic().missed(),
                    LossPlace.BACKLOG,
                    ledger -> ledger.softnet() == null ? 0 : ledger.softnet().dropped(),
                    LossPlace.SOCKET,
                    ledger -> ledger.source().dropped(),
                    LossPlace.AGENT,
                    ledger -> ledger.handling().shedBodies() + ledger.published().failedFrames());

    private LedgerBalance() {}

    /// What there is to say about a ledger.
    ///
    /// @param before the one before it of the same capture point; null if there was none
    static List<Finding> draw(Ledger before, Ledger now) {
        boolean sameRun = before != null && before.startedNanos() == now.startedNanos();
        var findings = new ArrayList<Finding>();
        for (Loss loss : LOSSES) {
            long lost =
                    loss.counter.applyAsLong(now)
                            - (sameRun ? loss.counter.applyAsLong(before) : 0);
            if (lost > 0) {
                findings.add(finding(loss, sameRun ? before : null, now, lost));
            }
        }
        if (!balances(now) && !(sameRun && before.residual() == now.residual())) {
            findings.add(residual(now));
        }
        return findings;
    }

    /// What is known of a capture point's losses with one more ledger. Of the time before a run of
    /// its agent nothing is known.
    ///
    /// @param known with the ledgers before; null if there was none
    /// @param before the one before it of the same capture point; null if there was none
    static CaptureLosses losses(CaptureLosses known, Ledger before, Ledger now) {
        boolean goesOn =
                known != null && before != null && before.startedNanos() == now.startedNanos();
        var lost = new EnumMap<LossPlace, Long>(LossPlace.class);
        PLACES.forEach((place, counter) ->
                lost.put(
                        place,
                        counter.applyAsLong(now) - (goesOn ? counter.applyAsLong(before) : 0)));
        return (goesOn ? known : CaptureLosses.since(now.startedNanos()))
                .until(now.atNanos(), lost);
    }

    /// While a live capture runs, frames may still be in the ring: they are received and not handed
    /// over yet. There cannot be more handed over than received, and in the end none is left.
    private static boolean balances(Ledger ledger) {
        return ledger.last() ? ledger.residual() == 0 : ledger.residual() >= 0;
    }

    private static Finding finding(Loss loss, Ledger before, Ledger now, long lost) {
        return new Finding(
                loss.kind,
                loss.severity,
                now.agent(),
                now.capturePoint(),
                before == null ? now.startedNanos() : before.atNanos(),
                now.atNanos(),
                lost,
                loss.what.formatted(lost),
                List.of(
                        "%s: %d since the agent's start"
                                .formatted(loss.evidence, loss.counter.applyAsLong(now))),
                loss.advice);
    }

    private static Finding residual(Ledger now) {
        return new Finding(
                "ledger-residual",
                Severity.ERROR,
                now.agent(),
                now.capturePoint(),
                now.startedNanos(),
                now.atNanos(),
                Math.abs(now.residual()),
                "%d frames are in no counter".formatted(now.residual()),
                List.of(
                        "received %d, dropped %d, duplicates %d, not sampled %d, shed %d,"
                                        .formatted(
                                                now.source().received(),
                                                now.source().dropped(),
                                                now.handling().duplicates(),
                                                now.handling().unsampled(),
                                                now.handling().shedBodies())
                                + " in batches %d, in the outbox %d, in the spool %d,"
                                        .formatted(
                                                now.handling().batching(),
                                                now.outbox().frames(),
                                                now.spool() == null ? 0 : now.spool().frames())
                                + " published %d, refused %d"
                                        .formatted(
                                                now.published().frames(),
                                                now.published().failedFrames())),
                "This is a fault of Headgate: please report it with the agent's log.");
    }
}
