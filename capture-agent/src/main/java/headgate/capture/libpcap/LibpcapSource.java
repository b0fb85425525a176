package headgate.capture.libpcap;

import headgate.capture.CaptureFilter;
import headgate.capture.CaptureInterface;
import headgate.capture.CaptureInterfaces;
import headgate.capture.CaptureOpenException;
import headgate.capture.CaptureOpenException.Reason;
import headgate.capture.FrameHandler;
import headgate.capture.FrameSource;
import headgate.capture.FrameSources;
import headgate.capture.LiveSettings;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.LiveSettings.Timestamps;
import headgate.capture.SourceStatistics;
import headgate.capture.afpacket.InterfaceWatch;
import headgate.capture.afpacket.NetDevices;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.sql.Timestamp;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.BlockingMode;
import org.pcap4j.core.PcapHandle.PcapDirection;
import org.pcap4j.core.PcapHandle.TimestampPrecision;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.PcapStat;
import org.pcap4j.core.RawPacketListener;

/// Frames of one interface, or of `any`, through libpcap.
///
/// The handle does not block: libpcap on Linux waits without end for the first frame, whatever the
/// timeout, so that waiting is done here. When the interface is removed, the handle is closed, and
/// another one opened when there is an interface of that name again.
public final class LibpcapSource implements FrameSource {
    /// libpcap's pseudo-interface for all interfaces together (Linux).
    private static final String ANY = "any";

    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int DLT_RAW = 12;

    private final LiveSettings settings;
    private final InterfaceWatch watch;
    private final NetDevices devices;
    private final int linkType;

    /// Null while there is no such interface.
    private PcapHandle handle;

    private long lookDueNanos = System.nanoTime() + LOOK_NANOS;

    /// Whether libpcap leaves out frames that it has counted already: those of the other direction,
    /// and the second sight of frames on a loopback interface.
    private final boolean sortsOut;

    private final Frame frame = new Frame();
    private final RawPacketListener listener = this::take;
    private final Object statisticsLock = new Object();

    private FrameHandler handler;
    private int handed;
    private volatile long handedInAll;
    private Throwable thrown;
    private volatile Thread waiting;
    private volatile boolean interrupted;

    // Guarded by statisticsLock; the polling thread is the one that closes.
    private int receivedAtLastReading;
    private int droppedAtLastReading;
    private int interfaceDroppedAtLastReading;
    private long received;
    private long dropped;
    private long interfaceDropped;
    private boolean closed;

    private LibpcapSource(LiveSettings settings, PcapHandle handle, Consumer<String> notices)
            throws CaptureOpenException {
        this.settings = settings;
        this.handle = handle;
        this.devices = NetDevices.open();
        this.watch = new InterfaceWatch(devices, settings.interfaceName(), notices);
        this.sortsOut =
                settings.direction() != Direction.BOTH
                        || settings.interfaceName().equals(ANY)
                        || isLoopback(settings.interfaceName());
        try {
            this.linkType = linkType(handle);
            configure(handle, settings);
        } catch (PcapNativeException | NotOpenException e) {
            devices.close();
            throw unsupported(settings, e);
        }
    }

    private static void configure(PcapHandle handle, LiveSettings settings)
            throws PcapNativeException, NotOpenException {
        handle.setBlockingMode(BlockingMode.NONBLOCKING);
        handle.setDirection(direction(settings));
        if (!settings.filter().isBlank()) {
            handle.setFilter(settings.filter(), BpfCompileMode.OPTIMIZE);
        }
    }

    /// pcap4j has no name for some link types; it then still keeps their number.
    private static int linkType(PcapHandle handle) {
        int dataLinkType = handle.getDlt().value();
        return dataLinkType == DLT_RAW ? LinkType.RAW : dataLinkType;
    }

    /// Opens the interface; from then on libpcap keeps frames for [#poll].
    ///
    /// @throws CaptureOpenException when this host, the interface or the permissions do not allow
    ///   it
    /// @throws CaptureFilter.SyntaxException when the filter expression is wrong
    public static LibpcapSource open(LiveSettings settings) throws CaptureOpenException {
        return open(settings, _ -> {});
    }

    /// @param notices is told when the interface goes away, and when it is there again
    public static LibpcapSource open(LiveSettings settings, Consumer<String> notices)
            throws CaptureOpenException {
        CaptureFilter.requireLibpcap();
        requireNothingOfTheRing(settings);
        String name = settings.interfaceName();
        // One that the user chose may know names of its own, such as PF_RING's zc:eth0.
        boolean anyName = name.equals(ANY) || System.getProperty(FrameSources.LIBPCAP) != null;
        if (!anyName && !CaptureInterfaces.names().contains(name)) {
            throw CaptureOpenException.noSuchInterface(name);
        }
        PcapHandle handle = activate(settings);
        try {
            if (!settings.filter().isBlank()) {
                // pcap4j's message for a wrong expression lacks the expression.
                CaptureFilter.compileLive(settings.filter(), name, settings.snaplen());
            }
            return new LibpcapSource(settings, handle, notices);
        } catch (CaptureOpenException | RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    private static void requireNothingOfTheRing(LiveSettings settings) throws CaptureOpenException {
        String asked =
                settings.interfaces().size() > 1
                        ? "taps of two interfaces"
                        : settings.threads() > 1
                                ? "several threads"
                                : settings.timestamps() != Timestamps.SOFTWARE
                                        ? "hardware time stamps"
                                        : settings.busyPollMicros() > 0 ? "busy polling" : null;
        if (asked != null) {
            throw new CaptureOpenException(
                    Reason.NOT_SUPPORTED,
                    "the pcap source has no %s; use the ring source".formatted(asked));
        }
    }

    private static PcapHandle activate(LiveSettings settings) throws CaptureOpenException {
        try {
            return new PcapHandle.Builder(settings.interfaceName())
                    .snaplen(settings.snaplen())
                    .bufferSize(settings.ringBytes())
                    .timeoutMillis(settings.blockTimeoutMillis())
                    .promiscuousMode(
                            settings.promiscuous()
                                    ? PromiscuousMode.PROMISCUOUS
                                    : PromiscuousMode.NONPROMISCUOUS)
                    .timestampPrecision(TimestampPrecision.NANO)
                    .immediateMode(false)
                    .build();
        } catch (PcapNativeException e) {
            throw cannotActivate(settings, e);
        }
    }

    /// pcap4j passes on libpcap's words, not its code.
    private static CaptureOpenException cannotActivate(
            LiveSettings settings, PcapNativeException e) {
        String words = String.valueOf(e.getMessage());
        String name = settings.interfaceName();
        if (words.contains("permission") || words.contains("Operation not permitted")) {
            return CaptureOpenException.noPermission(name);
        }
        if (words.contains("not up")) {
            return CaptureOpenException.interfaceDown(name);
        }
        if (words.contains("No such device")) {
            return CaptureOpenException.noSuchInterface(name);
        }
        return unsupported(settings, e);
    }

    private static CaptureOpenException unsupported(LiveSettings settings, Exception e) {
        return new CaptureOpenException(
                Reason.NOT_SUPPORTED,
                "interface '%s': libpcap: %s".formatted(settings.interfaceName(), e.getMessage()));
    }

    private static PcapDirection direction(LiveSettings settings) {
        return switch (settings.direction()) {
            case IN -> PcapDirection.IN;
            case OUT -> PcapDirection.OUT;
            case BOTH -> PcapDirection.INOUT;
        };
    }

    private static boolean isLoopback(String name) {
        return CaptureInterfaces.list().stream()
                .anyMatch(known -> known.loopback() && known.name().equals(name));
    }

    @Override
    public int poll(FrameHandler handler, int limit) throws IOException {
        if (closed) {
            return END;
        }
        this.handler = handler;
        handed = 0;
        long nowNanos = System.nanoTime();
        if (nowNanos - lookDueNanos >= 0) {
            lookDueNanos = nowNanos + LOOK_NANOS;
            lookAtInterface();
        }
        dispatch(limit);
        if (handed == 0) {
            await();
            dispatch(limit);
        }
        return handed;
    }

    /// libpcap itself goes on when an interface goes down and up.
    private void lookAtInterface() throws IOException {
        if (!settings.interfaceName().equals(ANY) && devices.isThere()) {
            boolean back = watch.cameBack();
            if (back || handle == null && watch.index() != NetDevices.NONE) {
                reopen();
            }
        }
    }

    private void reopen() throws IOException {
        closeHandle();
        try {
            PcapHandle opened = activate(settings);
            synchronized (statisticsLock) {
                handle = opened;
            }
            configure(opened, settings);
        } catch (CaptureOpenException e) {
            if (e.reason() != Reason.INTERFACE_DOWN && e.reason() != Reason.NO_SUCH_INTERFACE) {
                throw e;
            }
            return; // Not yet.
        } catch (PcapNativeException | NotOpenException e) {
            throw unsupported(settings, e);
        }
        if (linkType(handle) != linkType) {
            throw new IOException(
                    "interface '%s' came back with another link layer"
                            .formatted(settings.interfaceName()));
        }
    }

    private void closeHandle() {
        synchronized (statisticsLock) {
            if (handle != null) {
                readStatistics();
                handle.close();
                handle = null;
                receivedAtLastReading = 0;
                droppedAtLastReading = 0;
                interfaceDroppedAtLastReading = 0;
            }
        }
    }

    private void dispatch(int limit) throws IOException {
        if (handle == null) {
            return;
        }
        try {
            handle.dispatch(limit, listener);
        } catch (InterruptedException _) {
            // breakLoop() after the handler threw.
        } catch (PcapNativeException | NotOpenException e) {
            giveUpHandle(e);
        }
        rethrow();
    }

    /// libpcap's handle is of no more use when its interface was removed; without an interface that
    /// may come back, that is the end.
    private void giveUpHandle(Exception reason) throws IOException {
        if (settings.interfaceName().equals(ANY)
                || !devices.isThere()
                || devices.name(watch.index()) != null) {
            throw new IOException(
                    "interface '%s': libpcap: %s"
                            .formatted(settings.interfaceName(), reason.getMessage()),
                    reason);
        }
        closeHandle();
    }

    /// What the handler throws must not travel through libpcap's frames on the stack: it is kept
    /// until the dispatch has returned.
    private void take(byte[] bytes) {
        if (thrown != null) {
            return;
        }
        handed++;
        handedInAll++;
        place(bytes);
        try {
            handler.onFrame(frame);
        } catch (Throwable e) {
            thrown = e;
            breakLoop();
        }
    }

    private void place(byte[] bytes) {
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.start = 0;
        frame.lengthCaptured = bytes.length;
        frame.lengthOnWire = handle.getOriginalLength();
        Timestamp time = handle.getTimestamp();
        frame.arrivalNanos =
                Math.floorDiv(time.getTime(), 1000L) * 1_000_000_000L + time.getNanos();
        frame.linkType = linkType;
        frame.packetType = -1;
        frame.interfaceId = 0;
    }

    private void breakLoop() {
        try {
            handle.breakLoop();
        } catch (NotOpenException e) {
            throw new AssertionError("a handle that dispatches is open", e);
        }
    }

    private void rethrow() {
        if (thrown != null) {
            Throwable toThrow = thrown;
            thrown = null;
            switch (toThrow) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new AssertionError(toThrow);
            }
        }
    }

    /// Frames come a block at a time, so that looking again once per block timeout loses no time.
    private void await() {
        waiting = Thread.currentThread();
        if (!interrupted) {
            long nanos = TimeUnit.MILLISECONDS.toNanos(settings.blockTimeoutMillis());
            LockSupport.parkNanos(this, Math.min(nanos, LONGEST_WAIT_NANOS));
        }
        waiting = null;
        interrupted = false;
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return List.of(new CaptureInterface(watch.name(), linkType, settings.snaplen()));
    }

    /// As `pcap_stats` counts: `received` has the dropped frames in it on Linux, and those that
    /// [#poll] has not handed over yet. Where libpcap counts frames that it then leaves out,
    /// without saying how many, `received` is what was handed over and what was dropped.
    @Override
    public SourceStatistics statistics() {
        synchronized (statisticsLock) {
            if (handle != null) {
                readStatistics();
            }
            long counted = sortsOut ? handedInAll + dropped : received;
            return new SourceStatistics(counted, dropped, interfaceDropped, 0, 0, 0, null);
        }
    }

    /// libpcap counts in 32 bits.
    private void readStatistics() {
        PcapStat now;
        try {
            now = handle.getStats();
        } catch (PcapNativeException | NotOpenException _) {
            return; // The interface is gone: what was counted stands.
        }
        int receivedNow = (int) now.getNumPacketsReceived();
        int droppedNow = (int) now.getNumPacketsDropped();
        int interfaceDroppedNow = (int) now.getNumPacketsDroppedByIf();
        received += Integer.toUnsignedLong(receivedNow - receivedAtLastReading);
        dropped += Integer.toUnsignedLong(droppedNow - droppedAtLastReading);
        interfaceDropped +=
                Integer.toUnsignedLong(interfaceDroppedNow - interfaceDroppedAtLastReading);
        receivedAtLastReading = receivedNow;
        droppedAtLastReading = droppedNow;
        interfaceDroppedAtLastReading = interfaceDroppedNow;
    }

    @Override
    public void interrupt() {
        interrupted = true;
        LockSupport.unpark(waiting);
    }

    @Override
    public void close() {
        synchronized (statisticsLock) {
            if (closed) {
                return;
            }
            closeHandle();
            closed = true;
            devices.close();
        }
    }
}
