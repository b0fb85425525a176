package headgate.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.sun.management.ThreadMXBean;
import headgate.capture.FrameHandler;
import headgate.capture.FrameSource;
import headgate.capture.LiveSettings;
import headgate.capture.SourceStatistics;
import headgate.capture.afpacket.AfPacketSource;
import headgate.capture.libpcap.LibpcapSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What taking frames from an interface costs the thread that takes them; `live-capture.sh` runs it
/// on both ends of a veth pair.
public final class LiveBenchmark {
    private static final long QUIET_NANOS = 1_000_000_000;

    /// Bursts that the median leaves out: what a capture of days costs is asked, and four million
    /// frames are compiled code.
    private static final int WARM_UP = 8;

    private LiveBenchmark() {}

    /// @param arguments `send ADDRESS BURSTS FRAMES`, or `receive ring|pcap INTERFACE BURSTS
    ///   READY`; a line is written to READY when the interface is open
    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "send" ->
                    send(
                            arguments[1],
                            Integer.parseInt(arguments[2]),
                            Integer.parseInt(arguments[3]));
            case "receive" ->
                    receive(
                            arguments[1],
                            arguments[2],
                            Integer.parseInt(arguments[3]),
                            Path.of(arguments[4]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /// Bursts of frames of 64 bytes, as fast as one thread can, with silence between them.
    private static void send(String address, int bursts, int frames)
            throws IOException, InterruptedException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.connect(new InetSocketAddress(address, 5001));
            ByteBuffer payload = ByteBuffer.allocateDirect(22);
            for (int burst = 0; burst < bursts; burst++) {
                Thread.sleep(2000);
                long from = System.nanoTime();
                for (int i = 0; i < frames; i++) {
                    channel.write(payload.clear());
                }
                double seconds = (System.nanoTime() - from) / 1e9;
                System.out.printf("# sent %d at %.0f k/s%n", frames, frames / seconds / 1e3);
            }
        }
    }

    private static void receive(String kind, String interfaceName, int bursts, Path ready)
            throws IOException {
        LiveSettings settings =
                LiveSettings.of(interfaceName)
                        .with(draft -> draft.direction = LiveSettings.Direction.IN);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] sum = new long[1];
        FrameHandler handler =
                frame -> {
                    byte first = frame.bytes.get(JAVA_BYTE, frame.start);
                    byte last = frame.bytes.get(JAVA_BYTE, frame.start + frame.lengthCaptured - 1);
                    sum[0] +=
                            frame.lengthCaptured
                                    + frame.lengthOnWire
                                    + frame.arrivalNanos
                                    + first
                                    + last;
                };
        List<Double> nanosPerFrame = new ArrayList<>();
        try (FrameSource source =
                kind.equals("ring")
                        ? AfPacketSource.open(settings)
                        : LibpcapSource.open(settings)) {
            Files.writeString(ready, "open\n");
            long handedInAll = 0;
            double bytesPerFrame = 0;
            for (int burst = 0; burst < bursts; burst++) {
                long handed = 0;
                long cpuNanos = 0;
                long bytes = 0;
                long lastFrame = 0;
                while (handed == 0 || System.nanoTime() - lastFrame < QUIET_NANOS) {
                    long cpuBefore = threads.getCurrentThreadCpuTime();
                    long bytesBefore = threads.getCurrentThreadAllocatedBytes();
                    int polled = 0;
                    for (int i = 0; i < 100; i++) {
                        int once = source.poll(handler, 1000);
                        polled += once;
                        if (once == 0) {
                            break;
                        }
                    }
                    if (polled > 0) {
                        handed += polled;
                        cpuNanos += threads.getCurrentThreadCpuTime() - cpuBefore;
                        bytes += threads.getCurrentThreadAllocatedBytes() - bytesBefore;
                        lastFrame = System.nanoTime();
                    }
                }
                handedInAll += handed;
                nanosPerFrame.add((double) cpuNanos / handed);
                bytesPerFrame = (double) bytes / handed;
            }
            SourceStatistics statistics = source.statistics();
            double[] sorted =
                    nanosPerFrame.stream().skip(WARM_UP).mapToDouble(d -> d).sorted().toArray();
            System.out.printf(
                    "%-5s handed over %d, received %d, dropped %d; CPU ns a frame: median %.1f,"
                            + " each %s; last burst %.1f bytes allocated a frame%n",
                    kind,
                    handedInAll,
                    statistics.received(),
                    statistics.dropped(),
                    sorted[sorted.length / 2],
                    Arrays.toString(nanosPerFrame.stream().mapToLong(Math::round).toArray()),
                    bytesPerFrame);
            if (sum[0] == 0) {
                throw new IllegalStateException("no frame had a time");
            }
        }
    }
}
