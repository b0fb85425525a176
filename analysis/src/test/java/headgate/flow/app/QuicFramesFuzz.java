package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Frames of Initial packets in the clear: protected ones would hardly ever be opened again after a
/// change. The hellos in them are read too.
class QuicFramesFuzz {
    @MethodSource("samples")
    @FuzzTest
    void anyFramesGiveABoundedStream(byte[] frames) {
        var stream = new QuicCryptoStream();
        stream.add(frames);
        stream.add(frames);
        assertTrue(stream.length() <= Math.min(frames.length, QuicCryptoStream.MAX_LENGTH));
        var handshake = new TlsHandshake();
        handshake.add(stream.bytes(), 0, stream.length());
        handshake.read(Said.sink(new ArrayList<>()), 'q');
    }

    static Stream<byte[]> samples() {
        return Stream.of(TlsParserTest.CLIENT_HELLO, TlsParserTest.SERVER_HELLO)
                .map(QuicFramesFuzz::cryptoFrame);
    }

    /// Of the first record's fragment.
    private static byte[] cryptoFrame(byte[] record) {
        int length = record[4];
        byte[] frame = new byte[4 + length];
        frame[0] = 0x06;
        frame[2] = 0x40;
        frame[3] = (byte) length;
        System.arraycopy(record, 5, frame, 4, length);
        return frame;
    }
}
