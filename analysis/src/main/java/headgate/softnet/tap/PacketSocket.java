package headgate.softnet.tap;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// An AF_PACKET socket without a ring: `packet_rcv` puts packets on the socket's receive queue, the
/// reader takes one by each `recvfrom`.
final class PacketSocket extends Tap {
    /// Usable bytes of the allocator's buckets for an skb's head: 576, 1024, 2048, 4096 and 8192,
    /// less 320 for `skb_shared_info` and 16 of headroom.
    private static final int[] BUCKETS = {576, 1024, 2048, 4096, 8192};

    private static final int BUCKET_OVERHEAD = 336;

    /// `sizeof(struct sk_buff)` as the allocator rounds it.
    private static final int SKB_SIZE = 256;

    /// Frames above this length lie in pages.
    private static final int LINEAR_MAX = 4079;

    private static final int PAGE_SIZE = 4096;
    private static final int ETH_HLEN = 14;

    private final long skRcvbuf;
    private long skRmemAlloc;

    PacketSocket(TapSettings settings) {
        super(settings);
        skRcvbuf = settings.socket().skRcvbuf();
    }

    /// TP-10: the new packet's own size is not asked, so the last one may go beyond the bound.
    @Override
    boolean admit(long nowNanos, int lengthBytes) {
        if (skRmemAlloc >= skRcvbuf) {
            return false;
        }
        skRmemAlloc += charge(lengthBytes);
        return true;
    }

    @Override
    void admitted(long nowNanos) {
        wakeReader(nowNanos);
    }

    @Override
    int fetch(long nowNanos) {
        return Math.min(1, queued());
    }

    @Override
    void taken(int lengthBytes) {
        skRmemAlloc -= charge(lengthBytes);
    }

    private int charge(int lengthBytes) {
        int fixed = settings().socket().truesize();
        return fixed == 0 ? truesize(lengthBytes) : fixed;
    }

    /// TP-11: what a frame of that length is charged with, as measured for frames of an AF_PACKET
    /// sender over veth. The snap length does not lower it.
    static int truesize(int lengthBytes) {
        if (lengthBytes > LINEAR_MAX) {
            return pagedTruesize(lengthBytes);
        }
        int bucket = 0;
        while (lengthBytes > BUCKETS[bucket] - BUCKET_OVERHEAD) {
            bucket++;
        }
        return BUCKETS[bucket] + SKB_SIZE;
    }

    /// `packet_alloc_skb`: the header in the smallest bucket, the rest in pages.
    private static int pagedTruesize(int lengthBytes) {
        int pages = Math.ceilDiv(lengthBytes - ETH_HLEN, PAGE_SIZE);
        return BUCKETS[0] + SKB_SIZE + pages * PAGE_SIZE;
    }

    @Override
    TapStat stat(long accepted, long dropped) {
        return new TapStat(TapKind.RCVBUF, accepted, dropped, 0, 0, 0, skRmemAlloc);
    }

    @Override
    void saveState(DataOutput out) throws IOException {
        out.writeLong(skRmemAlloc);
    }

    @Override
    void restoreState(DataInput in) throws IOException {
        skRmemAlloc = in.readLong();
    }
}
