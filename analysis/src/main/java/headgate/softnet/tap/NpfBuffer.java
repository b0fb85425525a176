package headgate.softnet.tap;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// WinPcap's driver up to 3.0: one circular buffer in which no record wraps (`NPF_tap`,
/// `NPF_Read`).
final class NpfBuffer extends TimedReadTap {
    /// `struct bpf_hdr` on 32-bit Windows.
    static final int BPF_HDR = 20;

    private static final int WORD = 4;

    private final int size;
    private final int userSize;
    private final int minToCopy;

    private int head;
    private int tail;

    /// Where the records before a wrap end.
    private int lastByte;

    /// The event that ends a wait; it stays set until it has ended one.
    private boolean readEvent;

    NpfBuffer(TapSettings settings) {
        super(settings);
        size = settings.buffer().bytes();
        userSize = settings.buffer().userBytes();
        minToCopy = settings.buffer().minToCopy();
    }

    /// TP-50: also what would fit is dropped where the whole frame, not what is kept of it, would
    /// not. TP-51: a record that does not fit before the end goes to the beginning, if the reader
    /// has left room there.
    @Override
    boolean admit(long nowNanos, int lengthBytes) {
        if (size - occupation() < Math.max(0, lengthBytes) + BPF_HDR) {
            return false;
        }
        int record = record(kept(lengthBytes));
        boolean isWrapped = tail < head;
        int start = tail + record >= size ? 0 : tail;
        if ((isWrapped || start == 0 && tail > 0) && start + record >= head) {
            return false;
        }
        tail = start + record;
        if (tail > head) {
            lastByte = tail;
        }
        readEvent |= occupation() > minToCopy;
        return true;
    }

    /// `GetBuffOccupation`.
    private int occupation() {
        return tail >= head ? tail - head : lastByte - head + tail;
    }

    static int record(int caplen) {
        return caplen + BPF_HDR + WORD - 1 & -WORD;
    }

    /// TP-53.
    private int kept(int lengthBytes) {
        return Math.min(caplen(lengthBytes), userSize - BPF_HDR);
    }

    @Override
    boolean isWorthARead() {
        return readEvent;
    }

    /// TP-52: as many whole records as fit into the program's buffer, if there are enough.
    @Override
    int read(boolean hasTimedOut) {
        if (occupation() <= minToCopy && !readEvent && !hasTimedOut) {
            return 0;
        }
        readEvent = false;
        int copied = 0;
        int count = 0;
        while (count < queued() && copied + kept(lengthBytes(count)) + BPF_HDR <= userSize) {
            int record = record(kept(lengthBytes(count)));
            if (head == lastByte && tail < head) {
                head = 0;
                lastByte = tail;
            }
            head += record;
            copied += record;
            count++;
        }
        return count;
    }

    @Override
    void saveState(DataOutput out) throws IOException {
        super.saveState(out);
        out.writeInt(head);
        out.writeInt(tail);
        out.writeInt(lastByte);
        out.writeBoolean(readEvent);
    }

    @Override
    void restoreState(DataInput in) throws IOException {
        super.restoreState(in);
        head = in.readInt();
        tail = in.readInt();
        lastByte = in.readInt();
        readEvent = in.readBoolean();
    }
}
