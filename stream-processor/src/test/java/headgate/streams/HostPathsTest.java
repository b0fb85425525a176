package headgate.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.softnet.SoftnetProfile;
import headgate.streams.SharedPathRun.Arrival;
import headgate.streams.StreamCounters.Count;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HostPathsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final SoftnetProfile ROOM_FOR_TWO =
            SoftnetProfile.LINUX_6.with(Map.of("backlog", "0", "packet_ns", "1000000"));

    private static Arrival[] at(long... nanos) {
        return LongStream.of(nanos).mapToObj(each -> new Arrival(each, 7)).toArray(Arrival[]::new);
    }

    private static List<String> drops(SharedPathRun run) {
        return run.told.stream().filter(line -> line.contains(" dropped ")).toList();
    }

    /// One CPU has one packet in service and room for one more: what comes third is dropped, on
    /// whichever interface.
    @Test
    void putsTheArrivalsOfAllLiveInterfacesThroughOnePathInOrderOfTime() {
        var run = new SharedPathRun(ROOM_FOR_TWO);
        run.live("eth0", 1_000);
        run.live("eth1", 1_000);
        run.live("eth0", 500_000, at(10_000, 30_000, 50_000));
        assertEquals(List.of(), run.told, "eth1 may still have something from before");
        run.live("eth1", 500_000, at(20_000, 40_000));
        run.live("eth0", 2 * SECOND);
        run.live("eth1", 2 * SECOND);

        assertEquals(
                List.of(
                        "linux-6 eth0 dropped 1 at 30000 CPU_BACKLOG",
                        "linux-6 eth0 dropped 2 at 50000 CPU_BACKLOG",
                        "linux-6 eth1 dropped 1 at 40000 CPU_BACKLOG"),
                drops(run));
        assertEquals(5, run.stats.getFirst().offered());
        assertEquals(0, run.counters.get(Count.LATE_ARRIVALS));
    }

    @Test
    void givesACaptureFileAPathOfItsOwn() {
        var run = new SharedPathRun(ROOM_FOR_TWO);
        run.batch("a.pcap", List.of("eth0"), false, 500_000, true, at(10_000, 20_000));
        run.batch("b.pcap", List.of("eth1"), false, 500_000, true, at(10_000, 20_000));

        assertEquals(2, run.stats.size());
        assertEquals(List.of(), drops(run));
    }

    @Test
    void countsNoFrameTwiceThatTwoCapturePointsSee() {
        var run = new SharedPathRun(ROOM_FOR_TWO);
        run.batch("web", List.of("eth0"), true, 1_000, false);
        run.batch("all", List.of("eth0"), true, 1_000, false);
        run.batch("web", List.of("eth0"), true, 500_000, true, at(10_000, 20_000));
        run.batch("all", List.of("eth0"), true, 500_000, true, at(10_000, 20_000));

        assertEquals(2, run.stats.size());
        assertEquals(List.of(), drops(run));
    }

    @Test
    void mergesTheRingsOfOneCapture() {
        var run = new SharedPathRun(ROOM_FOR_TWO);
        run.batch("eth0#0", List.of("eth0"), true, 1_000, false);
        run.batch("eth0#1", List.of("eth0"), true, 1_000, false);
        run.batch("eth0#0", List.of("eth0"), true, 500_000, true, at(10_000, 30_000));
        run.batch("eth0#1", List.of("eth0"), true, 500_000, true, at(20_000));

        assertEquals(List.of("linux-6 eth0#0 dropped 1 at 30000 CPU_BACKLOG"), drops(run));
        assertEquals(3, run.stats.getFirst().offered());
        assertTrue(
                run.told.stream().anyMatch(line -> line.startsWith("eth0 ")), run.told::toString);
    }

    @Test
    void doesNotWaitForACapturePointThatStaysBehind() {
        var run = new SharedPathRun(SoftnetProfile.LINUX_6);
        run.live("eth0", 1_000);
        run.live("eth1", 1_000);
        run.live("eth0", SECOND + 1, at(10_000));
        assertEquals(0, run.stats.size());
        run.live("eth0", SharedPath.MOST_WAIT_NANOS + 2_000);

        assertEquals(1, run.stats.size());
        assertEquals(1, run.counters.get(Count.ABSENT_CAPTURE_POINTS));
        run.live("eth1", SECOND, at(20_000));
        run.live("eth0", SharedPath.MOST_WAIT_NANOS + SECOND / 2);
        run.live("eth1", SharedPath.MOST_WAIT_NANOS + SECOND / 2);
        assertEquals(1, run.counters.get(Count.LATE_ARRIVALS));
        assertEquals(1, run.counters.get(Count.ABSENT_CAPTURE_POINTS));
    }

    @Test
    void doesNotWaitForACapturePointThatHasEnded() {
        var run = new SharedPathRun(SoftnetProfile.LINUX_6);
        run.live("eth0", 1_000);
        run.live("eth1", 1_000);
        run.batch("eth1", List.of("eth1"), true, 2_000, true);
        run.live("eth0", SECOND, at(10_000));

        assertEquals(1, run.stats.size());
        assertEquals(0, run.counters.get(Count.ABSENT_CAPTURE_POINTS));
    }

    @Test
    void letsTimeGoOnWhenNothingIsHeardOfAnyCapturePoint() {
        var run = new SharedPathRun(SoftnetProfile.LINUX_6);
        run.live("eth0", 1_000);
        run.live("eth1", 1_000);
        run.live("eth0", 500_000, at(10_000));
        run.silence(9_999);
        assertEquals(0, run.stats.size());
        run.silence(10_000);
        assertEquals(1, run.stats.size());
    }

    @Test
    void holdsBackNoMoreThanABoundedNumberOfArrivals() {
        var run = new SharedPathRun(SoftnetProfile.LINUX_6);
        run.live("eth0", 1_000);
        run.live("eth1", 1_000);
        long[] times =
                LongStream.rangeClosed(1, CapturePoint.MOST_HELD + 1).map(i -> 2_000 + i).toArray();
        run.live("eth0", 1_000, at(times));

        assertEquals(CapturePoint.MOST_HELD, run.counters.get(Count.ARRIVALS_NOT_HELD));
    }

    /// Each interface comes to the profile's interface of its name, whichever was heard of first.
    @Test
    void bringsFramesToTheInterfaceOfTheirName() {
        var run =
                new SharedPathRun(
                        SoftnetProfile.LINUX_6_NIC.with(
                                Map.of("interfaces", "eth0,eth1", "eth1.ring", "1")));
        run.live("eth1", 1_000);
        run.live("eth0", 1_000);
        run.live("eth1", 2 * SECOND, at(10_000, 10_000, 10_000));
        run.live("eth0", 2 * SECOND, at(10_000, 10_000, 10_000));

        assertEquals(
                List.of(
                        "linux-6-nic eth1 dropped 1 at 10000 RX_MISSED_ERRORS",
                        "linux-6-nic eth1 dropped 2 at 10000 RX_MISSED_ERRORS"),
                drops(run));
    }
}
