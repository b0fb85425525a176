package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the decoder promises of every packet, whichever headers it has.
class DecoderContractTest {
    @ParameterizedTest
    @EnumSource(SamplePackets.class)
    void findsNothingWrongWithAWholePacket(SamplePackets packet) {
        var frame = packet.decoded();
        assertEquals(Check.OK, frame.check, () -> frame.error().toString());
        assertEquals(frame.payloadLength, frame.payloadCaptured);
    }

    /// The segment ends with the last captured byte: reading past it would throw.
    @ParameterizedTest
    @EnumSource(SamplePackets.class)
    void blamesTheCaptureForWhatItCut(SamplePackets packet) {
        byte[] whole = packet.bytes();
        var reference = packet.decoded();
        for (int captured = 0; captured < whole.length; captured++) {
            var cut = Arrays.copyOf(whole, captured);
            var frame = Hex.frame(packet.linkType, cut, captured, whole.length);
            assertConsistent(frame);
            if (frame.check == Check.OK) {
                assertEquals(reference.payloadOffset, frame.payloadOffset);
                assertEquals(reference.payloadLength, frame.payloadLength);
                assertEquals(
                        Math.clamp(captured - frame.payloadOffset, 0, frame.payloadLength),
                        frame.payloadCaptured);
            } else {
                assertEquals(Check.TRUNCATED, frame.check);
                assertEquals(DecodeError.Limit.CAPTURE_LENGTH, frame.errorLimitedBy);
                assertEquals(captured - frame.errorOffset, frame.errorBytesPresent);
                assertTrue(captured < reference.payloadOffset, "cut at " + captured);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SamplePackets.class)
    void neverBlamesTheCaptureForAFrameThatWasShort(SamplePackets packet) {
        byte[] whole = packet.bytes();
        for (int length = 0; length < whole.length; length++) {
            var frame = Hex.frame(packet.linkType, Arrays.copyOf(whole, length));
            assertConsistent(frame);
            assertNotEquals(DecodeError.Limit.CAPTURE_LENGTH, frame.errorLimitedBy);
        }
    }

    @ParameterizedTest
    @EnumSource(SamplePackets.class)
    void survivesEveryValueOfEveryByte(SamplePackets packet) {
        byte[] bytes = packet.bytes();
        for (int at = 0; at < bytes.length; at++) {
            byte original = bytes[at];
            for (int value = 0; value < 256; value++) {
                bytes[at] = (byte) value;
                assertConsistent(Hex.frame(packet.linkType, bytes));
            }
            bytes[at] = original;
        }
    }

    /// The straight way through plain frames is there for speed only.
    @ParameterizedTest
    @EnumSource(SamplePackets.class)
    void theStraightWaySaysWhatTheWalkSays(SamplePackets packet) {
        byte[] bytes = packet.bytes();
        for (int at = 0; at < bytes.length; at++) {
            assertAsWalked(Hex.frame(packet.linkType, Arrays.copyOf(bytes, at)));
            assertAsWalked(Hex.frame(packet.linkType, Arrays.copyOf(bytes, at), at, bytes.length));
            byte original = bytes[at];
            for (int value = 0; value < 256; value++) {
                bytes[at] = (byte) value;
                assertAsWalked(Hex.frame(packet.linkType, bytes));
            }
            bytes[at] = original;
        }
    }

    @Test
    void plainFramesGoTheStraightWay() {
        List<SamplePackets> plain =
                Arrays.stream(SamplePackets.values())
                        .filter(packet -> packet.decoded().has(Frame.LAYERS_DUE))
                        .toList();
        assertEquals(
                List.of(
                        SamplePackets.DNS_QUERY,
                        SamplePackets.SYN_WITH_OPTIONS,
                        SamplePackets.IPV6_SEGMENT,
                        SamplePackets.PADDED_RESET),
                plain);
    }

    /// Nothing to compare unless it went the straight way: then it was walked.
    static void assertAsWalked(Frame frame) {
        if (frame.has(Frame.LAYERS_DUE)) {
            var walked = new Frame();
            walked.bytes = frame.bytes;
            walked.lengthCaptured = frame.lengthCaptured;
            walked.lengthOnWire = frame.lengthOnWire;
            new FrameDecoder().walk(walked);
            assertEquals(FrameFacts.of(walked), FrameFacts.of(frame));
        }
    }

    /// What holds of every decoded frame, however damaged.
    static void assertConsistent(Frame frame) {
        assertTrue(frame.payloadOffset >= 0, "payload offset");
        assertTrue(frame.payloadLength >= 0, "payload length");
        assertTrue(frame.payloadCaptured >= 0, "payload captured");
        assertTrue(frame.payloadCaptured <= frame.payloadLength, "captured within payload");
        assertTrue(
                frame.payloadOffset + frame.payloadCaptured <= frame.lengthCaptured,
                "payload within the capture");
        assertTrue(
                frame.payloadOffset + frame.payloadLength <= frame.lengthOnWire,
                "payload within the frame");
        for (int i = 0; i < frame.layerCount; i++) {
            assertTrue(frame.layerOffset(i) <= frame.lengthCaptured, "layer within the capture");
        }
        if (frame.check != Check.OK) {
            assertNotNull(frame.errorLayer);
            assertEquals(frame.check == Check.TOO_DEEP, frame.errorLimitedBy == null);
            assertTrue(frame.errorBytesPresent >= 0, "bytes present");
            if (frame.check != Check.BAD_VERSION) {
                assertTrue(
                        frame.errorBytesPresent < frame.errorBytesNeeded,
                        () -> "fewer present than needed: " + frame.error());
            }
        }
    }
}
