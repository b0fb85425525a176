package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// What holds of whatever bytes arrive.
class DecoderProperties {
    private static final List<Integer> LINK_TYPES =
            List.of(
                    LinkType.NULL,
                    LinkType.ETHERNET,
                    LinkType.BSD_RAW,
                    LinkType.RAW,
                    LinkType.LOOP,
                    LinkType.LINUX_SLL,
                    LinkType.IPV4,
                    LinkType.IPV6,
                    LinkType.LINUX_SLL2,
                    LinkType.PPP,
                    LinkType.PPP_ETHER,
                    LinkType.ATM_RFC1483,
                    LinkType.CISCO_HDLC,
                    LinkType.FRAME_RELAY,
                    LinkType.FDDI,
                    LinkType.TOKEN_RING,
                    LinkType.ARCNET_BSD,
                    LinkType.ARCNET_LINUX,
                    LinkType.IEEE802_11,
                    LinkType.IEEE802_11_RADIOTAP,
                    LinkType.PPI,
                    LinkType.PKTAP,
                    LinkType.NFLOG,
                    LinkType.IPOIB,
                    LinkType.IPNET,
                    147);

    /// Some bytes and how much of them was on the wire and captured.
    record Input(int linkType, byte[] bytes, int lengthOnWire) {
        Frame decoded() {
            return Hex.frame(linkType, bytes, bytes.length, lengthOnWire);
        }
    }

    @Property
    void randomBytesGiveConsistentFacts(@ForAll("randomBytes") Input input) {
        DecoderContractTest.assertConsistent(input.decoded());
    }

    @Property
    void damagedPacketsGiveConsistentFacts(@ForAll("damaged") Input input) {
        var frame = input.decoded();
        DecoderContractTest.assertConsistent(frame);
        // Whatever was read, the slower questions must not fail on it either.
        FlowHash.symmetric(frame);
        CommunityId.of(frame);
        Checksum.ofTransport(frame);
    }

    /// The decoder clears only what the frame before had set: nothing of that may stay.
    @Property
    void aReusedFrameKeepsNothingOfTheOneBefore(
            @ForAll("damaged") Input before, @ForAll("damaged") Input after) {
        var reused = before.decoded();
        reused.bytes = Hex.segment(after.bytes());
        reused.linkType = after.linkType();
        reused.lengthCaptured = after.bytes().length;
        reused.lengthOnWire = after.lengthOnWire();
        reused.packetType = -1;
        new FrameDecoder().decode(reused);
        assertEquals(FrameFacts.of(after.decoded()), FrameFacts.of(reused));
    }

    /// The straight way through plain frames is there for speed only.
    @Property
    void theStraightWaySaysWhatTheWalkSays(@ForAll("damaged") Input input) {
        DecoderContractTest.assertAsWalked(input.decoded());
    }

    @Property
    void endlessExtensionChainsEndAtTheMostLayers(@ForAll("extensionChains") byte[] packet) {
        var frame = Hex.frame(LinkType.IPV6, packet);
        DecoderContractTest.assertConsistent(frame);
        assertTrue(frame.layerCount <= Frame.MAX_LAYERS);
        assertEquals(-1, frame.sourcePort);
    }

    @Provide
    Arbitrary<Input> randomBytes() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
        return Combinators.combine(
                        Arbitraries.of(LINK_TYPES), bytes, Arbitraries.integers().between(0, 50))
                .as((linkType, some, cut) -> new Input(linkType, some, some.length + cut));
    }

    /// Sample packets with up to four bytes changed, cut anywhere.
    @Provide
    Arbitrary<Input> damaged() {
        return Combinators.combine(
                        Arbitraries.of(SamplePackets.values()),
                        Arbitraries.longs(),
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.integers().between(0, 100))
                .as(DecoderProperties::damage);
    }

    private static Input damage(SamplePackets packet, long seed, int changes, int keptPercent) {
        var random = new Random(seed);
        byte[] whole = packet.bytes();
        for (int i = 0; i < changes; i++) {
            whole[random.nextInt(whole.length)] = (byte) random.nextInt();
        }
        int kept = random.nextBoolean() ? whole.length : whole.length * keptPercent / 100;
        int lengthOnWire = random.nextBoolean() ? whole.length : kept;
        return new Input(packet.linkType, Arrays.copyOf(whole, kept), lengthOnWire);
    }

    /// An IPv6 header, then hop-by-hop, routing and destination options, each followed by another.
    @Provide
    Arbitrary<byte[]> extensionChains() {
        return Arbitraries.of(0, 43, 60)
                .array(Integer[].class)
                .ofMinSize(1)
                .ofMaxSize(200)
                .map(DecoderProperties::chain);
    }

    private static byte[] chain(Integer[] kinds) {
        var packet = new byte[40 + 8 * kinds.length];
        packet[0] = 0x60;
        packet[4] = (byte) (8 * kinds.length >>> 8);
        packet[5] = (byte) (8 * kinds.length);
        packet[6] = kinds[0].byteValue();
        for (int i = 0; i < kinds.length; i++) {
            packet[40 + 8 * i] = kinds[(i + 1) % kinds.length].byteValue();
        }
        return packet;
    }
}
