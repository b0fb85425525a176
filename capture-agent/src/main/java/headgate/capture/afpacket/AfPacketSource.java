package headgate.capture.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import headgate.capture.CaptureFilter;
import headgate.capture.CaptureInterface;
import headgate.capture.CaptureOpenException;
import headgate.capture.CaptureOpenException.Reason;
import headgate.capture.FrameHandler;
import headgate.capture.FrameSource;
import headgate.capture.LiveSettings;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.LiveSettings.Timestamps;
import headgate.capture.SourceStatistics;
import headgate.capture.host.InterfaceCounters;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Frames of one interface, or of the two directions of a tap, through a TPACKET_V3 ring.
///
/// Frames are handed over where the kernel wrote them: nothing is copied and nothing is allocated.
/// A VLAN tag that the kernel took out is put back into the frame's bytes, so that what lies behind
/// sees the frame as it was on the wire. A block goes back to the kernel when its last frame has
/// been handled.
///
/// A single ring on a single interface is bound to it. The rings of a fan-out, and that of a tap,
/// are bound to all interfaces and pick theirs with the socket filter: all that changes when an
/// interface was removed and is made again is the filter, and the frames of a tap come in the order
/// in which the kernel saw them.
public final class AfPacketSource implements FrameSource {
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_RESERVE = 12;
    private static final int PACKET_TIMESTAMP = 17;
    private static final int PACKET_IGNORE_OUTGOING = 23;

    private static final int TPACKET_V3 = 2;
    private static final int PACKET_MR_PROMISC = 1;
    private static final int SOF_TIMESTAMPING_RAW_HARDWARE = 1 << 6;
    private static final short ETH_P_ALL_BIG_ENDIAN = Short.reverseBytes((short) 3);
    private static final int ETH_P_8021Q = 0x8100;
    private static final int ALL_INTERFACES = 0;

    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_RAWIP = 519;
    private static final int ARPHRD_LOOPBACK = 772;
    private static final int ARPHRD_NONE = 65534;

    /// The kernel asks for a frame size even where frames have none (V3); it only has to divide the
    /// block.
    private static final int TP_FRAME_SIZE = 2048;

    private static final int TP_FT_REQ_FILL_RXHASH = 1;

    private static final int VLAN_TAG_BYTES = 4;
    private static final int MAC_ADDRESSES_BYTES = 12;

    private static final int LONGEST_WAIT_MILLIS = 100;

    /// How often the interfaces are looked at: they may go away without a word.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final ValueLayout.OfShort NETWORK_SHORT =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final LiveSettings settings;
    private final boolean bound;
    private final Consumer<String> notices;
    private final Arena arena = Arena.ofShared();
    private final Frame frame = new Frame();
    private final TpacketV3BlockView block = new TpacketV3BlockView();

    private final MemorySegment pollfds = arena.allocate(2 * 8, 8);
    private final MemorySegment wakeupCount = arena.allocate(JAVA_LONG);
    private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
    private final MemorySegment optionValue = arena.allocate(12, 4);
    private final MemorySegment optionLength = arena.allocate(JAVA_INT);

    private int socket = -1;
    private int wakeup = -1;
    private NetDevices devices;
    private List<InterfaceWatch> watches = List.of();
    private MemorySegment expression = MemorySegment.NULL;
    private int linkType;
    private long[] missedAtLastReading = {};
    private MemorySegment ring = MemorySegment.NULL;
    private long blockOffset;
    private boolean blockHeld;
    private long lookDueNanos = System.nanoTime() + LOOK_NANOS;
    private volatile boolean interrupted;

    /// The indexes that the interfaces have and had, and the place of the interface of each.
    private int[] indexes = {};

    private int[] places = {};

    // Guarded by this; the polling thread is the one that closes.
    private long received;
    private long dropped;
    private long freezes;
    private long interfaceDropped;
    private boolean closed;

    private AfPacketSource(LiveSettings settings, Consumer<String> notices) {
        this.settings = settings;
        this.notices = notices;
        this.bound = settings.threads() == 1 && settings.interfaces().size() == 1;
    }

    /// Opens the ring of settings with one thread; from then on the kernel keeps frames for
    /// [#poll].
    ///
    /// @throws CaptureOpenException when this host, the interface or the permissions do not allow
    ///   it
    /// @throws CaptureFilter.SyntaxException when the filter expression is wrong
    public static AfPacketSource open(LiveSettings settings) throws CaptureOpenException {
        return openAll(settings.with(draft -> draft.threads = 1), _ -> {}).getFirst();
    }

    /// Opens a ring for each thread; each frame is in one of them.
    ///
    /// @param notices is told when an interface goes away, and when it is there again
    public static List<AfPacketSource> openAll(LiveSettings settings, Consumer<String> notices)
            throws CaptureOpenException {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new CaptureOpenException(
                    Reason.NOT_SUPPORTED,
                    "the capture ring exists on Linux only; use the pcap source");
        }
        var opened = new ArrayList<AfPacketSource>();
        try {
            for (int thread = 0; thread < settings.threads(); thread++) {
                var source = new AfPacketSource(settings, thread == 0 ? notices : _ -> {});
                opened.add(source);
                source.prepare();
            }
            start(opened);
            return opened;
        } catch (CaptureOpenException | RuntimeException e) {
            opened.forEach(AfPacketSource::close);
            throw e;
        }
    }

    /// Until all are bound and in their group, they take no frame: a ring that is not in the group
    /// yet would take frames that another one has.
    private static void start(List<AfPacketSource> sources) throws CaptureOpenException {
        AfPacketSource first = sources.getFirst();
        LiveSettings settings = first.settings;
        MemorySegment expression =
                settings.filter().isBlank()
                        ? MemorySegment.NULL
                        : CaptureFilter.compileLive(
                                        settings.filter(),
                                        settings.interfaces().getFirst(),
                                        settings.snaplen())
                                .instructions();
        var group = new FanoutGroup(settings.fanout(), first.ignoresOutgoing());
        for (AfPacketSource source : sources) {
            source.expression = expression;
            source.attach(sources.size() == 1 ? null : group);
        }
        for (AfPacketSource source : sources) {
            source.attachFilter();
        }
    }

    private void prepare() throws CaptureOpenException {
        openSocket();
        devices = NetDevices.of(socket);
        watches =
                settings.interfaces().stream()
                        .map(name -> new InterfaceWatch(devices, name, notices))
                        .toList();
        missedAtLastReading = new long[watches.size()];
        for (int place = 0; place < watches.size(); place++) {
            InterfaceWatch watch = watches.get(place);
            requireUsable(watch, place);
            missedAtLastReading[place] = InterfaceCounters.read(watch.name()).missed();
            noteIndex(watch.index(), place);
        }
        setOption(PACKET_VERSION, "PACKET_VERSION", TPACKET_V3);
        setOption(PACKET_RESERVE, "PACKET_RESERVE", VLAN_TAG_BYTES);
        if (settings.timestamps() == Timestamps.HARDWARE) {
            setOption(PACKET_TIMESTAMP, "PACKET_TIMESTAMP", SOF_TIMESTAMPING_RAW_HARDWARE);
        }
        attach(SocketFilter.nothing(arena));
        if (ignoresOutgoing()) {
            setOption(PACKET_IGNORE_OUTGOING, "PACKET_IGNORE_OUTGOING", 1);
        }
        mapRing();
        openWakeup();
    }

    private void openSocket() throws CaptureOpenException {
        socket = Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0);
        if (socket == -Libc.EPERM || socket == -Libc.EACCES) {
            throw CaptureOpenException.noPermission(settings.interfaceName());
        }
        if (socket < 0) {
            throw unsupported("socket(AF_PACKET)", socket);
        }
    }

    private void requireUsable(InterfaceWatch watch, int place) throws CaptureOpenException {
        String name = watch.name();
        if (watch.index() == NetDevices.NONE) {
            throw CaptureOpenException.noSuchInterface(name);
        }
        if (!devices.isUp(name)) {
            throw CaptureOpenException.interfaceDown(name);
        }
        int type = linkTypeOf(name);
        if (place > 0 && type != linkType) {
            throw new CaptureOpenException(
                    Reason.NOT_SUPPORTED,
                    "the interfaces of '%s' have different link layers"
                            .formatted(settings.interfaceName()));
        }
        linkType = type;
        if (settings.timestamps() == Timestamps.HARDWARE) {
            requireHardwareTimestamps(name);
        }
    }

    private void requireHardwareTimestamps(String name) throws CaptureOpenException {
        if (!devices.hasHardwareTimestamps(name)) {
            throw new CaptureOpenException(
                    Reason.NOT_SUPPORTED,
                    ("interface '%s' has no hardware time stamps for all frames (see: ethtool -T %s);"
                                    + " use software time stamps")
                            .formatted(name, name));
        }
        int returned = devices.enableHardwareTimestamps(name);
        if (returned < 0) {
            throw unsupported("hardware time stamps (they need CAP_NET_ADMIN)", returned);
        }
    }

    /// A raw packet socket hands over frames with the link-layer header of their device: `ARPHRD_…`
    /// of if_arp.h names it.
    private int linkTypeOf(String name) throws CaptureOpenException {
        int hardwareType = devices.hardwareType(name);
        return switch (hardwareType) {
            case ARPHRD_ETHER, ARPHRD_LOOPBACK -> LinkType.ETHERNET;
            case ARPHRD_NONE, ARPHRD_RAWIP -> LinkType.RAW;
            default ->
                    throw new CaptureOpenException(
                            Reason.NOT_SUPPORTED,
                            ("interface '%s' has link layer ARPHRD %d, which the ring source does not"
                                            + " read; use the pcap source")
                                    .formatted(name, hardwareType));
        };
    }

    /// A loopback interface sees each frame twice.
    private boolean ignoresOutgoing() {
        return settings.direction() == Direction.IN
                || settings.direction() == Direction.BOTH
                        && watches.stream()
                                .anyMatch(w ->
                                        (devices.flags(w.name()) & NetDevices.IFF_LOOPBACK) != 0);
    }

    private void noteIndex(int index, int place) {
        indexes = Arrays.copyOf(indexes, indexes.length + 1);
        places = Arrays.copyOf(places, places.length + 1);
        indexes[indexes.length - 1] = index;
        places[places.length - 1] = place;
    }

    /// @param group null for a ring that has its interface to itself
    private void attach(FanoutGroup group) throws CaptureOpenException {
        bindTo(bound ? watches.getFirst().index() : ALL_INTERFACES);
        int returned = group == null ? 0 : group.join(socket);
        if (returned < 0) {
            throw unsupported("PACKET_FANOUT", returned);
        }
        for (InterfaceWatch watch : watches) {
            addPromiscuousMembership(watch.index());
        }
    }

    private void attachFilter() throws CaptureOpenException {
        int[] wanted =
                bound
                        ? new int[0]
                        : watches.stream()
                                .mapToInt(InterfaceWatch::index)
                                .filter(index -> index != NetDevices.NONE)
                                .toArray();
        try (Arena confined = Arena.ofConfined()) {
            attach(
                    !bound && wanted.length == 0
                            ? SocketFilter.nothing(confined)
                            : SocketFilter.assemble(
                                    confined,
                                    wanted,
                                    expression,
                                    settings.snaplen(),
                                    settings.direction()));
        }
    }

    private void attach(MemorySegment program) throws CaptureOpenException {
        int returned = Libc.setsockopt(socket, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, program);
        if (returned < 0) {
            throw unsupported(
                    "the kernel refused the filter '%s' (%d instructions)"
                            .formatted(settings.filter(), SocketFilter.length(program)),
                    returned);
        }
    }

    /// `struct tpacket_req3`: block size, blocks, frame size, frames, block timeout, private bytes,
    /// features.
    private void mapRing() throws CaptureOpenException {
        int blockBytes = settings.blockBytes();
        int blocks = settings.ringBytes() / blockBytes;
        MemorySegment request =
                arena.allocateFrom(
                        JAVA_INT,
                        blockBytes,
                        blocks,
                        TP_FRAME_SIZE,
                        blockBytes / TP_FRAME_SIZE * blocks,
                        settings.blockTimeoutMillis(),
                        0,
                        TP_FT_REQ_FILL_RXHASH);
        long returned = Libc.setsockopt(socket, Libc.SOL_PACKET, PACKET_RX_RING, request);
        if (returned >= 0) {
            returned =
                    Libc.mmap(settings.ringBytes(), Libc.PROT_READ_WRITE, Libc.MAP_SHARED, socket);
        }
        if (returned == -Libc.ENOMEM) {
            throw new CaptureOpenException(
                    Reason.NO_MEMORY,
                    "no memory for a capture ring of %d bytes; take a smaller one"
                            .formatted(settings.ringBytes()));
        }
        if (returned < 0) {
            throw unsupported("PACKET_RX_RING", (int) returned);
        }
        ring = mapped(returned);
    }

    @SuppressWarnings("restricted")
    private MemorySegment mapped(long address) {
        return MemorySegment.ofAddress(address)
                .reinterpret(settings.ringBytes(), arena, Libc::munmap);
    }

    private void openWakeup() throws CaptureOpenException {
        wakeup = Libc.eventfd(0, Libc.EFD_NONBLOCK_CLOEXEC);
        if (wakeup < 0) {
            throw unsupported("eventfd", wakeup);
        }
        setPollfd(0, socket);
        setPollfd(8, wakeup);
    }

    private void setPollfd(int offset, int fd) {
        pollfds.set(JAVA_INT, offset, fd);
        pollfds.set(JAVA_SHORT, offset + 4, Libc.POLLIN);
    }

    /// `struct sockaddr_ll`: family, protocol, interface index. An interface that is down is taken
    /// too: its frames come when it is up.
    private void bindTo(int index) throws CaptureOpenException {
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment address = confined.allocate(20, 4);
            address.set(JAVA_SHORT, 0, (short) Libc.AF_PACKET);
            address.set(JAVA_SHORT, 2, ETH_P_ALL_BIG_ENDIAN);
            address.set(JAVA_INT, 4, index);
            int returned = Libc.bind(socket, address);
            if (returned < 0) {
                throw unsupported("bind", returned);
            }
        }
    }

    /// `struct packet_mreq`; the kernel takes the membership back when the socket is closed.
    private void addPromiscuousMembership(int index) throws CaptureOpenException {
        if (!settings.promiscuous()) {
            return;
        }
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment membership = confined.allocate(16, 4);
            membership.set(JAVA_INT, 0, index);
            membership.set(JAVA_SHORT, 4, (short) PACKET_MR_PROMISC);
            int returned =
                    Libc.setsockopt(socket, Libc.SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership);
            if (returned < 0) {
                throw unsupported("PACKET_ADD_MEMBERSHIP", returned);
            }
        }
    }

    private void setOption(int option, String name, int value) throws CaptureOpenException {
        int returned =
                Libc.setsockopt(
                        socket, Libc.SOL_PACKET, option, arena.allocateFrom(JAVA_INT, value));
        if (returned < 0) {
            throw unsupported(name, returned);
        }
    }

    private CaptureOpenException unsupported(String what, int errno) {
        return new CaptureOpenException(
                Reason.NOT_SUPPORTED,
                "capture ring on '%s': %s: %s"
                        .formatted(settings.interfaceName(), what, Libc.strerror(errno)));
    }

    @Override
    public int poll(FrameHandler handler, int limit) throws IOException {
        if (closed) {
            return END;
        }
        long nowNanos = System.nanoTime();
        if (nowNanos - lookDueNanos >= 0) {
            lookDueNanos = nowNanos + LOOK_NANOS;
            lookAtInterfaces();
        }
        if (!openBlock() && !spinForBlock(nowNanos)) {
            await();
        }
        int handed = 0;
        while (handed < limit && openBlock()) {
            handed = handOver(handler, handed, limit);
        }
        return handed;
    }

    /// Looks for a block without giving the CPU away, for as long as the settings allow.
    private boolean spinForBlock(long sinceNanos) {
        long mostNanos = TimeUnit.MICROSECONDS.toNanos(settings.busyPollMicros());
        while (!interrupted && System.nanoTime() - sinceNanos < mostNanos) {
            if (openBlock()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /// The kernel itself starts and stops a bound socket as its interface goes up and down, and a
    /// new name changes nothing. One that was made again has another index.
    private void lookAtInterfaces() throws IOException {
        for (int place = 0; place < watches.size(); place++) {
            if (watches.get(place).cameBack()) {
                takeBack(watches.get(place), place);
            }
        }
    }

    private synchronized void takeBack(InterfaceWatch watch, int place) throws IOException {
        int type = linkTypeOf(watch.name());
        if (type != linkType) {
            throw new IOException(
                    "interface '%s' came back with another link layer".formatted(watch.name()));
        }
        noteIndex(watch.index(), place);
        missedAtLastReading[place] = 0;
        if (bound) {
            bindTo(watch.index());
        } else {
            attachFilter();
        }
        addPromiscuousMembership(watch.index());
    }

    /// Makes sure that the view stands in a block with frames; false if the kernel has none ready.
    private boolean openBlock() {
        while (!block.hasNext()) {
            giveBackBlock();
            if (!block.wrap(ring, blockOffset)) {
                return false;
            }
            blockHeld = true;
        }
        return true;
    }

    private void giveBackBlock() {
        if (blockHeld) {
            block.giveBack();
            blockHeld = false;
            blockOffset += settings.blockBytes();
            if (blockOffset == ring.byteSize()) {
                blockOffset = 0;
            }
        }
    }

    private int handOver(FrameHandler handler, int handedBefore, int limit) {
        int handed = handedBefore;
        while (handed < limit && block.hasNext()) {
            block.next();
            handed++;
            place();
            handler.onFrame(frame);
        }
        if (!block.hasNext()) {
            giveBackBlock();
        }
        return handed;
    }

    private void place() {
        if (frame.bytes != ring) {
            // Storing a reference makes the collector's barrier part of it.
            frame.bytes = ring;
        }
        frame.start = block.start();
        frame.lengthCaptured = block.lengthCaptured();
        frame.lengthOnWire = block.lengthOnWire();
        frame.arrivalNanos = block.arrivalNanos();
        frame.linkType = linkType;
        frame.packetType = block.packetType();
        frame.rxHash = block.rxHash();
        frame.interfaceId = watches.size() == 1 ? 0 : placeOf(block.interfaceIndex());
        if ((block.status() & TpacketV3BlockView.TP_STATUS_VLAN_VALID) != 0
                && linkType == LinkType.ETHERNET
                && frame.lengthCaptured >= MAC_ADDRESSES_BYTES) {
            putVlanTagBack();
        }
    }

    private int placeOf(int index) {
        int i = indexes.length - 1;
        while (i > 0 && indexes[i] != index) {
            i--;
        }
        return places[i];
    }

    /// Moves both MAC addresses into the room that PACKET_RESERVE made before the frame, and writes
    /// the tag behind them.
    private void putVlanTagBack() {
        long start = frame.start - VLAN_TAG_BYTES;
        MemorySegment.copy(ring, frame.start, ring, start, MAC_ADDRESSES_BYTES);
        int tpid =
                (block.status() & TpacketV3BlockView.TP_STATUS_VLAN_TPID_VALID) != 0
                        ? block.vlanTpid()
                        : ETH_P_8021Q;
        ring.set(NETWORK_SHORT, start + MAC_ADDRESSES_BYTES, (short) tpid);
        ring.set(NETWORK_SHORT, start + MAC_ADDRESSES_BYTES + 2, (short) block.vlanTci());
        frame.start = start;
        frame.lengthOnWire += VLAN_TAG_BYTES;
        frame.lengthCaptured = Math.min(frame.lengthCaptured + VLAN_TAG_BYTES, settings.snaplen());
    }

    private void await() {
        int returned = Libc.poll(pollfds, interrupted ? 0 : LONGEST_WAIT_MILLIS);
        interrupted = false;
        if (returned <= 0) {
            return;
        }
        if ((pollfds.get(JAVA_SHORT, 8 + 6) & Libc.POLLIN) != 0) {
            Libc.read(wakeup, wakeupCount);
        }
        if ((pollfds.get(JAVA_SHORT, 6) & Libc.POLLERR) != 0) {
            takeSocketError();
        }
    }

    /// The interface went down or was removed. The error would wake up every wait until it is taken
    /// off the socket (SO_ERROR); what became of the interface is then looked at.
    private synchronized void takeSocketError() {
        optionLength.set(JAVA_INT, 0, 4);
        Libc.getsockopt(socket, Libc.SOL_SOCKET, Libc.SO_ERROR, optionValue, optionLength);
        lookDueNanos = System.nanoTime();
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return watches.stream()
                .map(watch -> new CaptureInterface(watch.name(), linkType, settings.snaplen()))
                .toList();
    }

    /// `received` counts frames that passed the filter, with those that the ring had no room for,
    /// and with those that [#poll] has not handed over yet.
    @Override
    public synchronized SourceStatistics statistics() {
        if (!closed) {
            readStatistics();
        }
        return new SourceStatistics(received, dropped, interfaceDropped, freezes, 0, 0, null);
    }

    /// `struct tpacket_stats_v3`: tp_packets (with the dropped ones), tp_drops, tp_freeze_q_cnt.
    /// The kernel starts again from zero after each reading.
    private void readStatistics() {
        optionLength.set(JAVA_INT, 0, 12);
        int returned =
                Libc.getsockopt(
                        socket, Libc.SOL_PACKET, PACKET_STATISTICS, optionValue, optionLength);
        if (returned >= 0) {
            received += Integer.toUnsignedLong(optionValue.get(JAVA_INT, 0));
            dropped += Integer.toUnsignedLong(optionValue.get(JAVA_INT, 4));
            freezes += Integer.toUnsignedLong(optionValue.get(JAVA_INT, 8));
        }
        for (int place = 0; place < watches.size(); place++) {
            long missed = InterfaceCounters.read(watches.get(place).name()).missed();
            // An interface that is gone has no counters any more: what was counted stands.
            interfaceDropped += Math.max(0, missed - missedAtLastReading[place]);
            missedAtLastReading[place] = Math.max(missed, missedAtLastReading[place]);
        }
    }

    @Override
    public synchronized void interrupt() {
        if (!closed) {
            interrupted = true;
            Libc.write(wakeup, one);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        readStatistics();
        closed = true;
        closeIfOpen(wakeup);
        arena.close();
        closeIfOpen(socket);
    }

    private static void closeIfOpen(int fd) {
        if (fd >= 0) {
            Libc.close(fd);
        }
    }
}
