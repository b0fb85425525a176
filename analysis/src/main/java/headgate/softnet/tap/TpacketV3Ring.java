package headgate.softnet.tap;

import headgate.sim.EventCalendar;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// An AF_PACKET socket with a ring of blocks (`tpacket_rcv` with TPACKET_V3, `prb_*`). The kernel
/// fills one block after the other; the reader sees a block when it is closed, and gives it back
/// when it is done with all of it.
final class TpacketV3Ring extends Tap {
    /// `BLK_PLUS_PRIV(0)`.
    private static final int BLOCK_HEADER = 48;

    /// `tp_mac` of an Ethernet frame: header and link-layer address, so that the network header is
    /// aligned to 16.
    private static final int MACOFF = 82;

    private static final int V3_ALIGNMENT = 8;

    private final int blockSize;
    private final long retireNanos;
    private final int overheadBytes;

    /// Bytes of a frame that are kept.
    private final int keptBytes;

    /// Packets in each block.
    private final int[] blockPackets;

    /// `kactive_blk_num`.
    private int activeBlock;

    /// `nxt_offset` within the active block.
    private int offset = BLOCK_HEADER;

    /// `reset_pending_on_curr_blk`: no block was free when the last one was closed.
    private boolean frozen;

    /// Closed blocks that the reader has not given back.
    private int userBlocks;

    private boolean readerHoldsBlock;
    private long freezes;
    private long blocks;
    private long blocksByTimer;

    TpacketV3Ring(TapSettings settings) {
        super(settings);
        TapSettings.TpacketReq ring = settings.ring();
        blockSize = ring.blockSize();
        retireNanos = ring.retireNanos();
        overheadBytes = MACOFF + ring.reserve();
        keptBytes = Math.min(settings.snaplen(), blockSize - BLOCK_HEADER - overheadBytes);
        blockPackets = new int[ring.blocks()];
    }

    /// TP-30 to TP-33. A block that was opened for a packet takes it whatever its length.
    @Override
    boolean admit(long nowNanos, int lengthBytes) {
        if (frozen) {
            if (isActiveBlockInUse()) {
                return false;
            }
            openBlock();
        }
        int space = space(lengthBytes);
        if (offset + space >= blockSize) {
            retireCurrentBlock(nowNanos);
            if (!dispatchNextBlock()) {
                return false;
            }
        }
        offset += space;
        blockPackets[activeBlock]++;
        return true;
    }

    /// The timer runs all the time; only expiries that find a packet are put on the calendar.
    @Override
    void admitted(long nowNanos) {
        if (alarmNanos() == EventCalendar.NEVER) {
            long phase = settings().ring().retirePhaseNanos();
            alarmAt((Math.floorDiv(nowNanos + phase, retireNanos) + 1) * retireNanos - phase);
        }
    }

    /// TP-34: the reader is done with a block as a whole, and with an empty one at once.
    @Override
    int fetch(long nowNanos) {
        userBlocks -= readerHoldsBlock ? 1 : 0;
        while (userBlocks > 0 && blockPackets[oldestUserBlock()] == 0) {
            userBlocks--;
        }
        readerHoldsBlock = userBlocks > 0;
        return readerHoldsBlock ? blockPackets[oldestUserBlock()] : 0;
    }

    /// TP-35: `prb_retire_rx_blk_timer_expired`. A frozen queue that has a free block again is
    /// thawed here or by the next packet, which makes no difference.
    @Override
    void timerExpired(long nowNanos) {
        if (!frozen && blockPackets[activeBlock] > 0) {
            blocksByTimer++;
            retireCurrentBlock(nowNanos);
            dispatchNextBlock();
        }
    }

    private int space(int lengthBytes) {
        int bytes = overheadBytes + Math.min(Math.max(0, lengthBytes), keptBytes);
        return bytes + V3_ALIGNMENT - 1 & -V3_ALIGNMENT;
    }

    /// Blocks are closed and given back in turn, so the active one is the reader's only if all are.
    private boolean isActiveBlockInUse() {
        return userBlocks == blockPackets.length;
    }

    private int oldestUserBlock() {
        return Math.floorMod(activeBlock - userBlocks, blockPackets.length);
    }

    private void retireCurrentBlock(long nowNanos) {
        blocks++;
        userBlocks++;
        activeBlock = (activeBlock + 1) % blockPackets.length;
        wakeReader(nowNanos);
    }

    /// `prb_dispatch_next_block`: false if the queue is frozen now.
    private boolean dispatchNextBlock() {
        if (isActiveBlockInUse()) {
            frozen = true;
            freezes++;
            return false;
        }
        openBlock();
        return true;
    }

    private void openBlock() {
        frozen = false;
        offset = BLOCK_HEADER;
        blockPackets[activeBlock] = 0;
    }

    @Override
    TapStat stat(long accepted, long dropped) {
        return new TapStat(
                TapKind.TPACKET_V3, accepted, dropped, freezes, blocks, blocksByTimer, 0);
    }

    @Override
    void saveState(DataOutput out) throws IOException {
        for (int packets : blockPackets) {
            out.writeInt(packets);
        }
        out.writeInt(activeBlock);
        out.writeInt(offset);
        out.writeBoolean(frozen);
        out.writeInt(userBlocks);
        out.writeBoolean(readerHoldsBlock);
        out.writeLong(freezes);
        out.writeLong(blocks);
        out.writeLong(blocksByTimer);
    }

    @Override
    void restoreState(DataInput in) throws IOException {
        for (int block = 0; block < blockPackets.length; block++) {
            blockPackets[block] = Math.max(0, in.readInt());
        }
        activeBlock = Math.floorMod(in.readInt(), blockPackets.length);
        offset = in.readInt();
        frozen = in.readBoolean();
        userBlocks = Math.clamp(in.readInt(), 0, blockPackets.length);
        readerHoldsBlock = in.readBoolean();
        freezes = in.readLong();
        blocks = in.readLong();
        blocksByTimer = in.readLong();
    }
}
