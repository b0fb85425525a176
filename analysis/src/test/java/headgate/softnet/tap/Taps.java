package headgate.softnet.tap;

import headgate.softnet.tap.TapSettings.PfRingSlots;
import headgate.softnet.tap.TapSettings.ReadBuffer;
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
                settings(
                        TapKind.RCVBUF,
                        TapSettings.MAXIMUM_SNAPLEN,
                        new SocketBuffer(rcvbuf, 0),
                        reader));
    }

    static TapSettings settings(TapKind kind, int snaplen, SocketBuffer socket, Reader reader) {
        return new TapSettings(
                kind,
                snaplen,
                socket,
                TpacketReq.LIBPCAP,
                PfRingSlots.DEFAULT,
                ReadBuffer.WINPCAP,
                1000,
                reader);
    }

    static Tap ring(TapKind kind, TpacketReq ring, Reader reader) {
        return Tap.of(
                new TapSettings(
                        kind,
                        TapSettings.MAXIMUM_SNAPLEN,
                        SocketBuffer.DEFAULT,
                        ring,
                        PfRingSlots.DEFAULT,
                        ReadBuffer.WINPCAP,
                        1000,
                        reader));
    }

    static Tap pfRing(int snaplen, PfRingSlots slots, int timeoutMillis, Reader reader) {
        return Tap.of(
                new TapSettings(
                        TapKind.PF_RING,
                        snaplen,
                        SocketBuffer.DEFAULT,
                        TpacketReq.LIBPCAP,
                        slots,
                        ReadBuffer.WINPCAP,
                        timeoutMillis,
                        reader));
    }

    static Tap buffered(TapKind kind, ReadBuffer buffer, int timeoutMillis, Reader reader) {
        return Tap.of(
                new TapSettings(
                        kind,
                        TapSettings.MAXIMUM_SNAPLEN,
                        SocketBuffer.DEFAULT,
                        TpacketReq.LIBPCAP,
                        PfRingSlots.DEFAULT,
                        buffer,
                        timeoutMillis,
                        reader));
    }

    /// Offers packets of one length, all at one time.
    static void offer(Tap tap, int count, long nanos, int lengthBytes) {
        for (int i = 0; i < count; i++) {
            tap.offer(i, nanos, lengthBytes);
        }
    }
}
