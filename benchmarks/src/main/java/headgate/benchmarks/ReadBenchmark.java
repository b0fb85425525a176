package headgate.benchmarks;

import com.sun.management.ThreadMXBean;
import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.file.CaptureReader;
import headgate.packet.file.PcapngWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.TimestampPrecision;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.Pcaps;
import org.pcap4j.core.RawPacketListener;

/// What it costs to read a capture file and decode its frames: CPU time of the reading thread and
/// bytes that it allocates, per frame; beside the bare reading of the same bytes. The file itself
/// and its copy as pcapng, in turns, each from the page cache; medians over the rounds.
public final class ReadBenchmark {
    private static final int WARM_UP_ROUNDS = 3;
    private static final int ROUNDS = 9;
    private static final int BUFFER_LENGTH = 1024 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Keeps the work from being optimised away.
    private static long sum;

    private interface Work {
        /// @return frames that were read
        long run(Path file) throws IOException;
    }

    private record Cost(double[] nanos, double[] bytes) {
        Cost() {
            this(new double[ROUNDS], new double[ROUNDS]);
        }
    }

    private ReadBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        Path copy = Files.createTempFile(file.toAbsolutePath().getParent(), "copy", ".pcapng");
        try {
            long frames = copy(file, copy);
            System.out.printf("%d frames, %d bytes in %s%n", frames, Files.size(file), file);
            Map<String, Work> works = new LinkedHashMap<>();
            works.put("read the bytes", path -> readBytes(path, frames));
            works.put("read", ReadBenchmark::read);
            works.put("read + decode", ReadBenchmark::readAndDecode);
            works.put("source + decode", ReadBenchmark::pollAndDecode);
            works.put("pcap4j, not decoded", ReadBenchmark::loopPcap4j);
            measure(works, file, copy);
        } finally {
            Files.delete(copy);
        }
    }

    private static void measure(Map<String, Work> works, Path... files) throws IOException {
        Map<String, Cost> costs = new LinkedHashMap<>();
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            for (var work : works.entrySet()) {
                for (Path file : files) {
                    String name = work.getKey() + (file == files[0] ? "" : ", pcapng");
                    Cost cost = costs.computeIfAbsent(name, _ -> new Cost());
                    measure(work.getValue(), file, cost, round);
                }
            }
        }
        System.out.printf("%-26s %10s %12s%n", "", "ns/frame", "bytes/frame");
        costs.forEach((name, cost) ->
                System.out.printf(
                        "%-26s %10.1f %12.4f%n", name, median(cost.nanos), median(cost.bytes)));
        System.err.println("(sum " + sum + ")");
    }

    private static void measure(Work work, Path file, Cost cost, int round) throws IOException {
        long thread = Thread.currentThread().threadId();
        long allocated = THREADS.getThreadAllocatedBytes(thread);
        long nanos = THREADS.getCurrentThreadCpuTime();
        double frames = work.run(file);
        nanos = THREADS.getCurrentThreadCpuTime() - nanos;
        allocated = THREADS.getThreadAllocatedBytes(thread) - allocated;
        if (round >= 0) {
            cost.nanos[round] = nanos / frames;
            cost.bytes[round] = allocated / frames;
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static long readBytes(Path file, long frames) throws IOException {
        try (var channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
            while (channel.read(buffer.clear()) >= 0) {
                sum += buffer.get(0);
            }
        }
        return frames;
    }

    private static long read(Path file) throws IOException {
        long frames = 0;
        try (var reader = CaptureReader.open(FileChannel.open(file), file.toString())) {
            var frame = new Frame();
            while (reader.next(frame)) {
                sum += frame.lengthCaptured;
                frames++;
            }
        }
        return frames;
    }

    private static long readAndDecode(Path file) throws IOException {
        long frames = 0;
        try (var reader = CaptureReader.open(FileChannel.open(file), file.toString())) {
            var decoder = new FrameDecoder();
            var frame = new Frame();
            while (reader.next(frame)) {
                decoder.decode(frame);
                sum += frame.destinationPort + frame.payloadLength;
                frames++;
            }
        }
        return frames;
    }

    private static long pollAndDecode(Path file) throws IOException {
        try (FrameSource source = CaptureFileSource.open(file)) {
            var decoder = new FrameDecoder();
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                sum += frame.destinationPort + frame.payloadLength;
                            },
                            1000)
                    != FrameSource.END) {}
            return source.statistics().received();
        }
    }

    /// The cheapest way that pcap4j has to hand frames over: as arrays of bytes, in its loop.
    private static long loopPcap4j(Path file) throws IOException {
        long[] frames = new long[1];
        try (PcapHandle handle = Pcaps.openOffline(file.toString(), TimestampPrecision.NANO)) {
            handle.loop(
                    -1,
                    (RawPacketListener)
                            bytes -> {
                                sum += bytes.length;
                                frames[0]++;
                            });
        } catch (PcapNativeException | NotOpenException | InterruptedException e) {
            throw new IOException(e);
        }
        return frames[0];
    }

    private static long copy(Path file, Path target) throws IOException {
        long frames = 0;
        try (var reader = CaptureReader.open(FileChannel.open(file), file.toString());
                var writer =
                        new PcapngWriter(
                                FileChannel.open(target, StandardOpenOption.WRITE), "Headgate")) {
            writer.addInterface(reader.interfaces().getFirst());
            var frame = new Frame();
            while (reader.next(frame)) {
                writer.write(frame, 0, PcapngWriter.NO_FLAGS, null);
                frames++;
            }
        }
        return frames;
    }
}
