package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import headgate.forwarding.Decision.Outcome;
import headgate.packet.Frame;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// Whatever bytes arrive as IPv6, a decision is made.
class Ip6HostileProperties {
    private static final int[] HEADERS = {0, 43, 44, 60, 51, 59, 58, 17, 6, 4, 41, 47, 103, 255};

    private static final String TRACKS =
            """
            {"nftables":[{"table":{"family":"ip6","name":"t","handle":1}},
             {"chain":{"family":"ip6","table":"t","name":"f","handle":1,"type":"filter",
              "hook":"forward","prio":0,"policy":"accept"}},
             {"rule":{"family":"ip6","table":"t","chain":"f","handle":2,"expr":[
              {"match":{"op":"in","left":{"ct":{"key":"state"}},"right":"invalid"}},
              {"drop":null}]}}]}
            """;

    private final ForwardingPath path = new Router6Fixture().path();

    /// Puts every fragment together, those that are not for it as well.
    private final ForwardingPath tracking =
            new Router6Fixture().document("nft.json", TRACKS).path();

    private void decides(byte[] bytes) {
        var frame = new Frame();
        frame.linkType = headgate.packet.LinkType.ETHERNET;
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        new headgate.packet.FrameDecoder().decode(frame);
        for (ForwardingPath path : List.of(path, tracking)) {
            NetDevice eth0 = path.host().device("eth0");
            assertNotEquals(Outcome.UNDECIDED, path.judge(frame, eth0).outcome);
            path.decide(frame, "eth0").trail().steps().forEach(step -> step.toString().length());
        }
    }

    /// To the router itself, or through it.
    private static byte[] packet(Random random, byte[] payload, boolean local) {
        byte[] bytes =
                RouterFixture.bytes(
                        "02aa00000000 02bb00000009 86dd 60000000 0000 00 40"
                                + "20010db8000000000000000000000009"
                                + (local
                                        ? "20010db8000000000000000000000001"
                                        : "2a000000000000000000000000000005"));
        byte[] whole = java.util.Arrays.copyOf(bytes, bytes.length + payload.length);
        System.arraycopy(payload, 0, whole, bytes.length, payload.length);
        whole[18] = (byte) (payload.length >>> 8);
        whole[19] = (byte) payload.length;
        whole[20] = (byte) HEADERS[random.nextInt(HEADERS.length)];
        return whole;
    }

    @Property(tries = 500)
    void randomPayloads(
            @ForAll @Size(max = 200) byte[] payload, @ForAll boolean local, @ForAll long seed) {
        decides(packet(new Random(seed), payload, local));
    }

    @Property(tries = 300)
    void chainsOfExtensionHeadersWithoutEnd(
            @ForAll @IntRange(min = 1, max = 180) int headers, @ForAll long seed) {
        var random = new Random(seed);
        byte[] payload = new byte[headers * 8];
        for (int at = 0; at < payload.length; at += 8) {
            payload[at] = (byte) HEADERS[random.nextInt(6)];
            payload[at + 1] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 0);
            payload[at + 2] = (byte) random.nextInt(6);
            payload[at + 3] = (byte) random.nextInt(3);
        }
        decides(packet(random, payload, true));
    }

    @Property(tries = 20)
    void truncatedAtEveryByte(
            @ForAll @Size(min = 40, max = 120) byte[] payload, @ForAll long seed) {
        byte[] whole = packet(new Random(seed), payload, true);
        for (int length = 0; length <= whole.length; length++) {
            decides(java.util.Arrays.copyOf(whole, length));
        }
    }

    @Property(tries = 300)
    void fragmentsThatLie(
            @ForAll @Size(max = 60) byte[] payload,
            @ForAll short field,
            @ForAll @IntRange(max = 3) int id,
            @ForAll boolean local) {
        byte[] fragment = new byte[8 + payload.length];
        System.arraycopy(payload, 0, fragment, 8, payload.length);
        fragment[0] = 58;
        fragment[2] = (byte) (field >>> 8);
        fragment[3] = (byte) field;
        fragment[7] = (byte) id;
        byte[] whole = packet(new Random(1), fragment, local);
        whole[20] = 44;
        decides(whole);
    }
}
