package headgate.softnet;

import headgate.softnet.tap.TapKind;
import headgate.softnet.tap.TapSettings;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The settings of a [SoftnetProfile] by the words that people use for them: the one home of key,
/// allowed values and meaning.
public enum ProfileKey {
    KERNEL("kernel", Kernel.words(), "whose rules hold"),
    HZ("hz", 1, 10_000, "ticks a second, CONFIG_HZ"),
    TICK_PHASE_NS("tick_phase_ns", 0, 999_999_999, "how far into its tick time 0 lies"),
    CPUS("cpus", 1, CpuMask.MAX_CPUS, "CPUs of the host"),
    IRQ_CPU(
            "irq_cpu",
            Kind.LIST,
            "CPUs that take the interrupts: of each queue, interface by interface, in turn"),
    INTERFACES(
            "interfaces",
            Kind.NAMES,
            1,
            HostInterfaces.MAX,
            List.of(),
            "interfaces that share the CPUs, in the order of their numbers in a capture"),
    RX_QUEUES(
            "rx_queues",
            0,
            NicSettings.MAX_QUEUES,
            "ethtool -L: receive queues of each interface; 0: none, frames enter by netif_rx"),
    RING("ring", 1, 1 << 20, "ethtool -G rx: frames that one receive queue holds"),
    RSS_TABLE(
            "rss_table",
            Kind.LIST,
            "ethtool -X: the queue of each entry of the indirection table; entry is hash mod length"),
    RX_USECS(
            "rx_usecs",
            0,
            1_000_000,
            "ethtool -C rx-usecs: longest that a frame waits for its interrupt; 0: no such limit"),
    RX_FRAMES(
            "rx_frames",
            0,
            1 << 20,
            "ethtool -C rx-frames: frames that interrupt at once; 0: no such limit"),
    IRQ_MASK(
            "irq_mask",
            List.of("off", "on"),
            "whether the driver masks a queue's interrupt until its NAPI has completed"),
    NAPI_WEIGHT("napi_weight", 1, 65_536, "NAPI_POLL_WEIGHT: frames of one poll of a driver"),
    NAPI_DEFER_HARD_IRQS(
            "napi_defer_hard_irqs",
            0,
            10_000,
            "completions in a row that leave the interrupt masked"),
    GRO_FLUSH_TIMEOUT(
            "gro_flush_timeout",
            0,
            SoftnetCosts.MAX,
            "nanoseconds until the poll that follows such a completion; 0: none does"),
    THREADED(
            "threaded",
            Kind.MASK,
            "threaded NAPI: CPUs that the threads of the drivers' NAPIs run on, in turn"),
    RPS("rps", Kind.MASK, "rps_cpus: CPUs that receive packet steering spreads flows over"),
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
            Kind.MASK,
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
    BYTE_PS("byte_ps", 0, SoftnetCosts.MAX, "service of each byte, in picoseconds"),
    DRIVER_NS("driver_ns", 0, SoftnetCosts.MAX, "a driver's work for one frame of its ring"),
    POLL_NS("poll_ns", 0, SoftnetCosts.MAX, "one poll of a driver's NAPI, whatever it finds"),
    NFT_RULES("nft_rules", 0, 1_000_000, "nftables rules that each packet is held against"),
    NFT_RULE_PS("nft_rule_ps", 0, SoftnetCosts.MAX, "service of each such rule, in picoseconds"),
    TAP("tap", TapKind.words(), "how a program captures what the protocol layer takes"),
    SNAPLEN("snaplen", 1, TapSettings.MAXIMUM_SNAPLEN, "bytes of a frame that a capture keeps"),
    RCVBUF(
            "rcvbuf",
            0,
            (1 << 30) - 1,
            "tap=rcvbuf: SO_RCVBUF as a program sets it; the kernel doubles it"),
    TRUESIZE(
            "truesize",
            0,
            1 << 20,
            "tap=rcvbuf: bytes that the socket is charged for a frame; 0: as the allocator rounds"),
    BLOCK_SIZE(
            "block_size",
            4096,
            1 << 30,
            "tap=tpacket_v2, tpacket_v3: tp_block_size, a multiple of the page size"),
    BLOCKS("blocks", 1, 1 << 18, "tap=tpacket_v2, tpacket_v3: tp_block_nr"),
    FRAME_SIZE("frame_size", 64, 1 << 30, "tap=tpacket_v2: tp_frame_size, a multiple of 16"),
    TP_RESERVE("tp_reserve", 0, 2048, "tap=tpacket_v3: PACKET_RESERVE, free before each frame"),
    RETIRE_MS(
            "retire_ms",
            0,
            Integer.MAX_VALUE,
            "tap=tpacket_v3: tp_retire_blk_tov; 0: the kernel's choice, 8"),
    RETIRE_PHASE_NS(
            "retire_phase_ns",
            0,
            Long.MAX_VALUE,
            "tap=tpacket_v3: how far into its period the retire timer is at time 0"),
    MIN_NUM_SLOTS(
            "min_num_slots", 2, 1 << 15, "tap=pf_ring: packets of full length that the ring holds"),
    POLL_WATERMARK("poll_watermark", 1, 1 << 15, "tap=pf_ring: packets that wake the reader"),
    BUFFER(
            "buffer",
            4096,
            1 << 29,
            "tap=winpcap, winpcap-old: bytes in the kernel; tap=bpf: bytes of each of its two"),
    USER_BUFFER(
            "user_buffer", 4096, 1 << 29, "tap=winpcap, winpcap-old: bytes that one read takes"),
    MINTOCOPY(
            "mintocopy",
            0,
            Integer.MAX_VALUE,
            "tap=winpcap, winpcap-old: bytes that end a read before its time-out"),
    READ_TIMEOUT_MS(
            "read_timeout_ms",
            1,
            Integer.MAX_VALUE,
            "tap=pf_ring, winpcap, winpcap-old, bpf: longest that a read waits for more"),
    READER_NS(
            "reader_ns", 0, TapSettings.Reader.MAX, "the capturing program's work for one packet"),
    READER_WAKEUP_NS(
            "reader_wakeup_ns",
            0,
            TapSettings.Reader.MAX,
            "something to read until the sleeping program has it");

    /// Room in queues: more of it never drops more.
    private static final Set<ProfileKey> ROOM =
            EnumSet.of(BACKLOG, RING, RCVBUF, BLOCKS, MIN_NUM_SLOTS, BUFFER);

    /// What work takes: less of it never drops more.
    private static final Set<ProfileKey> COSTS = EnumSet.range(IRQ_NS, NFT_RULE_PS);

    /// What matters only where frames come through rings.
    private static final Set<ProfileKey> OF_RINGS =
            EnumSet.of(
                    RING,
                    RSS_TABLE,
                    RX_USECS,
                    RX_FRAMES,
                    IRQ_MASK,
                    NAPI_WEIGHT,
                    NAPI_DEFER_HARD_IRQS,
                    GRO_FLUSH_TIMEOUT,
                    THREADED,
                    DRIVER_NS,
                    POLL_NS);

    /// What an interface may have of its own.
    private static final Set<ProfileKey> OF_INTERFACES = EnumSet.range(RX_QUEUES, RPS);

    static {
        OF_INTERFACES.add(IRQ_CPU);
        COSTS.addAll(EnumSet.of(READER_NS, READER_WAKEUP_NS));
    }

    /// What values look like.
    private enum Kind {
        NUMBER,
        MASK,
        LIST,
        NAMES,
        WORD
    }

    private final String key;
    private final Kind kind;
    private final long least;
    private final long most;

    /// What values are called, the first standing for 0; empty if they are no words.
    private final List<String> words;

    private final String meaning;

    ProfileKey(String key, long least, long most, String meaning) {
        this(key, Kind.NUMBER, least, most, List.of(), meaning);
    }

    ProfileKey(String key, Kind kind, String meaning) {
        this(key, kind, Long.MIN_VALUE, Long.MAX_VALUE, List.of(), meaning);
    }

    ProfileKey(String key, List<String> words, String meaning) {
        this(key, Kind.WORD, 0, words.size() - 1, words, meaning);
    }

    ProfileKey(String key, Kind kind, long least, long most, List<String> words, String meaning) {
        this.key = key;
        this.kind = kind;
        this.least = least;
        this.most = most;
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

    /// Whether values are, or may be, single numbers, which can be tried one after the other.
    public boolean isNumber() {
        return kind == Kind.NUMBER || kind == Kind.NAMES;
    }

    /// Whether an interface may have a value of its own.
    public boolean isOfInterface() {
        return OF_INTERFACES.contains(this);
    }

    /// Whether it matters only where frames come through rings.
    boolean isOfRings() {
        return OF_RINGS.contains(this);
    }

    /// Whether the host's value is a list that goes on from interface to interface.
    boolean isInTurn() {
        return this == IRQ_CPU || this == THREADED;
    }

    /// Whether more of it never drops more.
    public boolean isRoom() {
        return ROOM.contains(this);
    }

    /// Whether less of it never drops more.
    public boolean isCost() {
        return COSTS.contains(this);
    }

    /// The captures that the key is about; empty if it is about none.
    private Set<TapKind> taps() {
        return switch (this) {
            case RCVBUF, TRUESIZE -> EnumSet.of(TapKind.RCVBUF);
            case BLOCK_SIZE, BLOCKS -> EnumSet.of(TapKind.TPACKET_V2, TapKind.TPACKET_V3);
            case FRAME_SIZE -> EnumSet.of(TapKind.TPACKET_V2);
            case TP_RESERVE, RETIRE_MS, RETIRE_PHASE_NS -> EnumSet.of(TapKind.TPACKET_V3);
            case MIN_NUM_SLOTS, POLL_WATERMARK -> EnumSet.of(TapKind.PF_RING);
            case BUFFER -> EnumSet.of(TapKind.WINPCAP, TapKind.WINPCAP_OLD, TapKind.BPF);
            case USER_BUFFER, MINTOCOPY -> EnumSet.of(TapKind.WINPCAP, TapKind.WINPCAP_OLD);
            case READ_TIMEOUT_MS -> EnumSet.range(TapKind.PF_RING, TapKind.BPF);
            case SNAPLEN, READER_NS, READER_WAKEUP_NS ->
                    EnumSet.complementOf(EnumSet.of(TapKind.OFF));
            default -> EnumSet.noneOf(TapKind.class);
        };
    }

    /// @throws IllegalArgumentException if the key is about other captures than this, with which
    void requireTap(TapKind tap) {
        if (!taps().isEmpty() && !taps().contains(tap)) {
            throw new IllegalArgumentException(
                    "%s has no effect with tap=%s; it has one with tap=%s (%s)"
                            .formatted(
                                    key,
                                    tap.word(),
                                    taps().stream()
                                            .map(TapKind::word)
                                            .collect(Collectors.joining(", ")),
                                    meaning));
        }
    }

    /// What values the key takes, for people.
    public String allowed() {
        return switch (kind) {
            case NUMBER -> least + " to " + most;
            case MASK -> "CPUs of the host as 0-3,6, or off";
            case LIST -> "numbers in their order as 0-3,1, or " + emptyWord();
            case NAMES -> least + " to " + most + ", or as many names as lan0,wan0";
            case WORD -> String.join(", ", words);
        };
    }

    /// Reads a value: a Long within bounds, a word's place as Long, a [CpuMask], an [IndexList] or
    /// [HostInterfaces].
    ///
    /// @throws IllegalArgumentException if it is not, with what is allowed
    Object parse(String value) {
        return switch (kind) {
            case NUMBER -> number(value);
            case MASK -> CpuMask.parse(value);
            case LIST -> IndexList.parse(value, emptyWord());
            case NAMES -> HostInterfaces.parse(value);
            case WORD -> word(value);
        };
    }

    String format(Object value) {
        return switch (kind) {
            case NUMBER, MASK, NAMES -> value.toString();
            case LIST -> ((IndexList) value).format(emptyWord());
            case WORD -> words.get(((Long) value).intValue());
        };
    }

    private String emptyWord() {
        return this == RSS_TABLE ? "equal" : "0";
    }

    private long word(String value) {
        require(words.contains(value), value, allowed());
        return words.indexOf(value);
    }

    private long number(String value) {
        try {
            return require(Long.parseLong(value));
        } catch (NumberFormatException e) {
            throw refused(value, allowed());
        }
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
