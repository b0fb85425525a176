package headgate.softnet.tap;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// A descriptor of BSD's packet filter (`catchpacket`, `bpfread`): packets go to the *store*
/// buffer; when it is full it becomes the *hold* buffer, which one read takes as a whole.
final class BpfBuffers extends TimedReadTap {
    /// `bif_hdrlen` of Ethernet on 64-bit machines, so that the network header is aligned.
    private static final int HDRLEN = 26;

    /// `BPF_ALIGNMENT`.
    private static final int ALIGNMENT = 8;

    private final int bufsize;

    /// `bd_slen`: bytes in the store buffer.
    private int storeLength;

    private int storePackets;

    /// Packets in the hold buffer; it is free while there are none.
    private int holdPackets;

    BpfBuffers(TapSettings settings) {
        super(settings);
        bufsize = settings.buffer().bytes();
    }

    /// TP-60.
    @Override
    boolean admit(long nowNanos, int lengthBytes) {
        int length = Math.min(HDRLEN + caplen(lengthBytes), bufsize);
        int start = storeLength + ALIGNMENT - 1 & -ALIGNMENT;
        if (start + length > bufsize) {
            if (holdPackets > 0) {
                return false;
            }
            rotateBuffers();
            start = 0;
        }
        storeLength = start + length;
        storePackets++;
        return true;
    }

    /// `ROTATE_BUFFERS`.
    private void rotateBuffers() {
        holdPackets = storePackets;
        storePackets = 0;
        storeLength = 0;
    }

    @Override
    boolean isWorthARead() {
        return holdPackets > 0;
    }

    /// TP-61: the copy frees the hold buffer, before the program has looked at it.
    @Override
    int read(boolean hasTimedOut) {
        if (holdPackets == 0 && hasTimedOut) {
            rotateBuffers();
        }
        int count = holdPackets;
        holdPackets = 0;
        return count;
    }

    @Override
    void saveState(DataOutput out) throws IOException {
        super.saveState(out);
        out.writeInt(storeLength);
        out.writeInt(storePackets);
        out.writeInt(holdPackets);
    }

    @Override
    void restoreState(DataInput in) throws IOException {
        super.restoreState(in);
        storeLength = in.readInt();
        storePackets = in.readInt();
        holdPackets = in.readInt();
    }
}
