package headgate.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.softnet.DropLog;
import headgate.softnet.PathStats;
import headgate.softnet.SoftnetProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PathTwinTest {
    private final List<PathStats> told = new ArrayList<>();
    private final PathTwin.Listener listener =
            new PathTwin.Listener() {
                @Override
                public void onStats(PathStats stats) {
                    told.add(stats);
                }

                @Override
                public void onDrops(String profile, DropLog drops) {
                    throw new AssertionError("nothing is dropped");
                }
            };

    /// Two interfaces, each with its interrupts on a CPU of its own; all frames come on the second.
    @Test
    void bringsFramesToTheInterfaceThatTheyCameOn() {
        var twin =
                new PathTwin(
                        SoftnetProfile.LINUX_6.with(
                                Map.of("interfaces", "2", "cpus", "2", "irq_cpu", "0-1")));
        for (int i = 0; i < 5; i++) {
            twin.offer(i, i * 1000L, 60, 0, 1, listener);
        }
        twin.end(listener);

        assertEquals(1, told.size());
        assertEquals(5, told.getFirst().delivered());
        assertEquals(1, told.getFirst().busiestCpu());
    }
}
