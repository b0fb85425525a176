package headgate.softnet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The settings of one modelled host. Sound by construction: what the kernel refuses is refused
/// here, at the door.
///
/// @param name what results are filed under; 1 to 100 characters
public record SoftnetProfile(
        String name, NetCoreSysctls sysctls, SoftnetCpus cpus, SoftnetCosts costs) {

    /// A 6.18 kernel as most distributions build it (`CONFIG_HZ=250`), one CPU doing all the work.
    public static final SoftnetProfile LINUX_6 =
            new SoftnetProfile(
                    "linux-6",
                    NetCoreSysctls.defaults(250),
                    new SoftnetCpus(250, 0, 1, 0, CpuMask.OFF),
                    SoftnetCosts.SMALL_VIRTUAL_MACHINE);

    public static final SoftnetProfile LINUX_6_HZ_100 =
            LINUX_6.with("hz", "100").named("linux-6-hz100");

    public static final SoftnetProfile LINUX_6_HZ_1000 =
            LINUX_6.with("hz", "1000").named("linux-6-hz1000");

    /// Arrivals on CPU 0, protocol work steered to CPU 1.
    public static final SoftnetProfile LINUX_6_RPS =
            LINUX_6.with("cpus", "2").with("rps", "1").named("linux-6-rps");

    private static final List<SoftnetProfile> REGISTRY =
            List.of(LINUX_6, LINUX_6_HZ_100, LINUX_6_HZ_1000, LINUX_6_RPS);

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
        long[] values = values();
        settings.forEach((key, value) -> {
            ProfileKey it = ProfileKey.of(key);
            values[it.ordinal()] = it.parse(value);
        });
        if (sysctls.netdevBudgetUsecs() == NetCoreSysctls.twoTicksUsecs(cpus.hz())
                && !settings.containsKey(ProfileKey.BUDGET_USECS.key())) {
            values[ProfileKey.BUDGET_USECS.ordinal()] =
                    NetCoreSysctls.twoTicksUsecs((int) values[ProfileKey.HZ.ordinal()]);
        }
        return of(name, values);
    }

    public SoftnetProfile named(String newName) {
        return new SoftnetProfile(newName, sysctls, cpus, costs);
    }

    /// Every setting by its key, in the order of [ProfileKey].
    public Map<String, String> settings() {
        var settings = new LinkedHashMap<String, String>();
        long[] values = values();
        for (ProfileKey key : ProfileKey.values()) {
            settings.put(key.key(), key.format(values[key.ordinal()]));
        }
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

    /// In the order of [ProfileKey].
    private long[] values() {
        return new long[] {
            cpus.hz(),
            cpus.tickPhaseNanos(),
            cpus.count(),
            cpus.irqCpu(),
            cpus.rpsCpus().bits(),
            sysctls.netdevMaxBacklog(),
            sysctls.devWeight(),
            sysctls.netdevBudget(),
            sysctls.netdevBudgetUsecs(),
            sysctls.flowLimitCpuBitmap().bits(),
            sysctls.flowLimitTableLen(),
            costs.irqNanos(),
            costs.wakeupNanos(),
            costs.ksoftirqdNanos(),
            costs.gapNanos(),
            costs.packetNanos(),
            costs.bytePicos()
        };
    }

    private static SoftnetProfile of(String name, long[] values) {
        var cpus =
                new SoftnetCpus(
                        (int) values[0],
                        values[1],
                        (int) values[2],
                        (int) values[3],
                        new CpuMask(values[4]));
        var sysctls =
                new NetCoreSysctls(
                        (int) values[5],
                        (int) values[6],
                        (int) values[7],
                        (int) values[8],
                        new CpuMask(values[9]),
                        (int) values[10]);
        var costs =
                new SoftnetCosts(
                        values[11], values[12], values[13], values[14], values[15], values[16]);
        return new SoftnetProfile(name, sysctls, cpus, costs);
    }
}
