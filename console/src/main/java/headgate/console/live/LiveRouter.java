package headgate.console.live;

import headgate.forwarding.HostSnapshot;
import headgate.forwarding.SnapshotException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// A router on this host's own kernel: a network namespace whose devices are [TapDevice]s. The
/// namespace lives as long as a child process of this one, which ends with it, however that ends.
public final class LiveRouter implements Closeable {
    private static final int LONGEST_COMMAND_SECONDS = 30;
    private static final int LONGEST_SETTLE_SECONDS = 14;
    private static final int QUIET_SECONDS = 2;
    private static final List<String> SOCKET_TABLES =
            List.of("tcp", "udp", "raw", "udplite", "tcp6", "udp6", "raw6", "udplite6");

    /// A frame that left.
    public record Sent(String device, byte[] bytes) {}

    private final Process holder;
    private final Map<String, TapDevice> taps = new LinkedHashMap<>();

    private LiveRouter(Process holder) {
        this.holder = holder;
    }

    /// What this host lacks to run one; empty if nothing.
    public static String missing() {
        if (!Files.isWritable(Path.of("/dev/net/tun"))) {
            return "/dev/net/tun, writable (root, or CAP_NET_ADMIN and the module tun)";
        }
        try {
            Process trial = new ProcessBuilder("unshare", "--net", "true").start();
            boolean works = trial.waitFor(LONGEST_COMMAND_SECONDS, TimeUnit.SECONDS);
            return works && trial.exitValue() == 0
                    ? ""
                    : "the right to make network namespaces (root, or CAP_SYS_ADMIN)";
        } catch (IOException e) {
            return "unshare and nsenter (util-linux)";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "time";
        }
    }

    /// Makes a router with these devices, which are down.
    ///
    /// @param devices name and MAC
    public static LiveRouter open(Map<String, String> devices) throws IOException {
        // `cat` ends when its standard input does: with this process at the latest.
        Process holder =
                new ProcessBuilder("unshare", "--net", "sh", "-c", "echo there; exec cat").start();
        var router = new LiveRouter(holder);
        try {
            if (holder.getInputStream().read() < 0) {
                throw new IOException("unshare makes no network namespace");
            }
            int number = 0;
            for (Map.Entry<String, String> device : devices.entrySet()) {
                String passing = "hg" + holder.pid() % 1_000_000 + "t" + number++;
                router.taps.put(device.getKey(), new TapDevice(passing));
                run("ip", "link", "set", passing, "netns", Long.toString(holder.pid()));
                router.ip("link", "set", passing, "name", device.getKey());
                router.ip("link", "set", device.getKey(), "address", device.getValue());
            }
            return router;
        } catch (IOException e) {
            router.close();
            throw e;
        }
    }

    /// Runs `ip` in the router.
    ///
    /// @throws IOException with its words, if it fails
    public String ip(String... words) throws IOException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(words));
        return inside(command.toArray(String[]::new));
    }

    /// Runs a command in the router.
    ///
    /// @throws IOException with its words, if it fails
    public String inside(String... command) throws IOException {
        var all = new ArrayList<>(List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net"));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    /// Sets kernel settings, in order.
    ///
    /// @return those that this kernel does not have or take
    public List<String> set(Map<String, String> settings) throws IOException {
        var script = new StringBuilder();
        // Names of devices stand in the keys, and may hold dots, which sysctl writes as slashes.
        settings.forEach((key, value) ->
                script.append(
                        "printf %%s '%s' > '/proc/sys/%s' || echo '%s'%n"
                                .formatted(value, path(key), key)));
        return inside("sh", "-c", "exec 2>/dev/null\n" + script + "true").lines().toList();
    }

    private static String path(String key) {
        var path = new StringBuilder();
        for (char c : key.toCharArray()) {
            path.append(c == '.' ? '/' : c == '/' ? '.' : c);
        }
        return path.toString();
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(LONGEST_COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + words.strip());
        }
        return words;
    }

    /// What the router's own tools say of it now.
    public HostSnapshot snapshot() throws IOException, SnapshotException {
        var documents = new TreeMap<String, String>();
        documents.put("link.json", ip("-j", "-d", "link"));
        documents.put("addr.json", ip("-j", "addr"));
        documents.put("route4.json", ip("-4", "-j", "route", "show", "table", "all"));
        documents.put("route6.json", ip("-6", "-j", "route", "show", "table", "all"));
        documents.put("rule4.json", ip("-4", "-j", "rule"));
        documents.put("rule6.json", ip("-6", "-j", "rule"));
        documents.put("neigh.json", ip("-j", "neigh"));
        documents.put("maddr.json", ip("-j", "maddr"));
        documents.put("nexthop.json", ip("-j", "nexthop"));
        documents.put("sysctl.txt", inside("sh", "-c", "sysctl -a 2>/dev/null | grep ^net"));
        documents.put("sockets.txt", sockets());
        try {
            documents.put("nft.json", inside("nft", "-j", "list", "ruleset"));
        } catch (IOException e) {
            // Without nft there are no rules of it.
        }
        documents.values().removeIf(String::isBlank);
        return HostSnapshot.of(documents);
    }

    private String sockets() throws IOException {
        var text = new StringBuilder();
        for (String table : SOCKET_TABLES) {
            text.append("== /proc/net/").append(table).append('\n').append(proc(table));
        }
        return text.toString();
    }

    private String proc(String name) throws IOException {
        try {
            return Files.readString(Path.of("/proc/" + holder.pid() + "/net/" + name));
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /// The SNMP counters, as `Ip.InReceives` and, of IPv6, `Ip6InReceives`.
    public Map<String, Long> counters() throws IOException {
        var counters = new HashMap<String, Long>();
        readPairs(proc("snmp"), counters);
        readPairs(proc("netstat"), counters);
        for (String line : proc("snmp6").split("\n")) {
            String[] words = line.split("\\s+");
            if (words.length == 2) {
                counters.put(words[0], Long.parseLong(words[1]));
            }
        }
        return counters;
    }

    /// Waits until the router has said all that it says of itself when its devices come up, such as
    /// reports of its multicast groups.
    public void settle() throws IOException, InterruptedException {
        Map<String, Long> last = Map.of();
        for (int i = 0; i < LONGEST_SETTLE_SECONDS; i += QUIET_SECONDS) {
            Map<String, Long> now = counters();
            if (now.equals(last)) {
                break;
            }
            last = now;
            TimeUnit.SECONDS.sleep(QUIET_SECONDS);
        }
        drain();
    }

    /// A line of names, and below it one of values.
    private static void readPairs(String text, Map<String, Long> counters) {
        String[] lines = text.split("\n");
        for (int i = 0; i + 1 < lines.length; i += 2) {
            String[] names = lines[i].split(" ");
            String[] values = lines[i + 1].split(" ");
            String group = names[0].replace(":", ".");
            for (int j = 1; j < Math.min(names.length, values.length); j++) {
                counters.put(group + names[j], Long.parseLong(values[j]));
            }
        }
    }

    /// Lets a device receive a frame, and gathers what left because of it.
    public List<Sent> receive(String device, byte[] frame) throws IOException {
        TapDevice tap = taps.get(device);
        if (tap == null) {
            throw new IOException("the router has no device " + device);
        }
        tap.receive(frame);
        return drain();
    }

    /// Frames that left and were not gathered yet, device by device.
    public List<Sent> drain() {
        var sent = new ArrayList<Sent>();
        taps.forEach((name, tap) -> {
            for (byte[] frame = tap.sent(); frame != null; frame = tap.sent()) {
                sent.add(new Sent(name, frame));
            }
        });
        return sent;
    }

    @Override
    public void close() {
        taps.values().forEach(TapDevice::close);
        holder.destroy();
    }
}
