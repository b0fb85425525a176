package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.softnet.SoftnetProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PathFeedTest {
    /// Two interfaces, each with its interrupts on a CPU of its own: seven frames on the first,
    /// three on the second, and one on a third, which is the first again.
    @Test
    void bringsFramesToTheInterfaceThatTheyCameOn() {
        var profile =
                SoftnetProfile.LINUX_6.with(
                        Map.of("interfaces", "2", "cpus", "2", "irq_cpu", "0-1"));
        var run = new PathRun("two interfaces", profile);
        var feed = new PathFeed(1);
        feed.addAll(List.of(run));
        int[] interfaces = {0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 2};
        for (int i = 0; i < interfaces.length; i++) {
            feed.onArrival(i * 1000L, 60, 0, ArrivalHandler.SERVICE_AS_PROFILED, interfaces[i]);
        }
        feed.finish();

        assertEquals(8, run.softnetStats().get(0).processed());
        assertEquals(3, run.softnetStats().get(1).processed());
    }
}
