package headgate.softnet;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The settings of a [SoftnetProfile] by the words that people use for them: the one home of key,
/// allowed values and meaning.
public enum ProfileKey {
    HZ("hz", 1, 10_000, "ticks a second, CONFIG_HZ"),
    TICK_PHASE_NS("tick_phase_ns", 0, 999_999_999, "how far into its tick time 0 lies"),
    CPUS("cpus", 1, CpuMask.MAX_CPUS, "CPUs of the host"),
    IRQ_CPU("irq_cpu", 0, CpuMask.MAX_CPUS - 1, "the CPU that arrivals are enqueued on"),
    RPS("rps", "rps_cpus: CPUs that receive packet steering spreads flows over"),
    BACKLOG(
            "backlog",
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            "net.core.netdev_max_backlog: packets a CPU's input queue holds, less one; -1: no bound"),
    WEIGHT("weight", 1, Integer.MAX_VALUE, "net.core.dev_weight: packets of one backlog poll"),
    BUDGET(
            "budget",
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            "net.core.netdev_budget: packets of one softirq run"),
    BUDGET_USECS(
            "budget_usecs",
            1,
            Integer.MAX_VALUE,
            "net.core.netdev_budget_usecs: time of one softirq run; two ticks (2000000/hz) or more"),
    FLOW_LIMIT(
            "flow_limit",
            "net.core.flow_limit_cpu_bitmap: enqueuing CPUs that limit each flow's share"),
    FLOW_LIMIT_TABLE_LEN(
            "flow_limit_table_len",
            1,
            NetCoreSysctls.FLOW_LIMIT_TABLE_LEN_MAX,
            "net.core.flow_limit_table_len: buckets of the flow limit, a power of two"),
    IRQ_NS("irq_ns", 0, SoftnetCosts.MAX, "interrupt until the softirq starts on the same CPU"),
    WAKEUP_NS(
            "wakeup_ns",
            0,
            SoftnetCosts.MAX,
            "inter-processor interrupt until the woken CPU serves the first packet"),
    KSOFTIRQD_NS("ksoftirqd_ns", 0, SoftnetCosts.MAX, "hand-over to ksoftirqd until it runs"),
    GAP_NS("gap_ns", 0, SoftnetCosts.MAX, "end of one packet's service to the start of the next"),
    PACKET_NS("packet_ns", 0, SoftnetCosts.MAX, "service of one packet, whatever its length"),
    BYTE_PS("byte_ps", 0, SoftnetCosts.MAX, "service of each byte, in picoseconds");

    private final String key;
    private final long least;
    private final long most;
    private final boolean isMask;

    /// What values are called, the first standing for 0; empty if they are no words.
    private final List<String> words;

    private final String meaning;

    ProfileKey(String key, long least, long most, String meaning) {
        this(key, least, most, false, List.of(), meaning);
    }

    ProfileKey(String key, String meaning) {
        this(key, Long.MIN_VALUE, Long.MAX_VALUE, true, List.of(), meaning);
    }

    ProfileKey(String key, List<String> words, String meaning) {
        this(key, 0, words.size() - 1, false, words, meaning);
    }

    ProfileKey(
            String key, long least, long most, boolean isMask, List<String> words, String meaning) {
        this.key = key;
        this.least = least;
        this.most = most;
        this.isMask = isMask;
        this.words = words;
        this.meaning = meaning;
    }

    /// @throws IllegalArgumentException for an unknown key, with those that exist
    public static ProfileKey of(String key) {
        return Arrays.stream(values())
                .filter(it -> it.key.equals(key))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "no setting '%s'; there are: %s"
                                        .formatted(
                                                key,
                                                Arrays.stream(values())
                                                        .map(ProfileKey::key)
                                                        .collect(Collectors.joining(", ")))));
    }

    public String key() {
        return key;
    }

    public String meaning() {
        return meaning;
    }

    /// Whether values are numbers, rather than lists of CPUs or words.
    public boolean isNumber() {
        return !isMask && words.isEmpty();
    }

    /// What values the key takes, for people.
    public String allowed() {
        if (isMask) {
            return "CPUs of the host as 0-3,6, or off";
        }
        return words.isEmpty() ? least + " to " + most : String.join(", ", words);
    }

    /// Reads a value: a number within bounds, the bits of a [CpuMask], or a word's place.
    ///
    /// @throws IllegalArgumentException if it is not, with what is allowed
    long parse(String value) {
        if (isMask) {
            return CpuMask.parse(value).bits();
        }
        if (!words.isEmpty()) {
            require(words.contains(value), value, allowed());
            return words.indexOf(value);
        }
        long number;
        try {
            number = Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw refused(value, allowed());
        }
        return require(number);
    }

    String format(long value) {
        if (isMask) {
            return new CpuMask(value).toString();
        }
        return words.isEmpty() ? Long.toString(value) : words.get((int) value);
    }

    long require(long value) {
        require(value >= least && value <= most, value, allowed());
        return value;
    }

    void require(boolean isAllowed, Object value, String what) {
        if (!isAllowed) {
            throw refused(value, what);
        }
    }

    private IllegalArgumentException refused(Object value, String what) {
        return new IllegalArgumentException(
                "%s=%s is not allowed: %s (%s)".formatted(key, value, what, meaning));
    }
}
