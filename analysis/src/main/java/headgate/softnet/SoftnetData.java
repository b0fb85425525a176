package headgate.softnet;

import headgate.sim.QueueDepth;
import headgate.sim.ServiceQueue;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// The queues and counters of one CPU (`struct softnet_data`).
final class SoftnetData {
    /// The backlog's index among [#napis].
    static final int BACKLOG = 0;

    /// Most packets that one queue of the model holds; a kernel without a bound would be out of
    /// memory about there.
    static final int QUEUE_LIMIT = 1 << 20;

    final int cpu;
    ServiceQueue inputPktQueue = new ServiceQueue(QUEUE_LIMIT);
    ServiceQueue processQueue = new ServiceQueue(QUEUE_LIMIT);
    final QueueDepth inputDepth = new QueueDepth();
    final QueueDepth processDepth = new QueueDepth();
    final BacklogNapi backlog;

    /// Every NAPI that this CPU polls; a NAPI's index is its place here.
    Napi[] napis;

    /// Whether a driver's poll is at a frame.
    final QueueDepth napiDepth = new QueueDepth();

    /// CPUs that this one has to interrupt (`rps_ipi_list`), as a mask.
    long rpsIpiList;

    /// Null unless this CPU's bit in `flow_limit_cpu_bitmap` is set.
    FlowLimit flowLimit;

    /// When the packets of the process queue came there, all at once.
    long spliceNanos;

    /// Packets that went from the input queue to the process queue in the current interval.
    long splicedPackets;

    long processed;
    long dropped;
    long timeSqueeze;
    long receivedRps;
    long flowLimitCount;

    SoftnetData(int cpu, NetCoreSysctls sysctls) {
        this.cpu = cpu;
        backlog = new BacklogNapi(this, sysctls.devWeight());
        napis = new Napi[] {backlog};
        setFlowLimit(sysctls);
    }

    /// Puts a queue of an interface among the NAPIs that this CPU polls.
    void add(DriverNapi queue) {
        queue.index = napis.length;
        napis = Arrays.copyOf(napis, napis.length + 1);
        napis[queue.index] = queue;
    }

    /// RP-13: a table is made, empty, when the bit of a CPU is turned on, and keeps its size.
    void setFlowLimit(NetCoreSysctls sysctls) {
        if (!sysctls.flowLimitCpuBitmap().contains(cpu)) {
            flowLimit = null;
        } else if (flowLimit == null) {
            flowLimit = new FlowLimit(sysctls.flowLimitTableLen());
        }
    }

    /// RP-10: over the bound, not at it, is full. The bound is unsigned, and sees the input queue
    /// alone.
    boolean isInputFull(int netdevMaxBacklog) {
        return Integer.compareUnsigned(inputPktQueue.length(), netdevMaxBacklog) > 0;
    }

    /// RP-11, RP-12: asked of the enqueuing CPU about a packet for `target`.
    boolean skbFlowLimit(SoftnetData target, int flowHash, int netdevMaxBacklog) {
        // The kernel shifts a signed int: a bound of -1 stays -1, and as unsigned is out of reach.
        if (flowLimit == null
                || Integer.compareUnsigned(target.inputPktQueue.length(), netdevMaxBacklog >> 1)
                        < 0) {
            return false;
        }
        boolean over = flowLimit.isOver(flowHash);
        flowLimitCount += over ? 1 : 0;
        return over;
    }

    void enqueue(
            long sequence, long arrivalNanos, long nowNanos, long serviceNanos, int lengthBytes) {
        inputPktQueue.add(sequence, arrivalNanos, nowNanos, serviceNanos, lengthBytes, 0);
        inputDepth.change(inputPktQueue.length(), nowNanos);
    }

    /// Only to be called while the process queue is empty.
    void spliceInputPktQueue(long nowNanos) {
        ServiceQueue empty = processQueue;
        processQueue = inputPktQueue;
        inputPktQueue = empty;
        inputDepth.change(0, nowNanos);
        processDepth.change(processQueue.length(), nowNanos);
        spliceNanos = nowNanos;
        splicedPackets += processQueue.length();
    }

    void startInterval(long nowNanos) {
        splicedPackets = 0;
        inputDepth.startInterval(nowNanos);
        processDepth.startInterval(nowNanos);
        napiDepth.startInterval(nowNanos);
    }

    SoftnetStat stat() {
        return new SoftnetStat(
                cpu,
                processed,
                dropped,
                timeSqueeze,
                receivedRps,
                flowLimitCount,
                inputPktQueue.length(),
                processQueue.length());
    }

    void save(DataOutput out) throws IOException {
        inputPktQueue.save(out);
        processQueue.save(out);
        inputDepth.save(out);
        processDepth.save(out);
        napiDepth.save(out);
        out.writeInt(backlog.weight);
        out.writeBoolean(backlog.scheduled);
        out.writeLong(rpsIpiList);
        out.writeBoolean(flowLimit != null);
        if (flowLimit != null) {
            flowLimit.save(out);
        }
        out.writeLong(spliceNanos);
        out.writeLong(splicedPackets);
        out.writeLong(processed);
        out.writeLong(dropped);
        out.writeLong(timeSqueeze);
        out.writeLong(receivedRps);
        out.writeLong(flowLimitCount);
    }

    void restore(DataInput in) throws IOException {
        inputPktQueue.restore(in);
        processQueue.restore(in);
        inputDepth.restore(in);
        processDepth.restore(in);
        napiDepth.restore(in);
        backlog.weight = in.readInt();
        backlog.scheduled = in.readBoolean();
        rpsIpiList = in.readLong();
        flowLimit = in.readBoolean() ? FlowLimit.restore(in) : null;
        spliceNanos = in.readLong();
        splicedPackets = in.readLong();
        processed = in.readLong();
        dropped = in.readLong();
        timeSqueeze = in.readLong();
        receivedRps = in.readLong();
        flowLimitCount = in.readLong();
    }
}
