package headgate.softnet;

import headgate.softnet.tap.TapKind;
import headgate.softnet.tap.TapSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The settings of one modelled host. Sound by construction: what the kernel refuses is refused
/// here, at the door.
///
/// @param name what results are filed under; 1 to 100 characters
/// @param nic the interfaces, but for what single ones have of their own
public record SoftnetProfile(
        String name,
        Kernel kernel,
        NetCoreSysctls sysctls,
        SoftnetCpus cpus,
        HostInterfaces interfaces,
        NicSettings nic,
        OwnSettings own,
        SoftnetCosts costs,
        TapSettings tap) {

    /// A 6.18 kernel as most distributions build it (`CONFIG_HZ=250`), one CPU doing all the work.
    public static final SoftnetProfile LINUX_6 =
            new SoftnetProfile(
                    "linux-6",
                    Kernel.LINUX_6,
                    NetCoreSysctls.defaults(250),
                    new SoftnetCpus(250, 0, 1, new IndexList(), CpuMask.OFF),
                    HostInterfaces.parse("1"),
                    new NicSettings(0, 256, new IndexList(), 16, 32, true, 64, 0, 0, CpuMask.OFF),
                    OwnSettings.NONE,
                    SoftnetCosts.SMALL_VIRTUAL_MACHINE,
                    TapSettings.OFF);

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

    /// A 2.6.12 kernel of the i386 era with a driver that calls `netif_rx` for each packet.
    public static final SoftnetProfile LINUX_2_6 =
            LINUX_6.with(Map.of("kernel", "2.6", "hz", "1000", "backlog", "300"))
                    .named("linux-2.6");

    /// The same with an e100, which polls.
    public static final SoftnetProfile LINUX_2_6_E100 =
            LINUX_2_6
                    .with(Map.of("rx_queues", "1", "ring", "64", "napi_weight", "16"))
                    .named("linux-2.6-e100");

    /// libpcap before it used rings: one `recvfrom` for each packet, from a socket with the default
    /// buffer of that era, and frames in e100's receive buffers.
    public static final SoftnetProfile LIBPCAP_2_6 =
            LINUX_2_6_E100
                    .with(
                            Map.of(
                                    "tap", "rcvbuf",
                                    "rcvbuf", "55296",
                                    "truesize", "1728",
                                    "snaplen", "65535",
                                    "reader_ns", "2000"))
                    .named("libpcap-2.6");

    public static final SoftnetProfile PF_RING_2_6 =
            LINUX_2_6_E100
                    .with(Map.of("tap", "pf_ring", "snaplen", "1514", "reader_ns", "1000"))
                    .named("pf_ring-2.6");

    /// WinPcap's kernel buffers and copies, with arrivals as Linux 2.6 would have them with an
    /// e100: NDIS itself is not modelled.
    public static final SoftnetProfile WINPCAP =
            LINUX_2_6_E100
                    .with(Map.of("tap", "winpcap", "snaplen", "65535", "reader_ns", "1000"))
                    .named("winpcap");

    public static final SoftnetProfile WINPCAP_OLD =
            WINPCAP.with("tap", "winpcap-old").named("winpcap-old");

    /// BSD's two buffers as libpcap asks for them (`DEFAULT_BUFSIZE`), with arrivals as for
    /// [#WINPCAP].
    public static final SoftnetProfile BPF =
            WINPCAP.with(Map.of("tap", "bpf", "buffer", "524288")).named("bpf");

    /// An AF_PACKET socket read by `recvfrom`, with the default buffer.
    public static final SoftnetProfile AF_PACKET =
            LINUX_6.with(Map.of("tap", "rcvbuf", "reader_ns", "2000")).named("af_packet");

    /// The ring that libpcap asks for today.
    public static final SoftnetProfile TPACKET_V3 =
            LINUX_6.with("tap", "tpacket_v3").named("tpacket_v3");

    private static final List<SoftnetProfile> REGISTRY =
            List.of(
                    LINUX_6,
                    LINUX_6_HZ_100,
                    LINUX_6_HZ_1000,
                    LINUX_6_RPS,
                    LINUX_6_NIC,
                    LINUX_2_6,
                    LINUX_2_6_E100,
                    LIBPCAP_2_6,
                    PF_RING_2_6,
                    WINPCAP,
                    WINPCAP_OLD,
                    BPF,
                    AF_PACKET,
                    TPACKET_V3);

    public SoftnetProfile(
            String name,
            Kernel kernel,
            NetCoreSysctls sysctls,
            SoftnetCpus cpus,
            HostInterfaces interfaces,
            NicSettings nic,
            OwnSettings own,
            SoftnetCosts costs,
            TapSettings tap) {
        this.name = name;
        this.kernel = kernel;
        this.sysctls = sysctls;
        this.cpus = cpus;
        this.interfaces = interfaces;
        this.nic = nic;
        this.own = own;
        this.costs = costs;
        this.tap = tap;
        if (name.isBlank() || name.length() > 100) {
            throw new IllegalArgumentException("a profile's name has 1 to 100 characters");
        }
        // 6.18 answers EINVAL to less than two ticks; older kernels took it.
        int twoTicks = NetCoreSysctls.twoTicksUsecs(cpus.hz());
        ProfileKey.BUDGET_USECS.require(
                sysctls.netdevBudgetUsecs() >= twoTicks,
                sysctls.netdevBudgetUsecs(),
                twoTicks + " or more at " + cpus.hz() + " ticks a second");
        requireCpus(ProfileKey.FLOW_LIMIT, sysctls.flowLimitCpuBitmap());
        requireCpus(ProfileKey.THREADED, nic.threadedCpus());
        if (kernel == Kernel.LINUX_2_6) {
            requireOld();
        }
        int queues = netInterfaces().stream().mapToInt(it -> it.nic().rxQueues()).sum();
        ProfileKey.RX_QUEUES.require(
                queues <= NicSettings.MAX_QUEUES,
                nic.rxQueues(),
                NicSettings.MAX_QUEUES + " over all interfaces at most");
    }

    private void requireCpus(ProfileKey key, CpuMask mask) {
        key.require(mask.highest() < cpus.count(), mask, "CPUs are 0 to " + (cpus.count() - 1));
    }

    /// What a 2.6.12 kernel did not have, or does not model.
    private void requireOld() {
        ProfileKey.BACKLOG.require(
                sysctls.netdevMaxBacklog() > 0,
                sysctls.netdevMaxBacklog(),
                "1 or more with kernel=2.6, where it is the budget of a softirq run too");
        ProfileKey.CPUS.require(cpus.count() == 1, cpus.count(), "1 with kernel=2.6");
        ProfileKey.INTERFACES.require(interfaces.count() == 1, interfaces, "1 with kernel=2.6");
        if (!own.byName().isEmpty()) {
            throw new IllegalArgumentException(
                    "kernel=2.6 has one interface: set it without its name");
        }
        ProfileKey.RX_QUEUES.require(nic.rxQueues() <= 1, nic.rxQueues(), "0 or 1 with kernel=2.6");
        ProfileKey.RPS.require(cpus.rpsCpus().isEmpty(), cpus.rpsCpus(), "off with kernel=2.6");
        ProfileKey.FLOW_LIMIT.require(
                sysctls.flowLimitCpuBitmap().isEmpty(),
                sysctls.flowLimitCpuBitmap(),
                "off with kernel=2.6");
        ProfileKey.THREADED.require(
                nic.threadedCpus().isEmpty(), nic.threadedCpus(), "off with kernel=2.6");
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
    /// @param key a [SettingName]
    /// @throws IllegalArgumentException for an unknown key or a value that is not allowed, with
    ///   what is
    public SoftnetProfile with(String key, String value) {
        return with(Map.of(key, value));
    }

    /// This profile with several settings changed at once, so that one may depend on another. A
    /// time budget of two ticks stays two ticks when the tick changes, as a kernel built with that
    /// rate has it. What is set for the whole host holds for all interfaces, whatever they had of
    /// their own, but for those named in the same settings.
    ///
    /// @throws IllegalArgumentException as [#with(String, String)]
    public SoftnetProfile with(Map<String, String> settings) {
        Map<ProfileKey, Object> values = values();
        var ofInterfaces = new LinkedHashMap<SettingName, String>();
        var ofHost = EnumSet.noneOf(ProfileKey.class);
        settings.forEach((text, value) -> {
            SettingName setting = SettingName.of(text);
            if (setting.device() == null) {
                ofHost.add(setting.key());
                values.put(setting.key(), setting.parse(value));
            } else {
                ofInterfaces.put(setting, value);
            }
        });
        if (sysctls.netdevBudgetUsecs() == NetCoreSysctls.twoTicksUsecs(cpus.hz())
                && !settings.containsKey(ProfileKey.BUDGET_USECS.key())) {
            long hz = (long) values.get(ProfileKey.HZ);
            values.put(ProfileKey.BUDGET_USECS, (long) NetCoreSysctls.twoTicksUsecs((int) hz));
        }
        var named = (HostInterfaces) values.get(ProfileKey.INTERFACES);
        OwnSettings changed = own.retain(named.names(), ofHost);
        for (var setting : ofInterfaces.entrySet()) {
            named.require(setting.getKey().device());
            Object value = setting.getKey().parse(setting.getValue());
            changed = changed.with(setting.getKey(), value, values);
        }
        return ofValues(name, values, changed);
    }

    /// This profile with settings that somebody asks for: as [#with(Map)], and refused where one of
    /// them has no effect beside the others, since the answer would look as if it had.
    ///
    /// @throws IllegalArgumentException as [#with(String, String)]
    public SoftnetProfile asking(Map<String, String> settings) {
        SoftnetProfile changed = with(settings);
        settings.keySet().forEach(key -> SettingName.of(key).requireEffect(changed));
        return changed;
    }

    public SoftnetProfile named(String newName) {
        return new SoftnetProfile(newName, kernel, sysctls, cpus, interfaces, nic, own, costs, tap);
    }

    /// The interfaces in the order of their numbers, each as it is set.
    ///
    /// @throws IllegalArgumentException if one cannot be set so; never of a profile that exists
    public List<NetInterface> netInterfaces() {
        var list = new ArrayList<NetInterface>();
        int place = 0;
        for (String device : interfaces.names()) {
            Map<ProfileKey, Object> its = own.of(device);
            Map<ProfileKey, Object> values = values();
            values.putAll(its);
            try {
                SoftnetCpus itsCpus = cpus(values);
                NicSettings itsNic = nic(values);
                requireCpus(ProfileKey.THREADED, itsNic.threadedCpus());
                list.add(
                        new NetInterface(
                                device,
                                itsNic,
                                itsCpus.irqCpus(),
                                its.containsKey(ProfileKey.IRQ_CPU) ? 0 : place,
                                its.containsKey(ProfileKey.THREADED) ? 0 : place,
                                itsCpus.rpsCpus()));
                place += Math.max(1, itsNic.rxQueues());
            } catch (IllegalArgumentException refused) {
                throw SettingName.ofDevice(device, refused);
            }
        }
        return list;
    }

    /// Whether frames come through a ring, on one of the interfaces at least.
    public boolean hasRings() {
        return netInterfaces().stream().anyMatch(it -> it.nic().hasRings());
    }

    /// Every setting by its name: those of the host in the order of [ProfileKey], then those of
    /// single interfaces.
    public Map<String, String> settings() {
        var settings = new LinkedHashMap<String, String>();
        values().forEach((key, value) -> settings.put(key.key(), key.format(value)));
        own.byName()
                .forEach((device, values) ->
                        values.forEach((key, value) ->
                                settings.put(
                                        new SettingName(device, key).toString(),
                                        key.format(value))));
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
        values.put(ProfileKey.KERNEL, (long) kernel.ordinal());
        values.put(ProfileKey.HZ, (long) cpus.hz());
        values.put(ProfileKey.TICK_PHASE_NS, cpus.tickPhaseNanos());
        values.put(ProfileKey.CPUS, (long) cpus.count());
        values.put(ProfileKey.IRQ_CPU, cpus.irqCpus());
        values.put(ProfileKey.RPS, cpus.rpsCpus());
        values.put(ProfileKey.INTERFACES, interfaces);
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
        putTap(values);
        return values;
    }

    private void putTap(Map<ProfileKey, Object> values) {
        values.put(ProfileKey.TAP, (long) tap.kind().ordinal());
        values.put(ProfileKey.SNAPLEN, (long) tap.snaplen());
        values.put(ProfileKey.RCVBUF, (long) tap.socket().rcvbuf());
        values.put(ProfileKey.TRUESIZE, (long) tap.socket().truesize());
        values.put(ProfileKey.BLOCK_SIZE, (long) tap.ring().blockSize());
        values.put(ProfileKey.BLOCKS, (long) tap.ring().blocks());
        values.put(ProfileKey.FRAME_SIZE, (long) tap.ring().frameSize());
        values.put(ProfileKey.TP_RESERVE, (long) tap.ring().reserve());
        values.put(ProfileKey.RETIRE_MS, (long) tap.ring().retireMillis());
        values.put(ProfileKey.RETIRE_PHASE_NS, tap.ring().retirePhaseNanos());
        values.put(ProfileKey.MIN_NUM_SLOTS, (long) tap.slots().minNumSlots());
        values.put(ProfileKey.POLL_WATERMARK, (long) tap.slots().pollWatermark());
        values.put(ProfileKey.BUFFER, (long) tap.buffer().bytes());
        values.put(ProfileKey.USER_BUFFER, (long) tap.buffer().userBytes());
        values.put(ProfileKey.MINTOCOPY, (long) tap.buffer().minToCopy());
        values.put(ProfileKey.READ_TIMEOUT_MS, (long) tap.readTimeoutMillis());
        values.put(ProfileKey.READER_NS, tap.reader().packetNanos());
        values.put(ProfileKey.READER_WAKEUP_NS, tap.reader().wakeupNanos());
    }

    private static SoftnetProfile ofValues(
            String name, Map<ProfileKey, Object> values, OwnSettings own) {
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
        var kernel = Kernel.values()[integer(values, ProfileKey.KERNEL)];
        return new SoftnetProfile(
                name,
                kernel,
                sysctls,
                cpus(values),
                (HostInterfaces) values.get(ProfileKey.INTERFACES),
                nic(values),
                own,
                costs,
                tap(values));
    }

    private static SoftnetCpus cpus(Map<ProfileKey, Object> values) {
        return new SoftnetCpus(
                integer(values, ProfileKey.HZ),
                number(values, ProfileKey.TICK_PHASE_NS),
                integer(values, ProfileKey.CPUS),
                (IndexList) values.get(ProfileKey.IRQ_CPU),
                (CpuMask) values.get(ProfileKey.RPS));
    }

    private static NicSettings nic(Map<ProfileKey, Object> values) {
        return new NicSettings(
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
    }

    private static TapSettings tap(Map<ProfileKey, Object> values) {
        return new TapSettings(
                TapKind.values()[integer(values, ProfileKey.TAP)],
                integer(values, ProfileKey.SNAPLEN),
                new TapSettings.SocketBuffer(
                        integer(values, ProfileKey.RCVBUF), integer(values, ProfileKey.TRUESIZE)),
                new TapSettings.TpacketReq(
                        integer(values, ProfileKey.BLOCK_SIZE),
                        integer(values, ProfileKey.BLOCKS),
                        integer(values, ProfileKey.FRAME_SIZE),
                        integer(values, ProfileKey.RETIRE_MS),
                        number(values, ProfileKey.RETIRE_PHASE_NS),
                        integer(values, ProfileKey.TP_RESERVE)),
                new TapSettings.PfRingSlots(
                        integer(values, ProfileKey.MIN_NUM_SLOTS),
                        integer(values, ProfileKey.POLL_WATERMARK)),
                new TapSettings.ReadBuffer(
                        integer(values, ProfileKey.BUFFER),
                        integer(values, ProfileKey.USER_BUFFER),
                        integer(values, ProfileKey.MINTOCOPY)),
                integer(values, ProfileKey.READ_TIMEOUT_MS),
                new TapSettings.Reader(
                        number(values, ProfileKey.READER_NS),
                        number(values, ProfileKey.READER_WAKEUP_NS)));
    }

    private static long number(Map<ProfileKey, Object> values, ProfileKey key) {
        return (long) values.get(key);
    }

    private static int integer(Map<ProfileKey, Object> values, ProfileKey key) {
        return (int) number(values, key);
    }
}
