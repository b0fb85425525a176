package headgate.softnet.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.softnet.tap.TapSettings.PfRingSlots;
import headgate.softnet.tap.TapSettings.ReadBuffer;
import headgate.softnet.tap.TapSettings.Reader;
import headgate.softnet.tap.TapSettings.SocketBuffer;
import headgate.softnet.tap.TapSettings.TpacketReq;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TapSettingsTest {
    private static void refused(String message, Executable settings) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, settings).getMessage());
    }

    @Test
    void refusesWhatTheKernelRefuses() {
        refused(
                "block_size=6000 is not allowed: a multiple of the page size, 4096",
                () -> new TpacketReq(6000, 8, 2048, 10, 0, 0));
        refused(
                "blocks=0 is not allowed: 1 to 262144 of 4096 bytes",
                () -> new TpacketReq(4096, 0, 2048, 10, 0, 0));
        refused(
                "blocks=262145 is not allowed: 1 to 262144 of 4096 bytes",
                () -> new TpacketReq(4096, 262_145, 2048, 10, 0, 0));
        refused(
                "frame_size=1000 is not allowed: a multiple of 16, from 64 to block_size 4096",
                () -> new TpacketReq(4096, 1, 1000, 10, 0, 0));
        refused(
                "frame_size=8192 is not allowed: a multiple of 16, from 64 to block_size 4096",
                () -> new TpacketReq(4096, 1, 8192, 10, 0, 0));
        refused(
                "retire_ms=-1 is not allowed: 0 to 2147483647",
                () -> new TpacketReq(4096, 1, 2048, -1, 0, 0));
        refused(
                "retire_phase_ns=8000000 is not allowed: 0 up to retire_ms, 8000000",
                () -> new TpacketReq(4096, 1, 2048, 0, 8_000_000, 0));
        refused(
                "tp_reserve=2049 is not allowed: 0 to 2048",
                () -> new TpacketReq(4096, 1, 2048, 0, 0, 2049));
        refused("rcvbuf=-1 is not allowed: 0 to 1073741823", () -> new SocketBuffer(-1, 0));
        refused(
                "truesize=100 is not allowed: 256 to 1048576, or 0 for the kernel's own sizes",
                () -> new SocketBuffer(0, 100));
        refused("reader_ns=-1 is not allowed: 0 to 100000000000", () -> new Reader(-1, 0));
        refused("reader_wakeup_ns=-1 is not allowed: 0 to 100000000000", () -> new Reader(0, -1));
        refused(
                "snaplen=0 is not allowed: 1 to 262144",
                () -> Taps.settings(TapKind.RCVBUF, 0, SocketBuffer.DEFAULT, Reader.DEFAULT));
        refused(
                "read_timeout_ms=0 is not allowed: 1 to 2147483647",
                () -> Taps.buffered(TapKind.BPF, ReadBuffer.WINPCAP, 0, Reader.DEFAULT));
        refused("min_num_slots=1 is not allowed: 2 to 32768", () -> new PfRingSlots(1, 1));
        refused(
                "poll_watermark=9 is not allowed: 1 to min_num_slots 8",
                () -> new PfRingSlots(8, 9));
        refused(
                "buffer=4095 is not allowed: 4096 to 536870912",
                () -> new ReadBuffer(4095, 4096, 0));
        refused(
                "user_buffer=4095 is not allowed: 4096 to 536870912",
                () -> new ReadBuffer(4096, 4095, 0));
        refused(
                "mintocopy=-1 is not allowed: 0 to 2147483647",
                () -> new ReadBuffer(4096, 4096, -1));
    }

    @Test
    void hasNoTapWhereNobodyCaptures() {
        refused("nobody captures: there is no tap", () -> Tap.of(TapSettings.OFF));
    }

    /// TP-4: 5 packets that found room and 2 that did not, in the words of each capture.
    @ParameterizedTest
    @CsvSource({
        "OFF, off",
        "RCVBUF, tp_packets 7 tp_drops 2",
        "TPACKET_V2, tp_packets 7 tp_drops 2",
        "TPACKET_V3, tp_packets 7 tp_drops 2 tp_freeze_q_cnt 1",
        "PF_RING, ps_recv 5 ps_drop 2",
        "WINPCAP, ps_recv 7 ps_drop 2",
        "WINPCAP_OLD, ps_recv 7 ps_drop 2",
        "BPF, ps_recv 7 ps_drop 2"
    })
    void namesLossesAsTheProgramAsksForThem(TapKind kind, String words) {
        assertEquals(words, new TapStat(kind, 5, 2, 1, 0, 0, 0).toString());
    }
}
