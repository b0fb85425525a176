package headgate.softnet;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The share of the last packets that one flow may have while the backlog is more than half full
/// (`struct sd_flow_limit`); one for each enqueuing CPU that has its bit set.
final class FlowLimit {
    private static final int HISTORY = 128;

    /// 2^32 over the golden ratio: `GOLDEN_RATIO_32` of `hash_32`.
    private static final int GOLDEN_RATIO = 0x61C8_8647;

    private final int[] buckets;

    /// The buckets of the last packets. Starts as bucket 0 throughout, as the kernel's does.
    private final int[] history = new int[HISTORY];

    private int historyHead;

    FlowLimit(int tableLen) {
        buckets = new int[tableLen];
    }

    /// RP-12: notes the packet and says whether its flow holds more than half of the history. A
    /// packet that is then dropped stays noted.
    boolean isOver(int flowHash) {
        int newFlow = bucket(flowHash);
        int oldFlow = history[historyHead];
        history[historyHead] = newFlow;
        historyHead = historyHead + 1 & HISTORY - 1;
        if (buckets[oldFlow] > 0) {
            buckets[oldFlow]--;
        }
        buckets[newFlow]++;
        return buckets[newFlow] > HISTORY / 2;
    }

    /// The upper bits of a product: the low bits of a hash are alike in all frames of one queue.
    private int bucket(int flowHash) {
        int bits = Integer.numberOfTrailingZeros(buckets.length);
        return (int) ((flowHash * GOLDEN_RATIO & 0xffff_ffffL) >>> Integer.SIZE - bits);
    }

    /// Only buckets that the history names can be above 0, so these are all there is to write. They
    /// do not follow from it: the history starts with 128 packets in bucket 0 that never were.
    void save(DataOutput out) throws IOException {
        out.writeInt(buckets.length);
        out.writeInt(historyHead);
        for (int flow : history) {
            out.writeInt(flow);
            out.writeInt(buckets[flow]);
        }
    }

    static FlowLimit restore(DataInput in) throws IOException {
        int tableLen = in.readInt();
        if (Integer.bitCount(tableLen) != 1
                || tableLen < 1
                || tableLen > NetCoreSysctls.FLOW_LIMIT_TABLE_LEN_MAX) {
            throw new IOException("a flow table of " + tableLen + " buckets cannot be");
        }
        var flowLimit = new FlowLimit(tableLen);
        flowLimit.historyHead = in.readInt() & HISTORY - 1;
        for (int i = 0; i < HISTORY; i++) {
            int flow = in.readInt() & tableLen - 1;
            flowLimit.history[i] = flow;
            flowLimit.buckets[flow] = in.readInt();
        }
        return flowLimit;
    }
}
