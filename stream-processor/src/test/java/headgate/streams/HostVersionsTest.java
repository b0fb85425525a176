package headgate.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.forwarding.HostDocuments;
import headgate.schema.HostSnapshotCodec;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HostVersionsTest {
    private static Host takenAt(long nanos) {
        return Host.read(
                HostSnapshotCodec.write(new HostDocuments("gw", nanos, "6.18", new TreeMap<>())));
    }

    private static HostVersions of(long... times) {
        HostVersions versions = null;
        for (long nanos : times) {
            versions = HostVersions.of(versions, takenAt(nanos));
        }
        return versions;
    }

    @Test
    void holdsEachFromItsTimeToTheNextAndTheFirstBefore() {
        HostVersions versions = of(100, 200, 300);
        assertEquals(100, versions.at(0).timeNanos());
        assertEquals(100, versions.at(199).timeNanos());
        assertEquals(200, versions.at(200).timeNanos());
        assertEquals(300, versions.at(Long.MAX_VALUE).timeNanos());
        assertEquals(200, versions.nextChangeNanos(0));
        assertEquals(300, versions.nextChangeNanos(200));
        assertEquals(Long.MAX_VALUE, versions.nextChangeNanos(300));
    }

    @Test
    void takesThemInAnyOrderAndTheLatestOfOneTime() {
        HostVersions versions = of(300, 100, 200, 200);
        assertEquals(200, versions.at(250).timeNanos());
        Host again = takenAt(200);
        assertEquals(again, HostVersions.of(versions, again).at(250));
    }

    @Test
    void forgetsTheOldestBeyondTheLimit() {
        long[] times = new long[HostVersions.MAX_VERSIONS + 2];
        for (int i = 0; i < times.length; i++) {
            times[i] = 100 + i;
        }
        assertEquals(102, of(times).at(0).timeNanos());
    }

    @Test
    void letsOneThatHasNoTimeHoldForAllTime() {
        assertEquals(0, of(100, 200, 0).at(250).timeNanos());
        assertEquals(300, of(100, 0, 300).at(350).timeNanos());
    }
}
