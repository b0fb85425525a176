package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.Decision.Outcome;
import headgate.packet.Checksum;
import headgate.packet.Frame;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// Frames that lie, past the header checksum: options, fragments, transport and ARP headers.
class HostilePacketProperties {
    private static final String[] SEEDS = {
        // UDP to a socket of the host.
        "02aa00000000 02bb00000009 0800 45000021 00010000 40110000 0a000009 0a000001"
                + "10921388 000d0000 68656c6c6f",
        // TCP to a listener, with options of both layers.
        "02aa00000000 02bb00000009 0800 48000034 00010000 40060000 0a000009 0a000001"
                + "070b0400 00000000 00000000 04d20050 00000001 00000000 50020400 00000000",
        // Echo request with a time stamp and a source route.
        "02aa00000000 02bb00000009 0800 4b000044 00010000 40010000 0a000009 0a000001"
                + "440c0501 00000000 00000000 89070408 08080800 94040000 00000000 08000000"
                + "00010001 70696e67 64617461 70696e67",
        // Fragment, the first of a datagram.
        "02aa00000000 02bb00000009 0800 46000028 00072000 40110000 0a000009 0a000001"
                + "01010700 10921388 00200000 68656c6c 6f686564",
        // Port unreachable, quoting.
        "02aa00000000 02bb00000009 0800 45000038 00010000 40010000 0a000009 0a000001"
                + "0303fcfc 00000000 45000021 00010000 40110000 0a000001 0a000009 13881092"
                + "000d0000",
        // To a gateway, with a record route.
        "02aa00000000 02bb00000009 0800 49000028 00010000 40110000 0a000009 08080808"
                + "070f0400 00000000 00000000 00000000 10920035",
        // Question for the host's link address.
        "ffffffffffff 02bb00000009 0806 00010800 06040001 02bb0000 00090a00 00090000"
                + "00000000 0a000001",
        // IGMP question to everybody.
        "01005e000001 02bb00000009 0800 45000024 00010000 01020000 0a000009 e0000001"
                + "11010000 00000000 00000000"
    };

    private static final ForwardingPath PATH =
            new RouterFixture()
                    .conf("all", "accept_source_route", 1)
                    .conf("eth0", "accept_source_route", 1)
                    .conf("eth0", "send_redirects", 1)
                    .document("sockets.txt", sockets())
                    .path();

    static String sockets() {
        return """
        == /proc/net/udp
         1: 00000000:1388 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1
        == /proc/net/tcp
         1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 2
        """;
    }

    private static void judge(byte[] bytes, int captured) {
        Frame frame = RouterFixture.frame(bytes);
        frame.lengthCaptured = Math.min(captured, bytes.length);
        Decision decision = PATH.judge(frame, PATH.host().device("eth0"));
        assertNotEquals(Outcome.UNDECIDED, decision.outcome);
        assertNotNull(PATH.verdict(decision));
        EgressFrames egress = decision.effects.egress;
        assertTrue(egress.count() <= 4, "frames: " + egress.count());
        for (int i = 0; i < egress.count(); i++) {
            assertTrue(egress.length(i) <= egress.wireLength(i), "present beyond the wire");
        }
    }

    /// Makes the IPv4 header checksum right, so that the damage gets through.
    private static void mend(byte[] bytes) {
        int header = bytes.length > 14 ? (bytes[14] & 15) * 4 : 0;
        if (bytes.length >= 14 + Math.max(20, header) && bytes[12] == 8 && bytes[13] == 0) {
            bytes[24] = bytes[25] = 0;
            int sum = Checksum.of(MemorySegment.ofArray(bytes), 14, header);
            bytes[24] = (byte) (sum >>> 8);
            bytes[25] = (byte) sum;
        }
    }

    @Property(tries = 3000)
    void everyDamagedPacketGetsAVerdict(
            @ForAll @IntRange(max = 7) int seed,
            @ForAll @Size(max = 6) Map<@IntRange(min = 12, max = 90) Integer, Byte> damage) {
        byte[] bytes = RouterFixture.bytes(SEEDS[seed]);
        damage.forEach((at, value) -> {
            if (at < bytes.length) {
                bytes[at] = value;
            }
        });
        mend(bytes);
        judge(bytes, bytes.length);
    }

    /// Cut at every byte: by the capture, and on the wire.
    @Property
    void everyCutPacketGetsAVerdict(
            @ForAll @IntRange(max = 7) int seed, @ForAll @IntRange(max = 100) int cut) {
        byte[] bytes = RouterFixture.bytes(SEEDS[seed]);
        mend(bytes);
        judge(bytes, cut);
        byte[] shorter = Arrays.copyOf(bytes, Math.min(cut, bytes.length));
        mend(shorter);
        judge(shorter, shorter.length);
    }

    @Property(tries = 2000)
    void allOptionsGetAVerdict(@ForAll @Size(min = 4, max = 40) byte[] options) {
        int length = options.length & ~3;
        byte[] bytes = new byte[14 + 20 + length + 8];
        byte[] head =
                RouterFixture.bytes(
                        "02aa00000000 02bb00000009 0800 45000000 00010000 40010000"
                                + "0a000009 0a000001");
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(options, 0, bytes, head.length, length);
        bytes[14] = (byte) (0x40 | (20 + length) / 4);
        bytes[17] = (byte) (bytes.length - 14);
        bytes[bytes.length - 8] = 8;
        mend(bytes);
        judge(bytes, bytes.length);
    }

    /// In whatever order and with whatever overlap fragments come.
    @Property(tries = 500)
    void allFragmentsGetAVerdict(
            @ForAll @Size(max = 12) int @IntRange(max = 8191) [] offsets, @ForAll boolean last) {
        for (int i = 0; i < offsets.length; i++) {
            boolean more = !last || i + 1 < offsets.length;
            int field = (more ? 0x2000 : 0) | offsets[i] % 32;
            judge(
                    RouterFixture.packetBytes("10.0.0.9", "10.0.0.1", 64, 68, 17, field),
                    Integer.MAX_VALUE);
        }
    }

    /// A host that was restored goes on as the one that was saved.
    @Property(tries = 200)
    void stateSurvivesItsChangelog(@ForAll @Size(max = 12) int @IntRange(max = 8191) [] offsets) {
        var state = new ForwardingState();
        var saved = new ForwardingPath(PATH.host(), state);
        for (int offset : offsets) {
            saved.decide(fragment(0x2000 | offset % 32), "eth0");
        }
        saved.decide(RouterFixture.frame(SEEDS[6]), "eth0");
        var restored = new ForwardingState();
        state.drainChanged(restored::restore);
        var other = new ForwardingPath(PATH.host(), restored);
        for (int offset = 0; offset < 33; offset++) {
            Frame next = fragment(offset < 32 ? 0x2000 | offset : offset);
            assertEquals(
                    saved.decide(next, "eth0").trail().counters(),
                    other.decide(next, "eth0").trail().counters());
        }
    }

    private static Frame fragment(int field) {
        return RouterFixture.frame(
                RouterFixture.packetBytes("10.0.0.9", "10.0.0.1", 64, 28, 17, field));
    }

    @Property
    void foreignStatesAreRefused(@ForAll @Size(max = 40) byte[] key, @ForAll byte[] value) {
        try {
            new ForwardingState().restore(key, value);
        } catch (IllegalArgumentException refused) {
            assertNotNull(refused.getMessage());
        }
    }
}
