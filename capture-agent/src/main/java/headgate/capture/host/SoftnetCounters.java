package headgate.capture.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One row of `/proc/net/softnet_stat`: what one CPU did in its receive path since boot. The kernel
/// counts in 32 bits, so that each counter wraps.
///
/// @param cpu the row's own number where the kernel (5.11 and later) says it, else its place
/// @param processed frames that went through `__netif_receive_skb_core`
/// @param dropped frames that the backlog had no room for
/// @param timeSqueeze runs of `net_rx_action` that ended with work left
/// @param receivedRps wake-ups of this CPU by another one's RPS
/// @param flowLimitCount frames that the flow limit refused; -1 where the kernel does not say
/// @param backlogLength frames in the backlog now; -1 where the kernel does not say
public record SoftnetCounters(
        int cpu,
        long processed,
        long dropped,
        long timeSqueeze,
        long receivedRps,
        long flowLimitCount,
        long backlogLength) {
    private static final Path FILE = Path.of("/proc/net/softnet_stat");

    /// Reads all rows now; none where this is not Linux.
    public static List<SoftnetCounters> read() {
        try {
            return parse(Files.readString(FILE));
        } catch (IOException _) {
            return List.of();
        }
    }

    static List<SoftnetCounters> parse(String text) {
        var rows = new ArrayList<SoftnetCounters>();
        for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
            String[] columns = line.strip().split("\\s+");
            rows.add(
                    new SoftnetCounters(
                            (int) column(columns, 12, rows.size()),
                            column(columns, 0, 0),
                            column(columns, 1, 0),
                            column(columns, 2, 0),
                            column(columns, 9, 0),
                            column(columns, 10, -1),
                            column(columns, 11, -1)));
        }
        return rows;
    }

    private static long column(String[] columns, int index, long absent) {
        return index < columns.length ? Long.parseLong(columns[index], 16) : absent;
    }
}
