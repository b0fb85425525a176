package headgate.softnet.tap;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The buffer of one CPU in WinPcap's driver of 3.1 to 4.1 (`NPF_tap`, `NPF_Read`): circular, and a
/// packet's data may wrap in the middle; only its header does not.
final class NpfCpuBuffer extends TimedReadTap {
    /// `struct PacketHeader`: a sequence number before `struct bpf_hdr`.
    private static final int PACKET_HEADER = 4 + NpfBuffer.BPF_HDR;

    private final int size;
    private final int userSize;
    private final int minToCopy;

    private int free;
    private int producer;
    private int consumer;

    /// The event that ends a wait; it stays set until it has ended one.
    private boolean readEvent;

    NpfCpuBuffer(TapSettings settings) {
        super(settings);
        size = settings.buffer().bytes();
        userSize = settings.buffer().userBytes();
        minToCopy = settings.buffer().minToCopy();
        free = size;
    }

    /// TP-55.
    @Override
    boolean admit(long nowNanos, int lengthBytes) {
        int record = kept(lengthBytes) + PACKET_HEADER;
        if (record > free) {
            return false;
        }
        int increment = record + gapAtEnd(producer, record);
        producer = (producer + increment) % size;
        free -= increment;
        readEvent |= size - free >= minToCopy;
        return true;
    }

    /// TP-56: what is left behind a record is given up where the next header would not fit.
    private int gapAtEnd(int start, int record) {
        int toEnd = size - (start + record) % size;
        return toEnd < PACKET_HEADER ? toEnd : 0;
    }

    /// TP-53.
    private int kept(int lengthBytes) {
        return Math.min(caplen(lengthBytes), userSize - NpfBuffer.BPF_HDR);
    }

    @Override
    boolean isWorthARead() {
        return readEvent;
    }

    /// TP-57.
    @Override
    int read(boolean hasTimedOut) {
        if (size - free <= minToCopy && !readEvent && !hasTimedOut) {
            return 0;
        }
        readEvent = false;
        int userBytes = 0;
        int count = 0;
        while (count < queued()
                && userBytes + kept(lengthBytes(count)) + NpfBuffer.BPF_HDR <= userSize) {
            int caplen = kept(lengthBytes(count));
            int record = caplen + PACKET_HEADER;
            int increment = record + gapAtEnd(consumer, record);
            consumer = (consumer + increment) % size;
            free += increment;
            userBytes += NpfBuffer.record(caplen);
            count++;
        }
        return count;
    }

    @Override
    void saveState(DataOutput out) throws IOException {
        super.saveState(out);
        out.writeInt(free);
        out.writeInt(producer);
        out.writeInt(consumer);
        out.writeBoolean(readEvent);
    }

    @Override
    void restoreState(DataInput in) throws IOException {
        super.restoreState(in);
        free = in.readInt();
        producer = in.readInt();
        consumer = in.readInt();
        readEvent = in.readBoolean();
    }
}
