package headgate.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.finding.Finding;
import headgate.schema.Ledger;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerBalanceTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void saysNothingOfALedgerThatBalances() {
        assertEquals(List.of(), LedgerBalance.draw(ledger(1, 100, 0), ledger(2, 200, 0)));
    }

    @Test
    void toleratesFramesThatAreStillInTheRingWhileACaptureRuns() {
        assertEquals(List.of(), LedgerBalance.draw(null, residual(3, false)));
    }

    @Test
    void findsFramesInNoCounterWhenARunHasEnded() {
        Finding found = only(LedgerBalance.draw(null, residual(3, true)));
        assertEquals("ledger-residual", found.kind());
        assertEquals(3, found.count());
        assertEquals("eth0", found.subject());
        assertTrue(found.evidence().getFirst().startsWith("received 103, dropped 0"));
    }

    @Test
    void findsMoreFramesPublishedThanReceivedAtAnyTime() {
        assertEquals("ledger-residual", only(LedgerBalance.draw(null, residual(-1, false))).kind());
    }

    @Test
    void saysAResidualThatStaysOnlyOnce() {
        assertEquals(List.of(), LedgerBalance.draw(residual(-1, false), residual(-1, false)));
    }

    @Test
    void countsALossSinceTheLedgerBefore() {
        Finding found = only(LedgerBalance.draw(ledger(1, 100, 40), ledger(2, 200, 47)));
        assertEquals("ring-overflow", found.kind());
        assertEquals(7, found.count());
        assertEquals("7 frames found the capture ring full", found.what());
        assertEquals(1 * SECOND, found.fromNanos());
        assertEquals(2 * SECOND, found.untilNanos());
    }

    @Test
    void countsFromTheStartWhenTheAgentStartedAgain() {
        Ledger before = ledger(1, 100, 40);
        Ledger now =
                new Ledger(
                        "office",
                        "eth0",
                        5 * SECOND,
                        6 * SECOND,
                        false,
                        null,
                        null,
                        new Ledger.Source(50, 2, 0, 0),
                        new Ledger.Handling(48, 0, 0, 0, 0, 0, 0),
                        new Ledger.Outbox(0, 0, 1),
                        null,
                        new Ledger.Published(1, 48, 1, 0));
        Finding found = only(LedgerBalance.draw(before, now));
        assertEquals(2, found.count());
        assertEquals(5 * SECOND, found.fromNanos());
    }

    private static Finding only(List<Finding> findings) {
        assertEquals(1, findings.size(), findings::toString);
        return findings.getFirst();
    }

    private static Ledger ledger(int atSecond, long received, long dropped) {
        return ledger(atSecond, received, dropped, received - dropped, false);
    }

    private static Ledger residual(long residual, boolean last) {
        return ledger(1, 100 + residual, 0, 100, last);
    }

    private static Ledger ledger(
            int atSecond, long received, long dropped, long published, boolean last) {
        return new Ledger(
                "office",
                "eth0",
                0,
                atSecond * SECOND,
                last,
                null,
                null,
                new Ledger.Source(received, dropped, 0, 0),
                new Ledger.Handling(published, 0, 0, 0, 0, 0, 0),
                new Ledger.Outbox(0, 0, 1),
                null,
                new Ledger.Published(1, published, 1, 0));
    }
}
