package headgate.softnet.tap;

import headgate.softnet.tap.TapSettings.PfRingSlots;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// PF_RING's ring between kernel and reader, without zero copy (`add_pkt_to_ring`): slots of the
/// size that a packet needs, in memory for a number of packets of full length.
final class PfRing extends TimedReadTap {
    /// `short_pkt_header`: time stamp and two lengths.
    private static final int HEADER = 24;

    private static final int ALIGNMENT = 8;

    private final int minNumSlots;
    private final int pollWatermark;
    private final int bucketLen;
    private final int slotLen;
    private final long memory;

    private long insertOff;
    private long removeOff;

    PfRing(TapSettings settings) {
        super(settings);
        minNumSlots = settings.slots().minNumSlots();
        pollWatermark = settings.slots().pollWatermark();
        bucketLen = Math.min(settings.snaplen(), PfRingSlots.MAX_CAPLEN);
        slotLen = slot(bucketLen);
        memory = (long) minNumSlots * slotLen;
    }

    /// TP-40: `check_free_ring_slot`.
    @Override
    boolean admit(long nowNanos, int lengthBytes) {
        if (!hasFreeSlot()) {
            return false;
        }
        insertOff = nextOffset(insertOff, lengthBytes);
        return true;
    }

    private boolean hasFreeSlot() {
        if (insertOff == removeOff) {
            return queued() < minNumSlots;
        }
        return insertOff < removeOff
                ? removeOff - insertOff >= 2L * slotLen
                : removeOff != 0 || memory - insertOff >= 2L * slotLen;
    }

    /// TP-41: the next slot begins at 0 where one of full length would not fit.
    private long nextOffset(long offset, int lengthBytes) {
        long next = offset + slot(caplen(lengthBytes));
        return memory - next < slotLen ? 0 : next;
    }

    private int slot(int lengthBytes) {
        return HEADER + Math.min(lengthBytes, bucketLen) + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /// TP-42.
    @Override
    boolean isWorthARead() {
        return queued() >= pollWatermark;
    }

    /// TP-42: one that is awake reads as long as there is something.
    @Override
    int read(boolean hasTimedOut) {
        return Math.min(1, queued());
    }

    @Override
    void taken(int lengthBytes) {
        removeOff = nextOffset(removeOff, lengthBytes);
    }

    @Override
    void saveState(DataOutput out) throws IOException {
        super.saveState(out);
        out.writeLong(insertOff);
        out.writeLong(removeOff);
    }

    @Override
    void restoreState(DataInput in) throws IOException {
        super.restoreState(in);
        insertOff = in.readLong();
        removeOff = in.readLong();
    }
}
