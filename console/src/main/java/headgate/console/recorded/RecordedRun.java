package headgate.console.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.softnet.QueueLayer;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One run of a [RecordedCase]: every packet in the order in which it was sent, and what the kernel
/// counted.
///
/// @param preconditionsMet whether the run's own stamps prove that the experiment was what it was
///   meant to be; false also where nothing depends on that
/// @param quiet whether nothing else disturbed the run
/// @param pollsContiguous whether the expected polls stand in the log one after the other, with
///   other NAPIs' polls at most around them
/// @param busyOverheadNanos service took this much longer than it was set to; median
public record RecordedRun(
        String file,
        boolean preconditionsMet,
        boolean quiet,
        boolean pollsContiguous,
        long accepted,
        long dropped,
        long timeSqueeze,
        long receivedRps,
        long flowLimitCount,
        List<Integer> pollWorks,
        int netRxRuns,
        long busyOverheadNanos,
        Packets packets) {

    /// @param arrivalNanos from the start of the plan
    /// @param serviceSetNanos what the sender asked for; -1 if it asked for nothing
    /// @param serviceNanos what it took; 0 for packets that were dropped
    /// @param waitNanos arrival to start of service; -1 for packets that were dropped
    /// @param flow a number that tells flows apart
    public record Packets(
            long[] arrivalNanos,
            long[] serviceSetNanos,
            long[] serviceNanos,
            long[] waitNanos,
            int[] lengthBytes,
            int[] flow) {
        public int count() {
            return arrivalNanos.length;
        }

        public boolean wasDropped(int packet) {
            return waitNanos[packet] < 0;
        }

        /// Whether nobody set its service, and its end left no stamp: it went on to nftables.
        boolean isHandedOn(int packet) {
            return serviceSetNanos[packet] < 0;
        }

        long startNanos(int packet) {
            return arrivalNanos[packet] + waitNanos[packet];
        }

        long endNanos(int packet) {
            return startNanos(packet) + serviceNanos[packet];
        }
    }

    private static final long DROPPED = 0xffff_ffffL;

    /// Set service of packets that went on to nftables: nobody set it, and its end left no stamp.
    private static final long HANDED_ON = 0x7fff_ffffL;

    /// Busy waiting took this much longer than it was asked to: median over quiet runs.
    private static final long USUAL_OVERHEAD_NANOS = 64;

    public RecordedRun {
        pollWorks = List.copyOf(pollWorks);
    }

    static RecordedRun of(JsonNode json, Path file) throws IOException {
        JsonNode softnet = json.path("softnet_cpu1");
        return new RecordedRun(
                json.path("file").asText(),
                json.path("preconditions_met").asBoolean(),
                json.path("quiet").asBoolean(),
                json.path("expected_polls_contiguous_in_log").asBoolean(),
                json.path("accepted").asLong(),
                json.path("dropped").asLong(),
                softnet.path("time_squeeze").asLong(),
                softnet.path("received_rps").asLong(),
                json.path("softnet_cpu0_flow_limit_count").asLong(),
                RecordedCase.integers(json.path("poll_works")),
                json.path("net_rx_runs").asInt(),
                json.path("busy_minus_set_ns_median").asLong(),
                packets(file));
    }

    /// The profile with this run's own timings: mean time between packets in service, and median
    /// wake-up of an idle CPU.
    public SoftnetProfile calibrated(SoftnetProfile profile) {
        return profile.with("gap_ns", Long.toString(meanGapNanos()))
                .with("wakeup_ns", Long.toString(medianWakeupNanos()));
    }

    /// Lets a path live through this run's arrivals, with the service times as recorded. A packet's
    /// sequence is its place in the run. Packets that the kernel dropped would have taken what the
    /// sender asked for and the usual overhead.
    public void replay(QueueLayer path) {
        for (int i = 0; i < packets.count(); i++) {
            long serviceNanos =
                    packets.wasDropped(i)
                            ? Math.max(0, packets.serviceSetNanos[i]) + busyOverheadNanos
                            : packets.serviceNanos[i];
            path.offer(
                    i,
                    packets.arrivalNanos[i],
                    packets.lengthBytes[i],
                    packets.flow[i],
                    serviceNanos);
        }
        path.runUntilIdle();
    }

    /// The same as someone would who knows the arrivals, and what the sender asked for, but nothing
    /// of how the run went: the usual overhead, the profile's own costs.
    public void replayBlind(QueueLayer path) {
        for (int i = 0; i < packets.count(); i++) {
            long arrivalNanos = packets.arrivalNanos[i];
            if (packets.isHandedOn(i)) {
                path.offer(i, arrivalNanos, packets.lengthBytes[i], packets.flow[i]);
            } else {
                path.offer(
                        i,
                        arrivalNanos,
                        packets.lengthBytes[i],
                        packets.flow[i],
                        packets.serviceSetNanos[i] + USUAL_OVERHEAD_NANOS);
            }
        }
        path.runUntilIdle();
    }

    /// Packets that were dropped, by their place in the run.
    List<Integer> droppedPackets() {
        var dropped = new ArrayList<Integer>();
        for (int packet = 0; packet < packets.count(); packet++) {
            if (packets.wasDropped(packet)) {
                dropped.add(packet);
            }
        }
        return dropped;
    }

    /// From the end of one service to the start of the next, where the next was there already. For
    /// packets without a stamp of their end it is the whole cycle from start to start.
    public long meanGapNanos() {
        long sum = 0;
        int count = 0;
        int before = -1;
        for (int i = 0; i < packets.count(); i++) {
            if (packets.wasDropped(i)) {
                continue;
            }
            if (before >= 0 && packets.arrivalNanos[i] < packets.endNanos(before)) {
                sum += packets.startNanos(i) - packets.endNanos(before);
                count++;
            }
            before = i;
        }
        return count == 0 ? 0 : Math.max(0, sum / count);
    }

    /// Wait of packets that found the CPU idle.
    public long medianWakeupNanos() {
        long[] waits = new long[packets.count()];
        int count = 0;
        int before = -1;
        for (int i = 0; i < packets.count(); i++) {
            if (packets.wasDropped(i)) {
                continue;
            }
            if (before < 0 || packets.arrivalNanos[i] > packets.endNanos(before)) {
                waits[count++] = packets.waitNanos[i];
            }
            before = i;
        }
        Arrays.sort(waits, 0, count);
        return count == 0 ? 0 : waits[count / 2];
    }

    private static Packets packets(Path file) throws IOException {
        ByteBuffer records = CaseFiles.records(file);
        int count = records.remaining() / CaseFiles.RECORD_LENGTH;
        var packets =
                new Packets(
                        new long[count],
                        new long[count],
                        new long[count],
                        new long[count],
                        new int[count],
                        new int[count]);
        for (int i = 0; i < count; i++) {
            packets.arrivalNanos[i] = records.getLong();
            long serviceSet = Integer.toUnsignedLong(records.getInt());
            packets.serviceSetNanos[i] = serviceSet == HANDED_ON ? -1 : serviceSet;
            packets.serviceNanos[i] = Integer.toUnsignedLong(records.getInt());
            long wait = Integer.toUnsignedLong(records.getInt());
            packets.waitNanos[i] = wait == DROPPED ? -1 : wait;
            packets.lengthBytes[i] = Short.toUnsignedInt(records.getShort());
            packets.flow[i] = Short.toUnsignedInt(records.getShort());
        }
        return packets;
    }
}
