package headgate.softnet;

import headgate.sim.QueueDepth;
import headgate.sim.ServiceQueue;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The backlog of the CPU of a 2.6.12 kernel (`struct softnet_data`), with the rules of `netif_rx`.
final class SoftnetData26 {
    /// `avg_blog` of a CPU that has seen nothing.
    private static final int FIRST_AVG_BLOG = 10;

    final ServiceQueue inputPktQueue = new ServiceQueue(SoftnetData.QUEUE_LIMIT);
    final QueueDepth inputDepth = new QueueDepth();

    private boolean throttle;
    private int avgBlog = FIRST_AVG_BLOG;

    long total;
    long dropped;
    long timeSqueeze;
    long throttled;
    long processed;

    /// OP-10 to OP-14: counts the packet and says whether it is to be enqueued.
    boolean netifRx(int netdevMaxBacklog) {
        total++;
        int qlen = inputPktQueue.length();
        if (qlen > netdevMaxBacklog) {
            throttled += throttle ? 0 : 1;
            throttle = true;
        }
        if (qlen > netdevMaxBacklog || qlen > 0 && throttle) {
            dropped++;
            return false;
        }
        if (qlen == 0) {
            throttle = false;
        }
        return true;
    }

    void enqueue(long sequence, long nowNanos, long serviceNanos, int lengthBytes) {
        inputPktQueue.add(sequence, nowNanos, serviceNanos, lengthBytes);
        inputDepth.change(inputPktQueue.length(), nowNanos);
        getSampleStats();
    }

    /// OP-15: both halves are truncated; the queue's length includes the new packet.
    private void getSampleStats() {
        avgBlog = (avgBlog >> 1) + (inputPktQueue.length() >> 1);
    }

    void removeHead(long nowNanos) {
        inputPktQueue.removeHead();
        inputDepth.change(inputPktQueue.length(), nowNanos);
    }

    /// OP-13: `process_backlog` found the queue empty.
    void unthrottle() {
        throttle = false;
    }

    boolean isThrottled() {
        return throttle;
    }

    int avgBlog() {
        return avgBlog;
    }

    CongestionLevel congestionLevel() {
        return CongestionLevel.of(avgBlog);
    }

    SoftnetStat26 stat() {
        return new SoftnetStat26(0, processed, total, dropped, timeSqueeze, throttled);
    }

    void save(DataOutput out) throws IOException {
        inputPktQueue.save(out);
        inputDepth.save(out);
        out.writeBoolean(throttle);
        out.writeInt(avgBlog);
        out.writeLong(total);
        out.writeLong(dropped);
        out.writeLong(timeSqueeze);
        out.writeLong(throttled);
        out.writeLong(processed);
    }

    void restore(DataInput in) throws IOException {
        inputPktQueue.restore(in);
        inputDepth.restore(in);
        throttle = in.readBoolean();
        avgBlog = in.readInt();
        total = in.readLong();
        dropped = in.readLong();
        timeSqueeze = in.readLong();
        throttled = in.readLong();
        processed = in.readLong();
    }
}
