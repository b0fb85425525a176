package headgate.capture.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// One block of a TPACKET_V3 ring (`struct tpacket_block_desc`), and the frame in it that the view
/// stands on (`struct tpacket3_hdr`). All numbers are in the byte order of the host.
///
/// ```
/// block  0 version          4 offset_to_priv        8 block_status   12 num_pkts
///       16 offset_to_first_pkt  20 blk_len         24 seq_num (8)   32 ts_first  40 ts_last
/// frame  0 tp_next_offset   4 tp_sec                8 tp_nsec        12 tp_snaplen
///       16 tp_len          20 tp_status            24 tp_mac (2)    26 tp_net (2)
///       28 tp_rxhash       32 tp_vlan_tci          36 tp_vlan_tpid (2)
///       48 struct sockaddr_ll, with sll_ifindex at 52
/// ```
final class TpacketV3BlockView {
    /// `TP_STATUS_VLAN_VALID`: the kernel took a VLAN tag out of the frame.
    static final int TP_STATUS_VLAN_VALID = 1 << 4;

    /// `TP_STATUS_VLAN_TPID_VALID`: it also says which TPID the tag had.
    static final int TP_STATUS_VLAN_TPID_VALID = 1 << 6;

    private static final int TP_STATUS_KERNEL = 0;
    private static final int TP_STATUS_USER = 1;

    private static final int BLOCK_STATUS = 8;
    private static final int NUM_PKTS = 12;
    private static final int OFFSET_TO_FIRST_PKT = 16;

    private static final int TP_NEXT_OFFSET = 0;
    private static final int TP_SEC = 4;
    private static final int TP_NSEC = 8;
    private static final int TP_SNAPLEN = 12;
    private static final int TP_LEN = 16;
    private static final int TP_STATUS = 20;
    private static final int TP_MAC = 24;
    private static final int TP_RXHASH = 28;
    private static final int TP_VLAN_TCI = 32;
    private static final int TP_VLAN_TPID = 36;
    private static final int SLL_IFINDEX = 52;
    private static final int SLL_PKTTYPE = 58;

    private static final VarHandle INT = JAVA_INT.varHandle();

    // The kernel aligns all of it: a layout that asks for no alignment spares the check.
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;

    private MemorySegment ring = MemorySegment.NULL;
    private long block;
    private long frame;
    private int framesLeft;

    /// Places the view before the first frame of the block at `offset`, if the kernel has handed
    /// that block over.
    boolean wrap(MemorySegment ring, long offset) {
        if (((int) INT.getAcquire(ring, offset + BLOCK_STATUS) & TP_STATUS_USER) == 0) {
            return false;
        }
        this.ring = ring;
        block = offset;
        framesLeft = ring.get(U32, offset + NUM_PKTS);
        frame = -1;
        return true;
    }

    boolean hasNext() {
        return framesLeft > 0;
    }

    /// Goes to the next frame; only after [#hasNext] said that there is one.
    void next() {
        frame =
                frame < 0
                        ? block + ring.get(U32, block + OFFSET_TO_FIRST_PKT)
                        : frame + ring.get(U32, frame + TP_NEXT_OFFSET);
        framesLeft--;
    }

    /// Gives the block back to the kernel; its frames are gone with this.
    void giveBack() {
        INT.setRelease(ring, block + BLOCK_STATUS, TP_STATUS_KERNEL);
        framesLeft = 0;
    }

    /// Where in the ring the frame's first byte is.
    long start() {
        return frame + Short.toUnsignedInt(ring.get(U16, frame + TP_MAC));
    }

    int lengthCaptured() {
        return ring.get(U32, frame + TP_SNAPLEN);
    }

    int lengthOnWire() {
        return ring.get(U32, frame + TP_LEN);
    }

    long arrivalNanos() {
        return Integer.toUnsignedLong(ring.get(U32, frame + TP_SEC)) * 1_000_000_000L
                + ring.get(U32, frame + TP_NSEC);
    }

    int status() {
        return ring.get(U32, frame + TP_STATUS);
    }

    /// The kernel's hash of the flow (`skb->hash`).
    int rxHash() {
        return ring.get(U32, frame + TP_RXHASH);
    }

    /// The tag that the kernel took out: priority, drop eligible, VLAN identifier.
    int vlanTci() {
        return ring.get(U32, frame + TP_VLAN_TCI) & 0xffff;
    }

    int vlanTpid() {
        return Short.toUnsignedInt(ring.get(U16, frame + TP_VLAN_TPID));
    }

    /// The kernel's number of the interface.
    int interfaceIndex() {
        return ring.get(U32, frame + SLL_IFINDEX);
    }

    /// `sll_pkttype` of packet(7).
    int packetType() {
        return ring.get(JAVA_BYTE, frame + SLL_PKTTYPE);
    }
}
