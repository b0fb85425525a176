package headgate.streams;

import headgate.forwarding.HostDocuments;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.SnapshotException;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.UnreadableValueException;
import headgate.softnet.SoftnetProfile;
import java.util.HashMap;
import java.util.Map;

/// An agent's host as its latest snapshot has it, read once for all engines of the process.
///
/// @param snapshot what it does with packets
/// @param profile how its queue layer is set, as far as the snapshot tells; the rest is that of
///   [SoftnetProfile#LINUX_6]
record Host(HostSnapshot snapshot, SoftnetProfile profile) {
    /// Under which name path statistics file the host as it is.
    static final String AS_IT_IS = "host";

    private static final Map<String, String> SETTINGS =
            Map.of(
                    "net.core.netdev_max_backlog", "backlog",
                    "net.core.dev_weight", "weight",
                    "net.core.netdev_budget", "budget",
                    "net.core.netdev_budget_usecs", "budget_usecs");

    /// @throws UnreadableValueException when the value is no snapshot, or one of its documents is
    ///   broken
    static Host read(byte[] value) {
        HostDocuments documents = HostSnapshotCodec.read(value);
        try {
            return new Host(documents.read(), profile(documents));
        } catch (SnapshotException broken) {
            throw new UnreadableValueException(broken.getMessage());
        }
    }

    private static SoftnetProfile profile(HostDocuments documents) {
        var settings = new HashMap<String, String>();
        for (String line : documents.documents().getOrDefault("sysctl.txt", "").split("\n")) {
            String[] words = line.split("=", 2);
            String key = SETTINGS.get(words[0].strip());
            if (key != null && words.length == 2) {
                settings.put(key, words[1].strip());
            }
        }
        String budgetUsecs = settings.get("budget_usecs");
        if (budgetUsecs != null) {
            settings.put("hz", ticksOf(budgetUsecs));
        }
        try {
            return SoftnetProfile.of(AS_IT_IS, settings);
        } catch (IllegalArgumentException impossible) {
            return SoftnetProfile.LINUX_6.named(AS_IT_IS);
        }
    }

    /// The tick is not in a snapshot. A kernel's own time budget is two ticks.
    private static String ticksOf(String budgetUsecs) {
        return switch (budgetUsecs) {
            case "2000" -> "1000";
            case "6666" -> "300";
            case "20000" -> "100";
            default -> "250";
        };
    }
}
