package headgate.capture.calibration;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import headgate.capture.afpacket.Libc;
import headgate.packet.Checksum;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;

/// Frames sent back to back, when each was sent, and when the receiving CPU took each up.
final class Burst {
    /// Where a frame has its number: behind Ethernet, IPv4 and UDP.
    static final int SEQUENCE = 42;

    /// An EtherType that no protocol of the kernel takes (IEEE 802, local experiments).
    private static final int UNKNOWN_PROTOCOL = 0x88b5;

    private static final int IPV4 = 0x0800;

    /// 192.0.2.1 to 192.0.2.2, UDP port 4242 to 9; lengths and checksum are filled in.
    private static final String IPV4_AND_UDP =
            "4500 0000 0000 0000 4011 0000 c0000201 c0000202 1092 0009 0000 0000";

    private static final long LOST_NANOS = 20_000_000L;

    final long[] sentNanos;
    final long[] stampNanos;

    private final int sender;
    private final MemorySegment frame;
    private final MemorySegment time;

    /// The number that the first frame has, another one for each run.
    private int first;

    private long startNanos;

    /// @param isUnderstood whether the frames are UDP for the receiver's port; else they are of no
    ///   protocol that it knows
    /// @param lengthBytes of each frame, without its checksum: 60 to 1514
    Burst(Arena arena, int sender, int count, int lengthBytes, boolean isUnderstood) {
        this.sender = sender;
        sentNanos = new long[count];
        stampNanos = new long[count];
        time = arena.allocate(16, 8);
        frame = arena.allocate(lengthBytes, 8);
        first = (int) now();
        byte[] ethernet = ethernet(isUnderstood ? IPV4 : UNKNOWN_PROTOCOL);
        MemorySegment.copy(ethernet, 0, frame, JAVA_BYTE, 0, ethernet.length);
        byte[] headers = HexFormat.of().parseHex(IPV4_AND_UDP.replace(" ", ""));
        MemorySegment.copy(headers, 0, frame, JAVA_BYTE, ethernet.length, headers.length);
        putU16(16, lengthBytes - 14);
        putU16(38, lengthBytes - 34);
        putU16(24, Checksum.of(frame, 14, 20));
    }

    /// The header of frames from the one end of the link to the other.
    static byte[] ethernet(int etherType) {
        String addresses = VethLink.RECEIVER_MAC + VethLink.SENDER_MAC;
        return HexFormat.of().parseHex(addresses.replace(":", "") + "%04x".formatted(etherType));
    }

    private void putU16(int offset, int value) {
        frame.set(JAVA_BYTE, offset, (byte) (value >> 8));
        frame.set(JAVA_BYTE, offset + 1, (byte) value);
    }

    /// Sends all of them, then reads until each has come or nothing comes any more.
    void run(StampedSocket receiver) {
        Arrays.fill(stampNanos, 0);
        first += stampNanos.length;
        startNanos = now();
        for (int i = 0; i < sentNanos.length; i++) {
            frame.set(JAVA_INT_UNALIGNED, SEQUENCE, first + i);
            Libc.send(sender, frame, 0);
            sentNanos[i] = now();
        }
        int missing = sentNanos.length;
        for (long since = now(); missing > 0 && now() - since < LOST_NANOS; ) {
            if (receiver.read(first, stampNanos) == StampedSocket.Found.AWAITED) {
                missing--;
                since = now();
            }
        }
    }

    /// Keeps this CPU busy and sends nothing.
    void rest(long nanos) {
        for (long until = now() + nanos; now() < until; ) {
            Thread.onSpinWait();
        }
    }

    /// Wall-clock time, which the kernel's stamps are in as well.
    long now() {
        Libc.clockGettime(Libc.CLOCK_REALTIME, time);
        return time.get(JAVA_LONG, 0) * 1_000_000_000L + time.get(JAVA_LONG, 8);
    }

    /// When the first frame was queued: sending it goes on to wake the other CPU, which sending the
    /// others does not.
    long firstQueuedNanos() {
        long[] sending = new long[sentNanos.length - 2];
        for (int i = 0; i < sending.length; i++) {
            sending[i] = sentNanos[i + 2] - sentNanos[i + 1];
        }
        return startNanos + CostFigure.of("", sending).value();
    }

    /// Whether frame i was surely waiting when the one before it was taken up, so that the time
    /// between the two is that of one packet's work.
    boolean wasQueued(int i) {
        return stampNanos[i] > 0 && stampNanos[i - 1] > 0 && sentNanos[i] <= stampNanos[i - 1];
    }

    /// From the taking up of the one before it.
    long cycleNanos(int i) {
        return stampNanos[i] - stampNanos[i - 1];
    }
}
