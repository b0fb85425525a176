package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.code_intelligence.jazzer.junit.FuzzTest;
import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class ApplicationDecoderFuzz {
    private static final int MESSAGE_HEADER_LENGTH = 3;
    private static final int[] PORTS = {
        53, 5353, 5355, 137, 80, 1900, 443, 22, 21, 25, 67, 123, 5060, 9
    };

    /// Messages of one conversation after the other, each a byte that says how it travels (bit 0:
    /// UDP, bit 1: from the server, others: which port) and two of its length.
    @MethodSource("samples")
    @FuzzTest
    void anyMessagesAreAnswered(byte[] input) {
        var decoder = new ApplicationDecoder();
        var bytes = MemorySegment.ofArray(input);
        int at = 0;
        while (input.length - at >= MESSAGE_HEADER_LENGTH) {
            int how = input[at] & 0xff;
            int length = (input[at + 1] & 0xff) << 8 | input[at + 2] & 0xff;
            at += MESSAGE_HEADER_LENGTH;
            int present = Math.min(length, input.length - at);
            decoder.decode(message(bytes.asSlice(at, present), how), NAMED);
            at += present;
        }
    }

    private static Frame message(MemorySegment payload, int how) {
        boolean fromServer = (how & 2) != 0;
        int port = PORTS[(how >>> 2) % PORTS.length];
        var frame = new Frame();
        frame.bytes = payload;
        frame.ipVersion = 4;
        frame.protocol = (how & 1) != 0 ? IpProtocol.UDP : IpProtocol.TCP;
        frame.sourcePort = fromServer ? port : 50_000;
        frame.destinationPort = fromServer ? 50_000 : port;
        frame.payloadLength = (int) payload.byteSize();
        frame.payloadCaptured = frame.payloadLength;
        return frame;
    }

    private static final FieldSink NAMED =
            new FieldSink() {
                @Override
                public void add(String name, long number) {
                    assertNotNull(name);
                }

                @Override
                public void add(String name, String text) {
                    assertNotNull(text, name);
                }
            };

    /// Each sample on each of the ports, by TCP and by UDP.
    static Stream<byte[]> samples() {
        return Stream.iterate(0, how -> how < 4 * PORTS.length, how -> how + 1)
                .flatMap(how -> SampleMessages.ALL.stream().map(sample -> input(how, sample)));
    }

    private static byte[] input(int how, byte[] message) {
        byte[] input = new byte[MESSAGE_HEADER_LENGTH + message.length];
        input[0] = (byte) how;
        input[1] = (byte) (message.length >>> 8);
        input[2] = (byte) message.length;
        System.arraycopy(message, 0, input, MESSAGE_HEADER_LENGTH, message.length);
        return input;
    }
}
