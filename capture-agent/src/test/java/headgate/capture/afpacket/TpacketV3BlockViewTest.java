package headgate.capture.afpacket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TpacketV3BlockViewTest {
    /// As a little-endian kernel writes it.
    private static final String BLOCK =
            """
            01000000 30000000                    # version 1, private area at 48
            01000000 02000000                    # TP_STATUS_USER, 2 frames
            30000000 d0000000 0900000000000000   # first at 48, 208 bytes used, sequence 9
            00000000 00000000 00000000 00000000  # time of the first and the last frame
            # frame at 48
            50000000 80b8ba6a 15cd5b07           # next 80 on, 1790621824 s, 123456789 ns
            04000000 3c000000 51000020           # 4 of 60 bytes; VLAN and TPID valid, software time
            4400 5200 ddccbbaa                   # bytes at 68, network header at 82, rxhash
            07600000 a888 0000                   # TCI 0x6007, TPID 0x88a8
            0000000000000000                     # padding
            1100 0800 02000000 0100 03 06        # sockaddr_ll: index 2, type ARPHRD_ETHER, OTHERHOST
            0000000000000000 deadbeef 0000000000000000  # its address; the frame's bytes
            # frame at 128
            00000000 81b8ba6a 00000000           # the last one, a second later
            02000000 02000000 01000000
            4400 5200 00000000
            00000000 0000 0000
            0000000000000000
            1100 0800 02000000 0100 04 06
            0000000000000000 cafe0000 00000000
            """;

    @BeforeAll
    static void needsALittleEndianHost() {
        assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "written for little endian");
    }

    @Test
    void readsFrameAfterFrame() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ring = ring(arena);
            var view = new TpacketV3BlockView();
            assertTrue(view.wrap(ring, 4096));
            assertTrue(view.hasNext());
            view.next();
            assertEquals(4096 + 48 + 68, view.start());
            assertEquals(4, view.lengthCaptured());
            assertEquals(60, view.lengthOnWire());
            assertEquals(1_790_621_824_123_456_789L, view.arrivalNanos());
            assertTrue((view.status() & TpacketV3BlockView.TP_STATUS_VLAN_VALID) != 0);
            assertTrue((view.status() & TpacketV3BlockView.TP_STATUS_VLAN_TPID_VALID) != 0);
            assertEquals(0x6007, view.vlanTci());
            assertEquals(0x88a8, view.vlanTpid());
            assertEquals(0xaabbccdd, view.rxHash());
            assertEquals(2, view.interfaceIndex());
            view.next();
            assertEquals(4096 + 128 + 68, view.start());
            assertEquals(2, view.lengthCaptured());
            assertEquals(1_790_621_825_000_000_000L, view.arrivalNanos());
            assertEquals(2, view.interfaceIndex());
            assertFalse(view.hasNext());
        }
    }

    @Test
    void givesTheBlockBackToTheKernel() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ring = ring(arena);
            var view = new TpacketV3BlockView();
            assertTrue(view.wrap(ring, 4096));
            view.giveBack();
            assertFalse(view.hasNext());
            assertFalse(view.wrap(ring, 4096), "it is the kernel's now");
            assertFalse(view.wrap(ring, 0), "it was never handed over");
        }
    }

    /// Two blocks of 4096 bytes, of which the second one has frames.
    private static MemorySegment ring(Arena arena) {
        String digits = BLOCK.replaceAll("#.*", "").replaceAll("\\s", "");
        MemorySegment block = MemorySegment.ofArray(HexFormat.of().parseHex(digits));
        MemorySegment ring = arena.allocate(2 * 4096, 8);
        ring.asSlice(4096, block.byteSize()).copyFrom(block);
        return ring;
    }
}
