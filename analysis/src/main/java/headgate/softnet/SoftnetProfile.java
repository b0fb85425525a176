package headgate.softnet;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The settings of one modelled host. Sound by construction: what the kernel refuses is refused
/// here, at the door.
///
/// @param name what results are filed under; 1 to 100 characters
public record SoftnetProfile(
        String name,
        NetCoreSysctls sysctls,
        SoftnetCpus cpus,
        NicSettings nic,
        SoftnetCosts costs) {

    /// A 6.18 kernel as most distributions build it (`CONFIG_HZ=250`), one CPU doing all the work.
    public static final SoftnetProfile LINUX_6 =
            new SoftnetProfile(
                    "linux-6",
                    NetCoreSysctls.defaults(250),
                    new SoftnetCpus(250, 0, 1, new IndexList(), CpuMask.OFF),
                    new NicSettings(
                            1, 0, 256, new IndexList(), 16, 32, true, 64, 0, 0, CpuMask.OFF),
                    SoftnetCosts.SMALL_VIRTUAL_MACHINE);

    public static final SoftnetProfile LINUX_6_HZ_100 =
            LINUX_6.with("hz", "100").named("linux-6-hz100");

    public static final SoftnetProfile LINUX_6_HZ_1000 =
            LINUX_6.with("hz", "1000").named("linux-6-hz1000");

    /// Arrivals on CPU 0, protocol work steered to CPU 1.
    public static final SoftnetProfile LINUX_6_RPS =
            LINUX_6.with("cpus", "2").with("rps", "1").named("linux-6-rps");

    /// An interface with a queue, and its interrupt, for each of four CPUs.
    public static final SoftnetProfile LINUX_6_NIC =
            LINUX_6.with(Map.of("cpus", "4", "irq_cpu", "0-3", "rx_queues", "4"))
                    .named("linux-6-nic");

    private static final List<SoftnetProfile> REGISTRY =
            List.of(LINUX_6, LINUX_6_HZ_100, LINUX_6_HZ_1000, LINUX_6_RPS, LINUX_6_NIC);

    public SoftnetProfile {
        if (name.isBlank() || name.length() > 100) {
            throw new IllegalArgumentException("a profile's name has 1 to 100 characters");
        }
        // 6.18 answers EINVAL to less than two ticks; older kernels took it.
        int twoTicks = NetCoreSysctls.twoTicksUsecs(cpus.hz());
        ProfileKey.BUDGET_USECS.require(
                sysctls.netdevBudgetUsecs() >= twoTicks,
                sysctls.netdevBudgetUsecs(),
                twoTicks + " or more at " + cpus.hz() + " ticks a second");
        ProfileKey.FLOW_LIMIT.require(
                sysctls.flowLimitCpuBitmap().highest() < cpus.count(),
                sysctls.flowLimitCpuBitmap(),
                "CPUs are 0 to " + (cpus.count() - 1));
        ProfileKey.THREADED.require(
                nic.threadedCpus().highest() < cpus.count(),
                nic.threadedCpus(),
                "CPUs are 0 to " + (cpus.count() - 1));
    }

    /// The profiles that exist by name.
    public static List<String> names() {
        return REGISTRY.stream().map(SoftnetProfile::name).toList();
    }

    /// @throws IllegalArgumentException for an unknown name, with those that exist
    public static SoftnetProfile of(String name) {
        return REGISTRY.stream()
                .filter(profile -> profile.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(unknown(name)));
    }

    /// The profile of these settings; those that are not named are as in [#LINUX_6].
    ///
    /// @throws IllegalArgumentException for an unknown key or a value that is not allowed
    public static SoftnetProfile of(String name, Map<String, String> settings) {
        return LINUX_6.with(settings).named(name);
    }

    /// This profile with one setting changed.
    ///
    /// @param key one of [ProfileKey]
    /// @throws IllegalArgumentException for an unknown key or a value that is not allowed, with
    ///   what is
    public SoftnetProfile with(String key, String value) {
        return with(Map.of(key, value));
    }

    /// This profile with several settings changed at once, so that one may depend on another. A
    /// time budget of two ticks stays two ticks when the tick changes, as a kernel built with that
    /// rate has it.
    ///
    /// @throws IllegalArgumentException as [#with(String, String)]
    public SoftnetProfile with(Map<String, String> settings) {
        Map<ProfileKey, Object> values = values();
        settings.forEach((key, value) -> {
            ProfileKey it = ProfileKey.of(key);
            values.put(it, it.parse(value));
        });
        if (sysctls.netdevBudgetUsecs() == NetCoreSysctls.twoTicksUsecs(cpus.hz())
                && !settings.containsKey(ProfileKey.BUDGET_USECS.key())) {
            long hz = (long) values.get(ProfileKey.HZ);
            values.put(ProfileKey.BUDGET_USECS, (long) NetCoreSysctls.twoTicksUsecs((int) hz));
        }
        return ofValues(name, values);
    }

    public SoftnetProfile named(String newName) {
        return new SoftnetProfile(newName, sysctls, cpus, nic, costs);
    }

    /// Every setting by its key, in the order of [ProfileKey].
    public Map<String, String> settings() {
        var settings = new LinkedHashMap<String, String>();
        values().forEach((key, value) -> settings.put(key.key(), key.format(value)));
        return settings;
    }

    /// What differs from another profile, as `key=value` words; empty if nothing does.
    public String differenceFrom(SoftnetProfile other) {
        Map<String, String> others = other.settings();
        return settings().entrySet().stream()
                .filter(entry -> !entry.getValue().equals(others.get(entry.getKey())))
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    private static String unknown(String name) {
        return "no profile '%s'; there are: %s".formatted(name, String.join(", ", names()));
    }

    private Map<ProfileKey, Object> values() {
        var values = new EnumMap<ProfileKey, Object>(ProfileKey.class);
        values.put(ProfileKey.HZ, (long) cpus.hz());
        values.put(ProfileKey.TICK_PHASE_NS, cpus.tickPhaseNanos());
        values.put(ProfileKey.CPUS, (long) cpus.count());
        values.put(ProfileKey.IRQ_CPU, cpus.irqCpus());
        values.put(ProfileKey.RPS, cpus.rpsCpus());
        values.put(ProfileKey.INTERFACES, (long) nic.interfaces());
        values.put(ProfileKey.RX_QUEUES, (long) nic.rxQueues());
        values.put(ProfileKey.RING, (long) nic.ring());
        values.put(ProfileKey.RSS_TABLE, nic.rssTable());
        values.put(ProfileKey.RX_USECS, (long) nic.rxUsecs());
        values.put(ProfileKey.RX_FRAMES, (long) nic.rxFrames());
        values.put(ProfileKey.IRQ_MASK, nic.isIrqMasked() ? 1L : 0L);
        values.put(ProfileKey.NAPI_WEIGHT, (long) nic.napiWeight());
        values.put(ProfileKey.NAPI_DEFER_HARD_IRQS, (long) nic.napiDeferHardIrqs());
        values.put(ProfileKey.GRO_FLUSH_TIMEOUT, nic.groFlushTimeoutNanos());
        values.put(ProfileKey.THREADED, nic.threadedCpus());
        values.put(ProfileKey.BACKLOG, (long) sysctls.netdevMaxBacklog());
        values.put(ProfileKey.WEIGHT, (long) sysctls.devWeight());
        values.put(ProfileKey.BUDGET, (long) sysctls.netdevBudget());
        values.put(ProfileKey.BUDGET_USECS, (long) sysctls.netdevBudgetUsecs());
        values.put(ProfileKey.FLOW_LIMIT, sysctls.flowLimitCpuBitmap());
        values.put(ProfileKey.FLOW_LIMIT_TABLE_LEN, (long) sysctls.flowLimitTableLen());
        values.put(ProfileKey.IRQ_NS, costs.irqNanos());
        values.put(ProfileKey.WAKEUP_NS, costs.wakeupNanos());
        values.put(ProfileKey.KSOFTIRQD_NS, costs.ksoftirqdNanos());
        values.put(ProfileKey.GAP_NS, costs.gapNanos());
        values.put(ProfileKey.PACKET_NS, costs.packetNanos());
        values.put(ProfileKey.BYTE_PS, costs.bytePicos());
        values.put(ProfileKey.DRIVER_NS, costs.driverNanos());
        values.put(ProfileKey.POLL_NS, costs.pollNanos());
        values.put(ProfileKey.NFT_RULES, (long) costs.nftRules());
        values.put(ProfileKey.NFT_RULE_PS, costs.nftRulePicos());
        return values;
    }

    private static SoftnetProfile ofValues(String name, Map<ProfileKey, Object> values) {
        var cpus =
                new SoftnetCpus(
                        integer(values, ProfileKey.HZ),
                        number(values, ProfileKey.TICK_PHASE_NS),
                        integer(values, ProfileKey.CPUS),
                        (IndexList) values.get(ProfileKey.IRQ_CPU),
                        (CpuMask) values.get(ProfileKey.RPS));
        var nic =
                new NicSettings(
                        integer(values, ProfileKey.INTERFACES),
                        integer(values, ProfileKey.RX_QUEUES),
                        integer(values, ProfileKey.RING),
                        (IndexList) values.get(ProfileKey.RSS_TABLE),
                        integer(values, ProfileKey.RX_USECS),
                        integer(values, ProfileKey.RX_FRAMES),
                        number(values, ProfileKey.IRQ_MASK) == 1,
                        integer(values, ProfileKey.NAPI_WEIGHT),
                        integer(values, ProfileKey.NAPI_DEFER_HARD_IRQS),
                        number(values, ProfileKey.GRO_FLUSH_TIMEOUT),
                        (CpuMask) values.get(ProfileKey.THREADED));
        var sysctls =
                new NetCoreSysctls(
                        integer(values, ProfileKey.BACKLOG),
                        integer(values, ProfileKey.WEIGHT),
                        integer(values, ProfileKey.BUDGET),
                        integer(values, ProfileKey.BUDGET_USECS),
                        (CpuMask) values.get(ProfileKey.FLOW_LIMIT),
                        integer(values, ProfileKey.FLOW_LIMIT_TABLE_LEN));
        var costs =
                new SoftnetCosts(
                        number(values, ProfileKey.IRQ_NS),
                        number(values, ProfileKey.WAKEUP_NS),
                        number(values, ProfileKey.KSOFTIRQD_NS),
                        number(values, ProfileKey.GAP_NS),
                        number(values, ProfileKey.PACKET_NS),
                        number(values, ProfileKey.BYTE_PS),
                        number(values, ProfileKey.DRIVER_NS),
                        number(values, ProfileKey.POLL_NS),
                        integer(values, ProfileKey.NFT_RULES),
                        number(values, ProfileKey.NFT_RULE_PS));
        return new SoftnetProfile(name, sysctls, cpus, nic, costs);
    }

    private static long number(Map<ProfileKey, Object> values, ProfileKey key) {
        return (long) values.get(key);
    }

    private static int integer(Map<ProfileKey, Object> values, ProfileKey key) {
        return (int) number(values, key);
    }
}
