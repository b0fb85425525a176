package headgate.capture.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// pcap files as tests need them: little-endian, in nanoseconds.
final class PcapBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PcapBytes(int linkType) {
        bytes.writeBytes(
                ByteBuffer.allocate(24)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(0xa1b2_3c4d)
                        .putShort((short) 2)
                        .putShort((short) 4)
                        .putLong(0)
                        .putInt(65_535)
                        .putInt(linkType)
                        .array());
    }

    /// Ethernet, with a frame of 60 bytes at each of these milliseconds after the start of 2023.
    static byte[] at(int... millis) {
        var file = new PcapBytes(1);
        for (int each : millis) {
            file.frame(each, new byte[60]);
        }
        return file.toByteArray();
    }

    PcapBytes frame(int millis, byte[] frame) {
        bytes.writeBytes(record(millis, frame));
        return this;
    }

    static byte[] record(int millis, byte[] frame) {
        return ByteBuffer.allocate(16 + frame.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(1_672_531_200 + millis / 1000)
                .putInt(millis % 1000 * 1_000_000)
                .putInt(frame.length)
                .putInt(frame.length)
                .put(frame)
                .array();
    }

    /// Milliseconds after the start of 2023.
    static int millis(long arrivalNanos) {
        return (int) (arrivalNanos / 1_000_000 - 1_672_531_200_000L);
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }
}
