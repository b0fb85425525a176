package headgate.capture.host;

import static java.util.stream.Collectors.joining;

import headgate.forwarding.HostDocuments;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// Takes a host snapshot: what `ip`, `nft`, `ethtool` and the files of `/proc` and `/sys` say of
/// addresses, links, routes, rules, neighbours, sockets and settings.
///
/// Each command and each file is bounded in time or size. What cannot be had is listed, also in the
/// snapshot itself (`missing.txt`), and the rest is taken all the same.
public final class HostProbe {
    private static final int LONGEST_SYSCTL_BYTES = 4096;
    private static final String KERNEL_CONFIG = "/proc/config.gz";
    private static final Pattern CONFIG_HZ = Pattern.compile("(?m)^CONFIG_HZ=(\\d+)$");

    /// A container host has an interface per container; the plain ones come first by name.
    private static final int MOST_INTERFACES_ASKED = 64;

    /// Keys that a host must not tell.
    private static final Set<String> SECRET_SYSCTLS =
            Set.of("tcp_fastopen_key", "stable_secret", "ipv6_flowlabel_secret");

    private static final List<String> SYSCTL_DIRECTORIES =
            List.of("bridge", "core", "ipv4", "ipv6", "netfilter");

    private static final List<String> SOCKET_FILES =
            List.of("tcp", "udp", "raw", "tcp6", "udp6", "raw6", "igmp", "igmp6", "anycast6");

    private final BoundedCommand command;
    private final int fileLimitBytes;
    private final TreeMap<String, String> documents = new TreeMap<>();
    private final List<String> missing = new ArrayList<>();

    private HostProbe(Duration commandLimit, int documentLimitBytes) {
        command = new BoundedCommand(commandLimit, documentLimitBytes);
        fileLimitBytes = documentLimitBytes;
    }

    /// Takes a snapshot now: 5 s for each command, 16 MiB for each document.
    ///
    /// @param agent name of the agent that takes it
    /// @param missing is told what could not be had, each with its reason, for people
    public static HostDocuments take(String agent, Consumer<String> missing) {
        return take(agent, missing, Duration.ofSeconds(5), 16 << 20);
    }

    /// @param commandLimit most time that one command may take
    /// @param documentLimitBytes longest document that is kept
    static HostDocuments take(
            String agent, Consumer<String> missing, Duration commandLimit, int documentLimitBytes) {
        var probe = new HostProbe(commandLimit, documentLimitBytes);
        HostDocuments documents = probe.takeAll(agent);
        probe.missing.forEach(missing);
        return documents;
    }

    private HostDocuments takeAll(String agent) {
        Instant now = Instant.now();
        run("uname.txt", "uname", "-a");
        run("addr.json", "ip", "-j", "addr");
        run("link.json", "ip", "-j", "-d", "link");
        run("route4.json", "ip", "-j", "route", "show", "table", "all");
        run("route6.json", "ip", "-6", "-j", "route", "show", "table", "all");
        run("rule4.json", "ip", "-j", "rule");
        run("rule6.json", "ip", "-6", "-j", "rule");
        run("neigh.json", "ip", "-j", "neigh");
        run("maddr.json", "ip", "-j", "maddr");
        run("nexthop.json", "ip", "-j", "nexthop");
        run("nft.json", "nft", "-j", "list", "ruleset");
        add("sysctl.txt", sysctls());
        add("sockets.txt", sockets());
        add("softnet_stat.txt", read(Path.of("/proc/net/softnet_stat")));
        add("rps.txt", rps());
        add("napi.txt", napi());
        add("irq.txt", interrupts());
        String release = read(Path.of("/proc/sys/kernel/osrelease")).strip();
        add("cpu.txt", cpu(release));
        List<String> interfaces = interfaces();
        for (String option : List.of("-g", "-c", "-l", "-x", "-k", "-i")) {
            add("ethtool" + option + ".txt", ethtool(option, interfaces));
        }
        add("missing.txt", missing.stream().map(each -> each + "\n").collect(joining()));
        long nanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        return new HostDocuments(agent, nanos, release, documents);
    }

    private void run(String document, String... words) {
        try {
            String output = command.run(words);
            // `ip -j` says nothing at all where other versions say `[]`.
            documents.put(
                    document, output.isBlank() && document.endsWith(".json") ? "[]\n" : output);
        } catch (IOException e) {
            missing.add("%s: %s".formatted(document, e.getMessage()));
        }
    }

    private void add(String document, String text) {
        if (!text.isEmpty()) {
            documents.put(document, text);
        }
    }

    /// As `sysctl -a` prints them: `key = value`, and a dot in a name (of an interface) as a slash.
    /// A network namespace other than the first has no `net.core.netdev_…`: they are the host's.
    private String sysctls() {
        var text = new StringBuilder();
        Path net = Path.of("/proc/sys/net");
        for (String directory : SYSCTL_DIRECTORIES) {
            for (Path file : filesBelow(net.resolve(directory))) {
                String key = sysctlKey(Path.of("/proc/sys").relativize(file));
                String value = readUpTo(file, LONGEST_SYSCTL_BYTES);
                if (value != null) {
                    String lines = value.isEmpty() ? "\n" : value;
                    lines.lines().forEach(l -> text.append(key + " = " + l + "\n"));
                }
                if (text.length() > fileLimitBytes) {
                    missing.add("sysctl.txt: cut at " + key + ", it is too long");
                    return text.toString();
                }
            }
        }
        return text.toString();
    }

    static String sysctlKey(Path relative) {
        var parts = new ArrayList<String>();
        relative.forEach(part -> parts.add(part.toString().replace('.', '/')));
        return String.join(".", parts);
    }

    private static List<Path> filesBelow(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(Files::isReadable)
                    .filter(f -> !SECRET_SYSCTLS.contains(f.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException _) {
            return List.of(); // Not every kernel has every directory.
        }
    }

    private String sockets() {
        var text = new StringBuilder();
        for (String name : SOCKET_FILES) {
            text.append("== /proc/net/").append(name).append('\n');
            text.append(read(Path.of("/proc/net", name)));
        }
        return text.toString();
    }

    /// One line for each queue's file: `eth0 rx-0 rps_cpus 00000003`.
    private static String rps() {
        var text = new StringBuilder();
        for (String name : interfaces()) {
            Path queues = Path.of("/sys/class/net", name, "queues");
            for (String queue : names(queues, q -> q.startsWith("rx-"))) {
                for (String file : List.of("rps_cpus", "rps_flow_cnt")) {
                    String value = readUpTo(queues.resolve(queue, file), LONGEST_SYSCTL_BYTES);
                    if (value != null) {
                        text.append("%s %s %s %s%n".formatted(name, queue, file, value.strip()));
                    }
                }
            }
        }
        return text.toString();
    }

    /// One line for each setting of a device's NAPIs: `eth0 gro_flush_timeout 0`.
    private static String napi() {
        var text = new StringBuilder();
        for (String name : interfaces()) {
            for (String file : List.of("threaded", "gro_flush_timeout", "napi_defer_hard_irqs")) {
                String value =
                        readUpTo(Path.of("/sys/class/net", name, file), LONGEST_SYSCTL_BYTES);
                if (value != null) {
                    text.append("%s %s %s%n".formatted(name, file, value.strip()));
                }
            }
        }
        return text.toString();
    }

    /// One line for each interrupt of an interface with hardware, and the CPUs that it may go to:
    /// `eth0 38 0-1 virtio4-input`.
    private static String interrupts() {
        var text = new StringBuilder();
        for (String name : interfaces()) {
            Path device = Path.of("/sys/class/net", name, "device");
            // A virtio device is the child of the PCI device that has the interrupts.
            List<String> numbers = names(device.resolve("msi_irqs"), _ -> true);
            if (numbers.isEmpty()) {
                numbers = names(device.resolve("../msi_irqs"), _ -> true);
            }
            for (String number : numbers) {
                Path irq = Path.of("/proc/irq", number);
                String cpus =
                        readUpTo(irq.resolve("effective_affinity_list"), LONGEST_SYSCTL_BYTES);
                if (cpus == null || cpus.isBlank()) {
                    cpus = readUpTo(irq.resolve("smp_affinity_list"), LONGEST_SYSCTL_BYTES);
                }
                // What the driver calls an interrupt is the name of a directory there.
                String action =
                        String.join(",", names(irq, f -> Files.isDirectory(irq.resolve(f))));
                if (cpus != null) {
                    text.append("%s %s %s %s%n".formatted(name, number, cpus.strip(), action));
                }
            }
        }
        return text.toString();
    }

    /// `online 0-3`, and `hz 250` where the kernel tells its configuration.
    private String cpu(String release) {
        String online = readUpTo(Path.of("/sys/devices/system/cpu/online"), LONGEST_SYSCTL_BYTES);
        String text = online == null ? "" : "online %s%n".formatted(online.strip());
        for (Path config : List.of(Path.of("/boot/config-" + release), Path.of(KERNEL_CONFIG))) {
            Matcher hz = CONFIG_HZ.matcher(configuration(config));
            if (hz.find()) {
                return text + "hz %s%n".formatted(hz.group(1));
            }
        }
        missing.add("cpu.txt: no CONFIG_HZ in /boot/config-" + release + " or " + KERNEL_CONFIG);
        return text;
    }

    private String configuration(Path file) {
        try (InputStream in = Files.newInputStream(file);
                InputStream text = file.endsWith("config.gz") ? new GZIPInputStream(in) : in) {
            return new String(text.readNBytes(fileLimitBytes), StandardCharsets.UTF_8);
        } catch (IOException _) {
            return ""; // Not every kernel has it; another place may.
        }
    }

    /// What `ethtool` says of each interface, below a line `== NAME`. Most interfaces without
    /// hardware have nothing to say; they are left out.
    private String ethtool(String option, List<String> interfaces) {
        var text = new StringBuilder();
        for (String name : interfaces.subList(0, asked(option, interfaces))) {
            try {
                text.append("== %s%n%s".formatted(name, command.run("ethtool", option, name)));
            } catch (IOException e) {
                if (!e.getMessage().startsWith("exit status")) {
                    missing.add("ethtool%s.txt: %s".formatted(option, e.getMessage()));
                    break;
                }
            }
        }
        return text.toString();
    }

    private int asked(String option, List<String> interfaces) {
        if (interfaces.size() > MOST_INTERFACES_ASKED) {
            missing.add(
                    "ethtool%s.txt: %d interfaces of %d"
                            .formatted(option, MOST_INTERFACES_ASKED, interfaces.size()));
        }
        return Math.min(interfaces.size(), MOST_INTERFACES_ASKED);
    }

    private static List<String> interfaces() {
        return names(Path.of("/sys/class/net"), _ -> true);
    }

    private static List<String> names(Path directory, Predicate<String> wanted) {
        var names = new TreeSet<String>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (wanted.test(entry.getFileName().toString())) {
                    names.add(entry.getFileName().toString());
                }
            }
        } catch (IOException _) {
            return List.of();
        }
        return List.copyOf(names);
    }

    /// The file's text, cut at the limit; empty, and noted as missing, if it cannot be read.
    private String read(Path file) {
        String text = readUpTo(file, fileLimitBytes);
        if (text == null) {
            missing.add(file + ": cannot be read");
            return "";
        }
        if (text.length() >= fileLimitBytes) {
            missing.add(file + ": cut at " + fileLimitBytes + " bytes");
            return text.substring(0, text.lastIndexOf('\n') + 1);
        }
        return text;
    }

    /// The files of /proc and /sys have no length: they are read until they end.
    private static String readUpTo(Path file, int limitBytes) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(limitBytes), StandardCharsets.UTF_8);
        } catch (IOException _) {
            return null;
        }
    }
}
