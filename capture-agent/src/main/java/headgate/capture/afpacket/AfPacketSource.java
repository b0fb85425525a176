package headgate.capture.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.capture.CaptureFilter;
import headgate.capture.CaptureInterface;
import headgate.capture.CaptureOpenException;
import headgate.capture.CaptureOpenException.Reason;
import headgate.capture.FrameHandler;
import headgate.capture.FrameSource;
import headgate.capture.LiveSettings;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.SourceStatistics;
import headgate.capture.host.InterfaceCounters;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Frames of one interface through a TPACKET_V3 ring.
///
/// Frames are handed over where the kernel wrote them: nothing is copied and nothing is allocated.
/// A VLAN tag that the kernel took out is put back into the frame's bytes, so that what lies behind
/// sees the frame as it was on the wire. A block goes back to the kernel when its last frame has
/// been handled.
public final class AfPacketSource implements FrameSource {
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_RESERVE = 12;
    private static final int PACKET_IGNORE_OUTGOING = 23;

    private static final int TPACKET_V3 = 2;
    private static final int PACKET_MR_PROMISC = 1;
    private static final short ETH_P_ALL_BIG_ENDIAN = Short.reverseBytes((short) 3);
    private static final int ETH_P_8021Q = 0x8100;

    private static final int IFREQ_BYTES = 40;
    private static final int IFNAMSIZ = 16;
    private static final int IFF_LOOPBACK = 8;

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

    private static final ValueLayout.OfShort NETWORK_SHORT =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final LiveSettings settings;
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
    private int linkType;
    private InterfaceCounters countersAtOpen;
    private MemorySegment ring = MemorySegment.NULL;
    private long blockOffset;
    private boolean blockHeld;

    /// Why no further frame will come (an errno), and until when frames may still lie in the block
    /// that the kernel has not handed over.
    private int failure;

    private long failureDueNanos;

    // Guarded by this; the polling thread is the one that closes.
    private long received;
    private long dropped;
    private long freezes;
    private long interfaceDropped;
    private boolean closed;

    private AfPacketSource(LiveSettings settings) {
        this.settings = settings;
    }

    /// Opens the ring; from then on the kernel keeps frames for [#poll].
    ///
    /// @throws CaptureOpenException when this host, the interface or the permissions do not allow
    ///   it
    /// @throws CaptureFilter.SyntaxException when the filter expression is wrong
    public static AfPacketSource open(LiveSettings settings) throws CaptureOpenException {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new CaptureOpenException(
                    Reason.NOT_SUPPORTED,
                    "the capture ring exists on Linux only; use the pcap source");
        }
        var source = new AfPacketSource(settings);
        try {
            source.attach();
            return source;
        } catch (CaptureOpenException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /// Binding comes last: an unbound socket gets no frames, so the first frame already meets
    /// filter, direction and ring.
    private void attach() throws CaptureOpenException {
        openSocket();
        MemorySegment ifreq = arena.allocate(IFREQ_BYTES, 8);
        int index = interfaceIndex(ifreq);
        linkType = linkTypeOf(interfaceInteger(ifreq, Libc.SIOCGIFHWADDR) & 0xffff);
        boolean loopback = (interfaceInteger(ifreq, Libc.SIOCGIFFLAGS) & IFF_LOOPBACK) != 0;

        setOption(PACKET_VERSION, "PACKET_VERSION", TPACKET_V3);
        setOption(PACKET_RESERVE, "PACKET_RESERVE", VLAN_TAG_BYTES);
        attachFilter();
        if (settings.direction() == Direction.IN
                || (loopback && settings.direction() == Direction.BOTH)) {
            setOption(PACKET_IGNORE_OUTGOING, "PACKET_IGNORE_OUTGOING", 1);
        }
        mapRing();
        openWakeup();
        countersAtOpen = InterfaceCounters.read(settings.interfaceName());
        bindTo(index);
        if (settings.promiscuous()) {
            addPromiscuousMembership(index);
        }
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

    private int interfaceIndex(MemorySegment ifreq) throws CaptureOpenException {
        byte[] name = settings.interfaceName().getBytes(UTF_8);
        if (name.length >= IFNAMSIZ) {
            throw CaptureOpenException.noSuchInterface(settings.interfaceName());
        }
        MemorySegment.copy(name, 0, ifreq, JAVA_BYTE, 0, name.length);
        return interfaceInteger(ifreq, Libc.SIOCGIFINDEX);
    }

    private int interfaceInteger(MemorySegment ifreq, int request) throws CaptureOpenException {
        int returned = Libc.ioctl(socket, request, ifreq);
        if (returned == -Libc.ENODEV || returned == -Libc.ENXIO) {
            throw CaptureOpenException.noSuchInterface(settings.interfaceName());
        }
        if (returned < 0) {
            throw unsupported("ioctl " + Integer.toHexString(request), returned);
        }
        return ifreq.get(JAVA_INT, IFNAMSIZ);
    }

    /// A raw packet socket hands over frames with the link-layer header of their device: `ARPHRD_…`
    /// of if_arp.h names it.
    private int linkTypeOf(int hardwareType) throws CaptureOpenException {
        return switch (hardwareType) {
            case ARPHRD_ETHER, ARPHRD_LOOPBACK -> LinkType.ETHERNET;
            case ARPHRD_NONE, ARPHRD_RAWIP -> LinkType.RAW;
            default ->
                    throw new CaptureOpenException(
                            Reason.NOT_SUPPORTED,
                            ("interface '%s' has link layer ARPHRD %d, which the ring source does not"
                                            + " read; use the pcap source")
                                    .formatted(settings.interfaceName(), hardwareType));
        };
    }

    private void attachFilter() throws CaptureOpenException {
        MemorySegment expression =
                settings.filter().isBlank()
                        ? MemorySegment.NULL
                        : CaptureFilter.compileLive(
                                        settings.filter(),
                                        settings.interfaceName(),
                                        settings.snaplen())
                                .instructions();
        MemorySegment program =
                SocketFilter.assemble(arena, expression, settings.snaplen(), settings.direction());
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

    /// `struct sockaddr_ll`: family, protocol, interface index.
    private void bindTo(int index) throws CaptureOpenException {
        MemorySegment address = arena.allocate(20, 4);
        address.set(JAVA_SHORT, 0, (short) Libc.AF_PACKET);
        address.set(JAVA_SHORT, 2, ETH_P_ALL_BIG_ENDIAN);
        address.set(JAVA_INT, 4, index);
        int returned = Libc.bind(socket, address);
        if (returned == -Libc.ENODEV) {
            throw CaptureOpenException.noSuchInterface(settings.interfaceName());
        }
        if (returned < 0) {
            throw unsupported("bind", returned);
        }
        // Binding to an interface that is down succeeds, and leaves this error on the socket.
        if (socketError() == Libc.ENETDOWN) {
            throw CaptureOpenException.interfaceDown(settings.interfaceName());
        }
    }

    /// `struct packet_mreq`; the kernel takes the membership back when the socket is closed.
    private void addPromiscuousMembership(int index) throws CaptureOpenException {
        MemorySegment membership = arena.allocate(16, 4);
        membership.set(JAVA_INT, 0, index);
        membership.set(JAVA_SHORT, 4, (short) PACKET_MR_PROMISC);
        int returned = Libc.setsockopt(socket, Libc.SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership);
        if (returned < 0) {
            throw unsupported("PACKET_ADD_MEMBERSHIP", returned);
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
        if (!openBlock()) {
            await();
            if (!openBlock()) {
                failIfOver();
                return 0;
            }
        }
        int handed = 0;
        while (handed < limit && openBlock()) {
            handed = handOver(handler, handed, limit);
        }
        return handed;
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
        frame.bytes = ring;
        frame.start = block.start();
        frame.lengthCaptured = block.lengthCaptured();
        frame.lengthOnWire = block.lengthOnWire();
        frame.arrivalNanos = block.arrivalNanos();
        frame.linkType = linkType;
        frame.interfaceId = 0;
        if ((block.status() & TpacketV3BlockView.TP_STATUS_VLAN_VALID) != 0
                && linkType == LinkType.ETHERNET
                && frame.lengthCaptured >= MAC_ADDRESSES_BYTES) {
            putVlanTagBack();
        }
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
        int returned = Libc.poll(pollfds, LONGEST_WAIT_MILLIS);
        if (returned <= 0) {
            return;
        }
        if ((pollfds.get(JAVA_SHORT, 8 + 6) & Libc.POLLIN) != 0) {
            Libc.read(wakeup, wakeupCount);
        }
        if ((pollfds.get(JAVA_SHORT, 6) & Libc.POLLERR) != 0) {
            noteFailure();
        }
    }

    /// The kernel still hands over the block that it was filling, within the block timeout.
    private void noteFailure() {
        int error = socketError();
        if (error != 0 && failure == 0) {
            failure = error;
            failureDueNanos =
                    System.nanoTime()
                            + TimeUnit.MILLISECONDS.toNanos(3L * settings.blockTimeoutMillis());
        }
    }

    private void failIfOver() throws IOException {
        if (failure != 0 && System.nanoTime() - failureDueNanos >= 0) {
            throw new IOException(
                    "interface '%s': %s"
                            .formatted(
                                    settings.interfaceName(),
                                    failure == Libc.ENETDOWN
                                            ? "went down or was removed"
                                            : Libc.strerror(failure)));
        }
    }

    /// SO_ERROR: the socket's pending error as an errno, taken off it.
    private synchronized int socketError() {
        optionLength.set(JAVA_INT, 0, 4);
        int returned =
                Libc.getsockopt(socket, Libc.SOL_SOCKET, Libc.SO_ERROR, optionValue, optionLength);
        return returned < 0 ? -returned : optionValue.get(JAVA_INT, 0);
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return List.of(
                new CaptureInterface(settings.interfaceName(), linkType, settings.snaplen()));
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
        long missed = InterfaceCounters.read(settings.interfaceName()).missed();
        // An interface that is gone has no counters any more: what was counted stands.
        interfaceDropped = Math.max(interfaceDropped, missed - countersAtOpen.missed());
    }

    @Override
    public synchronized void interrupt() {
        if (!closed) {
            Libc.write(wakeup, one);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        if (countersAtOpen != null) {
            readStatistics();
        }
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
