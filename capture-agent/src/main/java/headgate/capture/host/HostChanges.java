package headgate.capture.host;

import headgate.forwarding.HostDocuments;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Tells which documents of a host say something else than before about how it treats packets.
/// Counters, clocks and the confidence in a neighbour go on all the time and are no change.
public final class HostChanges {
    private static final Set<String> ALWAYS_NEW = Set.of("softnet_stat.txt", "missing.txt");

    /// Members of `ip -j` and `nft -j` that count or run down.
    private static final Pattern RUNNING =
            Pattern.compile(
                    "\"(valid_life_time|preferred_life_time|expires|age|packets|bytes|used"
                            + "|confirmed|updated|probes|users|refcnt)\":\\s*\\d+");

    /// `REACHABLE`, `STALE`, `DELAY`, `PROBE`: with a link address all of them forward.
    private static final Pattern NEIGHBOUR_STATE = Pattern.compile("\"state\":\\s*\\[[^]]*]");

    /// Timers of `/proc/net/igmp`.
    private static final Pattern TIMER = Pattern.compile("\\b\\d:[0-9A-F]{8}\\b");

    /// A socket that any peer may send to: its remote end is all zeros.
    private static final Pattern OPEN_SOCKET =
            Pattern.compile("\\s*\\d+: ([0-9A-F]+:[0-9A-F]{4}) 0+:0000 ([0-9A-F]{2}) .*");

    private Map<String, String> known = Map.of();

    /// Looks at a snapshot, and keeps what it says for the next one.
    ///
    /// @return names of the documents that changed, came or went; all of them the first time
    public List<String> look(HostDocuments host) {
        var now = new TreeMap<String, String>();
        host.documents()
                .forEach((name, text) -> {
                    if (!ALWAYS_NEW.contains(name)) {
                        now.put(name, digest(whatMatters(name, text)));
                    }
                });
        var names = new TreeSet<>(known.keySet());
        names.addAll(now.keySet());
        var changed = new ArrayList<String>();
        for (String name : names) {
            if (!now.getOrDefault(name, "").equals(known.get(name))) {
                changed.add(name);
            }
        }
        known = now;
        return changed;
    }

    private static String whatMatters(String name, String text) {
        return switch (name) {
            case "neigh.json" ->
                    RUNNING.matcher(NEIGHBOUR_STATE.matcher(text).replaceAll("")).replaceAll("");
            case "sysctl.txt" ->
                    text.lines()
                            .filter(line -> !line.startsWith("net.netfilter.nf_conntrack_count"))
                            .collect(Collectors.joining("\n"));
            case "sockets.txt" -> openSockets(text);
            default -> name.endsWith(".json") ? RUNNING.matcher(text).replaceAll("") : text;
        };
    }

    private static String openSockets(String text) {
        return text.lines()
                .map(line -> {
                    var socket = OPEN_SOCKET.matcher(line);
                    if (socket.matches()) {
                        return socket.group(1) + " " + socket.group(2);
                    }
                    boolean isSocket = line.stripLeading().matches("\\d+: .*");
                    return isSocket ? "" : TIMER.matcher(line).replaceAll("");
                })
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    private static String digest(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
