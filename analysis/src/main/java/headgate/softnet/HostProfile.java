package headgate.softnet;

import static java.util.stream.Collectors.joining;

import headgate.packet.ToeplitzHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The receive path of a host as its snapshot tells it: settings from there, costs from
/// [SoftnetProfile#LINUX_6].
///
/// The documents that it reads, of those that a host probe takes:
///
/// | name | lines |
/// |---|---|
/// | `sysctl.txt` | `net.core.netdev_budget = 300` |
/// | `cpu.txt` | `online 0-3`, `hz 250` |
/// | `rps.txt` | `eth0 rx-0 rps_cpus 00000003` |
/// | `irq.txt` | `eth0 38 0-1 virtio4-input`: an interrupt, and the CPUs that it may go to |
/// | `napi.txt` | `eth0 napi_defer_hard_irqs 0` |
/// | `ethtool-g.txt`, `-c`, `-l`, `-x` | what `ethtool -g` says, below `== eth0` |
///
/// An interface without receive interrupts of its own, such as veth, has no ring: its frames enter
/// by `netif_rx`.
///
/// @param profile what the snapshot tells, sound by construction
/// @param rss the hash by which an interface spreads flows, by its name; without those of which the
///   snapshot does not tell it
/// @param notes for people: what the snapshot does not tell, or tells and the model does not have
public record HostProfile(
        SoftnetProfile profile, Map<String, ToeplitzHash> rss, List<String> notes) {
    public HostProfile {
        rss = Map.copyOf(rss);
        notes = List.copyOf(notes);
    }

    /// Reads a snapshot. No document can make this fail: what cannot be used is left as it is in
    /// [SoftnetProfile#LINUX_6], and noted.
    ///
    /// @param name what the profile is called
    /// @param documents text by name
    /// @param devices the interfaces that traffic arrives on, in the order of their numbers; empty
    ///   for all that have interrupts of their own
    public static HostProfile of(String name, Map<String, String> documents, List<String> devices) {
        return new Reading(documents).profile(name, devices);
    }

    /// One snapshot on its way to a profile.
    private static final class Reading {
        private final Map<String, String> documents;
        private final List<String> notes = new ArrayList<>();
        private final Map<String, ToeplitzHash> rss = new HashMap<>();
        private SoftnetProfile profile = SoftnetProfile.LINUX_6;

        /// The interface at hand, and what its settings are prefixed with: nothing where it is the
        /// only one.
        private String device;

        private String prefix = "";

        Reading(Map<String, String> documents) {
            this.documents = documents;
        }

        HostProfile profile(String name, List<String> asked) {
            List<String> devices = asked.isEmpty() ? devicesWithInterrupts() : asked;
            Map<String, String> sysctls = sysctls();
            readCpus(sysctls);
            set(ProfileKey.BACKLOG, sysctls.get("net.core.netdev_max_backlog"));
            readWeight(sysctls);
            set(ProfileKey.BUDGET, sysctls.get("net.core.netdev_budget"));
            readBudgetUsecs(sysctls.get("net.core.netdev_budget_usecs"));
            set(ProfileKey.FLOW_LIMIT_TABLE_LEN, sysctls.get("net.core.flow_limit_table_len"));
            setMask(ProfileKey.FLOW_LIMIT, sysctls.get("net.core.flow_limit_cpu_bitmap"));
            readDevices(devices);
            return new HostProfile(profile.named(name), rss, notes);
        }

        private void readDevices(List<String> devices) {
            if (devices.isEmpty()) {
                return;
            }
            set(ProfileKey.INTERFACES, String.join(",", devices));
            for (String next : profile.interfaces().names()) {
                if (devices.contains(next)) {
                    device = next;
                    prefix = devices.size() == 1 ? "" : next + ".";
                    readSteering();
                    readInterrupts();
                }
            }
            prefix = "";
        }

        private Map<String, String> sysctls() {
            var sysctls = new LinkedHashMap<String, String>();
            for (String line : lines("sysctl.txt")) {
                int equals = line.indexOf('=');
                if (line.startsWith("net.core.") && equals > 0) {
                    sysctls.put(line.substring(0, equals).strip(), line.substring(equals + 1));
                }
            }
            if (!sysctls.containsKey("net.core.netdev_max_backlog")) {
                notes.add("no net.core.netdev_… in sysctl.txt: taken as a kernel starts with them");
            }
            return sysctls;
        }

        private void readCpus(Map<String, String> sysctls) {
            String hz = null;
            for (String line : lines("cpu.txt")) {
                String[] words = words(line);
                if (words[0].equals("hz")) {
                    hz = words[1];
                } else if (words[0].equals("online")) {
                    readOnline(words[1]);
                }
            }
            if (hz == null) {
                hz = likelyHz(sysctls.getOrDefault("net.core.netdev_budget_usecs", "").strip());
                notes.add("the tick (CONFIG_HZ) is not in the snapshot: taken as " + hz);
            }
            set(ProfileKey.HZ, hz);
        }

        /// A kernel's own time budget is two ticks.
        private static String likelyHz(String budgetUsecs) {
            return switch (budgetUsecs) {
                case "2000" -> "1000";
                case "6666" -> "300";
                case "20000" -> "100";
                default -> "250";
            };
        }

        private void readOnline(String list) {
            try {
                int cpus = CpuMask.parse(list).highest() + 1;
                set(ProfileKey.CPUS, Integer.toString(cpus));
            } catch (IllegalArgumentException e) {
                notes.add("CPUs online: " + e.getMessage());
            }
        }

        private void readWeight(Map<String, String> sysctls) {
            String weight = sysctls.get("net.core.dev_weight");
            String bias = sysctls.getOrDefault("net.core.dev_weight_rx_bias", "1");
            try {
                if (weight != null) {
                    long polled = (long) number(weight) * number(bias);
                    set(ProfileKey.WEIGHT, Long.toString(polled));
                }
            } catch (NumberFormatException e) {
                notes.add("dev_weight " + weight + " × rx_bias " + bias + " is no number");
            }
        }

        /// Older kernels took less than two ticks, which the model does not have.
        private void readBudgetUsecs(String value) {
            int twoTicks = NetCoreSysctls.twoTicksUsecs(profile.cpus().hz());
            try {
                if (value != null && number(value) >= 0 && number(value) < twoTicks) {
                    notes.add(
                            "netdev_budget_usecs %d is less than two ticks: modelled as %d"
                                    .formatted(number(value), twoTicks));
                    return;
                }
            } catch (NumberFormatException e) {
                notes.add("netdev_budget_usecs " + value + " is no number");
                return;
            }
            set(ProfileKey.BUDGET_USECS, value);
        }

        private void readSteering() {
            Set<String> masks = new LinkedHashSet<>();
            for (String line : lines("rps.txt")) {
                String[] words = words(line);
                if (words.length == 4 && isOfDevice(words) && words[2].equals("rps_cpus")) {
                    masks.add(words[3]);
                }
            }
            if (masks.isEmpty()) {
                notes.add(device + ": no rps_cpus in the snapshot");
                return;
            }
            if (masks.size() > 1) {
                notes.add(device + ": its queues are steered differently; modelled as the first");
            }
            setMask(ProfileKey.RPS, masks.iterator().next());
        }

        /// Each receive queue has an interrupt, in the order of their numbers.
        private void readInterrupts() {
            var cpuByNumber = new TreeMap<Integer, Integer>();
            for (String line : lines("irq.txt")) {
                String[] words = words(line);
                if (words.length == 4 && isOfDevice(words) && isOfReceiveQueue(words[3])) {
                    int cpu = firstCpu(words[2]);
                    if (cpu >= 0 && words[1].matches("\\d{1,9}")) {
                        cpuByNumber.put(Integer.parseInt(words[1]), cpu);
                    }
                }
            }
            if (cpuByNumber.isEmpty()) {
                return;
            }
            set(
                    ProfileKey.IRQ_CPU,
                    cpuByNumber.values().stream().map(String::valueOf).collect(joining(",")));
            readNic(cpuByNumber.size());
        }

        private void readNic(int interrupts) {
            var ethtool = new EthtoolDocuments(documents, device);
            int queues = ethtool.queues() > 0 ? ethtool.queues() : interrupts;
            set(ProfileKey.RX_QUEUES, Integer.toString(queues));
            set(ProfileKey.RSS_TABLE, ethtool.indirectionTable(queues));
            byte[] key = ethtool.rssKey();
            if (key != null) {
                rss.put(device, new ToeplitzHash(key));
            }
            if (ethtool.ring() == null) {
                notes.add(device + ": the snapshot does not tell the length of its rings");
            }
            set(ProfileKey.RING, ethtool.ring());
            set(ProfileKey.RX_USECS, ethtool.coalescing("rx-usecs"));
            set(ProfileKey.RX_FRAMES, ethtool.coalescing("rx-frames"));
            if (ethtool.isAdaptive()) {
                notes.add(device + ": adaptive coalescing is modelled as it is set at the moment");
            }
            for (String line : lines("napi.txt")) {
                String[] words = words(line);
                if (words.length == 3 && isOfDevice(words)) {
                    readNapi(words[1], words[2]);
                }
            }
        }

        private void readNapi(String setting, String value) {
            switch (setting) {
                case "napi_defer_hard_irqs" -> set(ProfileKey.NAPI_DEFER_HARD_IRQS, value);
                case "gro_flush_timeout" -> set(ProfileKey.GRO_FLUSH_TIMEOUT, value);
                case "threaded" -> {
                    if (!value.equals("0")) {
                        // The threads may run on any CPU.
                        set(ProfileKey.THREADED, "0-" + (profile.cpus().count() - 1));
                    }
                }
                default -> notes.add(device + ": " + setting + " is not known");
            }
        }

        /// Drivers name the interrupts of queues `eth0-rx-0`, `eth0-TxRx-3`, `virtio4-input`,
        /// `mlx5_comp2`; what only sends, configures or reports errors is left aside.
        private static boolean isOfReceiveQueue(String action) {
            String name = action.toLowerCase(Locale.ROOT);
            return name.contains("rx") || name.contains("input") || name.contains("comp");
        }

        private static int firstCpu(String list) {
            try {
                return Long.numberOfTrailingZeros(CpuMask.parse(list).bits());
            } catch (IllegalArgumentException _) {
                return -1;
            }
        }

        private List<String> devicesWithInterrupts() {
            var devices = new LinkedHashSet<String>();
            for (String line : lines("irq.txt")) {
                String[] words = words(line);
                if (words.length == 4 && isOfReceiveQueue(words[3])) {
                    devices.add(words[0]);
                }
            }
            if (devices.isEmpty()) {
                notes.add(
                        "no interface with interrupts of its own; without a name steering and"
                                + " interrupts are those of linux-6");
            } else if (devices.size() > 1) {
                notes.add(
                        "several interfaces: %s; frames come to that whose number they have"
                                .formatted(String.join(", ", devices)));
            }
            return devices.stream().limit(HostInterfaces.MAX).toList();
        }

        private void set(ProfileKey key, String value) {
            if (value == null) {
                return;
            }
            try {
                profile = profile.with(prefix + key.key(), value.strip());
            } catch (IllegalArgumentException e) {
                notes.add(e.getMessage());
            }
        }

        /// Bits beyond the CPUs that exist mean nothing: a kernel leaves them out.
        private void setMask(ProfileKey key, String hex) {
            if (hex == null) {
                return;
            }
            try {
                String digits = hex.strip().replace(",", "");
                String low = digits.substring(Math.max(0, digits.length() - Long.SIZE / 4));
                long existing = -1L >>> (Long.SIZE - profile.cpus().count());
                long bits = Long.parseUnsignedLong(low, 16) & existing;
                set(key, new CpuMask(bits).toString());
            } catch (NumberFormatException e) {
                notes.add("%s: '%s' is no mask of CPUs".formatted(key.key(), hex.strip()));
            }
        }

        private List<String> lines(String document) {
            return documents
                    .getOrDefault(document, "")
                    .lines()
                    .filter(line -> words(line).length > 1)
                    .toList();
        }

        private boolean isOfDevice(String[] words) {
            return words[0].equals(device);
        }

        private static String[] words(String line) {
            return line.strip().split("\\s+");
        }

        private static int number(String value) {
            return Integer.parseInt(value.strip());
        }
    }
}
