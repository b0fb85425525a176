package headgate.capture.libpcap;

import headgate.capture.CaptureFilter;
import headgate.capture.CaptureInterface;
import headgate.capture.CaptureInterfaces;
import headgate.capture.CaptureOpenException;
import headgate.capture.CaptureOpenException.Reason;
import headgate.capture.FrameHandler;
import headgate.capture.FrameSource;
import headgate.capture.LiveSettings;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.SourceStatistics;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.sql.Timestamp;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
/// timeout, so that waiting is done here.
public final class LibpcapSource implements FrameSource {
    /// libpcap's pseudo-interface for all interfaces together (Linux).
    private static final String ANY = "any";

    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int DLT_RAW = 12;

    private final LiveSettings settings;
    private final PcapHandle handle;
    private final int linkType;

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

    private LibpcapSource(LiveSettings settings, PcapHandle handle) throws CaptureOpenException {
        this.settings = settings;
        this.handle = handle;
        this.sortsOut =
                settings.direction() != Direction.BOTH
                        || settings.interfaceName().equals(ANY)
                        || isLoopback(settings.interfaceName());
        try {
            handle.setBlockingMode(BlockingMode.NONBLOCKING);
            // pcap4j has no name for some link types; it then still keeps their number.
            int dataLinkType = handle.getDlt().value();
            this.linkType = dataLinkType == DLT_RAW ? LinkType.RAW : dataLinkType;
            handle.setDirection(direction(settings));
            if (!settings.filter().isBlank()) {
                handle.setFilter(settings.filter(), BpfCompileMode.OPTIMIZE);
            }
        } catch (PcapNativeException | NotOpenException e) {
            throw unsupported(settings, e);
        }
    }

    /// Opens the interface; from then on libpcap keeps frames for [#poll].
    ///
    /// @throws CaptureOpenException when this host, the interface or the permissions do not allow
    ///   it
    /// @throws CaptureFilter.SyntaxException when the filter expression is wrong
    public static LibpcapSource open(LiveSettings settings) throws CaptureOpenException {
        CaptureFilter.requireLibpcap();
        String name = settings.interfaceName();
        if (!name.equals(ANY) && !CaptureInterfaces.names().contains(name)) {
            throw CaptureOpenException.noSuchInterface(name);
        }
        PcapHandle handle = activate(settings);
        try {
            if (!settings.filter().isBlank()) {
                // pcap4j's message for a wrong expression lacks the expression.
                CaptureFilter.compileLive(settings.filter(), name, settings.snaplen());
            }
            return new LibpcapSource(settings, handle);
        } catch (CaptureOpenException | RuntimeException e) {
            handle.close();
            throw e;
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
        dispatch(limit);
        if (handed == 0) {
            await();
            dispatch(limit);
        }
        return handed;
    }

    private void dispatch(int limit) throws IOException {
        try {
            handle.dispatch(limit, listener);
        } catch (InterruptedException _) {
            // breakLoop() after the handler threw.
        } catch (PcapNativeException | NotOpenException e) {
            throw new IOException(
                    "interface '%s': libpcap: %s"
                            .formatted(settings.interfaceName(), e.getMessage()),
                    e);
        }
        rethrow();
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
        return List.of(
                new CaptureInterface(settings.interfaceName(), linkType, settings.snaplen()));
    }

    /// As `pcap_stats` counts: `received` has the dropped frames in it on Linux, and those that
    /// [#poll] has not handed over yet. Where libpcap counts frames that it then leaves out,
    /// without saying how many, `received` is what was handed over and what was dropped.
    @Override
    public SourceStatistics statistics() {
        synchronized (statisticsLock) {
            if (!closed) {
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
            readStatistics();
            closed = true;
            handle.close();
        }
    }
}
