package headgate.packet;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class FrameDecoderFuzz {
    private static final int LINK_TYPE_LENGTH = 2;
    private static final int LINK_TYPES = 0x1ff;

    /// A link type in two bytes, then the frame.
    @MethodSource("samples")
    @FuzzTest
    void anyBytesGiveConsistentFacts(byte[] input) {
        if (input.length < LINK_TYPE_LENGTH) {
            return;
        }
        int linkType = (input[0] << 8 | input[1] & 0xff) & LINK_TYPES;
        byte[] bytes = Arrays.copyOfRange(input, LINK_TYPE_LENGTH, input.length);
        var frame = Hex.frame(linkType, bytes);
        DecoderContractTest.assertConsistent(frame);
        FlowHash.symmetric(frame);
        CommunityId.of(frame);
        Checksum.ofTransport(frame);
    }

    static Stream<byte[]> samples() {
        return Arrays.stream(SamplePackets.values()).map(FrameDecoderFuzz::input);
    }

    private static byte[] input(SamplePackets packet) {
        byte[] bytes = packet.bytes();
        byte[] input = new byte[LINK_TYPE_LENGTH + bytes.length];
        input[0] = (byte) (packet.linkType >>> 8);
        input[1] = (byte) packet.linkType;
        System.arraycopy(bytes, 0, input, LINK_TYPE_LENGTH, bytes.length);
        return input;
    }
}
