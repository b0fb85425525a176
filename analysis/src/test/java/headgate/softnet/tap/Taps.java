package headgate.softnet.tap;

import headgate.softnet.tap.TapSettings.Reader;
import headgate.softnet.tap.TapSettings.SocketBuffer;
import headgate.softnet.tap.TapSettings.TpacketReq;

/// Taps for tests.
final class Taps {
    static final long US = 1_000;
    static final long MS = 1_000_000;

    private Taps() {}

    /// @param readerNanos of a packet; a sleeping reader wakes at once
    static Tap socket(int rcvbuf, long readerNanos) {
        return socket(rcvbuf, new Reader(readerNanos, 0));
    }

    static Tap socket(int rcvbuf, Reader reader) {
        return Tap.of(
                new TapSettings(
                        TapKind.RCVBUF,
                        TapSettings.MAXIMUM_SNAPLEN,
                        new SocketBuffer(rcvbuf, 0),
                        TpacketReq.LIBPCAP,
                        reader));
    }

    static Tap ring(TapKind kind, TpacketReq ring, Reader reader) {
        return Tap.of(
                new TapSettings(
                        kind, TapSettings.MAXIMUM_SNAPLEN, SocketBuffer.DEFAULT, ring, reader));
    }

    /// Offers packets of one length, all at one time.
    static void offer(Tap tap, int count, long nanos, int lengthBytes) {
        for (int i = 0; i < count; i++) {
            tap.offer(i, nanos, lengthBytes);
        }
    }
}
