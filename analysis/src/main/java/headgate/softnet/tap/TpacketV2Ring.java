package headgate.softnet.tap;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// An AF_PACKET socket with a ring of frames of one size (`tpacket_rcv` with TPACKET_V2). The
/// reader gives a frame back when it is done with it.
final class TpacketV2Ring extends Tap {
    private final int frames;

    /// Frames that belong to the reader.
    private int userFrames;

    private boolean readerHoldsFrame;

    TpacketV2Ring(TapSettings settings) {
        super(settings);
        frames = settings.ring().frames();
    }

    /// TP-20: a packet takes one frame, whatever its length; longer ones are cut.
    @Override
    boolean admit(long nowNanos, int lengthBytes) {
        if (userFrames == frames) {
            return false;
        }
        userFrames++;
        return true;
    }

    @Override
    void admitted(long nowNanos) {
        wakeReader(nowNanos);
    }

    /// TP-21.
    @Override
    int fetch(long nowNanos) {
        userFrames -= readerHoldsFrame ? 1 : 0;
        readerHoldsFrame = queued() > 0;
        return readerHoldsFrame ? 1 : 0;
    }

    @Override
    public long capacity() {
        return frames;
    }

    @Override
    void saveState(DataOutput out) throws IOException {
        out.writeInt(userFrames);
        out.writeBoolean(readerHoldsFrame);
    }

    @Override
    void restoreState(DataInput in) throws IOException {
        userFrames = Math.clamp(in.readInt(), 0, frames);
        readerHoldsFrame = in.readBoolean();
    }
}
