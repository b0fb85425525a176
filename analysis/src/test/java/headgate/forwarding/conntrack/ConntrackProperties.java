package headgate.forwarding.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// Tracking takes whatever comes, within its bounds, and is the same after a restart.
class ConntrackProperties {
    private static final ConntrackSettings SMALL =
            ConntrackSettings.of(key -> key.endsWith("_max") ? 20 : -1);

    private static NfPacket packet(int family, byte[] bytes, long timeNanos) {
        var packet = new NfPacket();
        packet.take(family, MemorySegment.ofArray(bytes), 0, bytes.length, bytes.length);
        packet.timeNanos = timeNanos;
        return packet;
    }

    @Property(tries = 2000)
    void takesAnyBytes(
            @ForAll @Size(max = 150) byte[] bytes, @ForAll boolean ipv6, @ForAll boolean verify) {
        var conntrack = new Conntrack(SMALL);
        for (int i = 0; i < 2; i++) {
            var packet = packet(ipv6 ? NfPacket.IPV6 : NfPacket.IPV4, bytes, i);
            conntrack.in(packet, verify);
            conntrack.confirm(packet);
        }
        assertTrue(conntrack.count() <= 1);
    }

    /// Few addresses and ports, so that packets meet each other's connections.
    private static byte[] traffic(Random random) {
        byte[] bytes = new byte[40 + random.nextInt(20)];
        random.nextBytes(bytes);
        int protocol = new int[] {1, 6, 6, 6, 17, 99}[random.nextInt(6)];
        byte[] head = {0x45, 0, 0, (byte) bytes.length, 0, 0, 0, 0, 64, (byte) protocol, 0, 0};
        System.arraycopy(head, 0, bytes, 0, head.length);
        Arrays.fill(bytes, 12, 20, (byte) 10);
        bytes[15] = (byte) random.nextInt(3);
        bytes[19] = (byte) random.nextInt(3);
        Arrays.fill(bytes, 20, 24, (byte) 0);
        bytes[21] = (byte) random.nextInt(4);
        bytes[23] = (byte) random.nextInt(4);
        if (protocol == 1) {
            bytes[20] = (byte) new int[] {0, 8, 3, 13}[random.nextInt(4)];
        } else if (protocol == 6) {
            bytes[32] = 0x50;
            bytes[33] = (byte) new int[] {2, 18, 16, 17, 4, 24}[random.nextInt(6)];
            Arrays.fill(bytes, 24, 32, (byte) 0);
            bytes[27] = (byte) random.nextInt(20);
            bytes[31] = (byte) random.nextInt(20);
        } else if (protocol == 17) {
            bytes[24] = 0;
            bytes[25] = (byte) (bytes.length - 20);
            bytes[26] = bytes[27] = 0;
        }
        return bytes;
    }

    @Property(tries = 200)
    void isTheSameAfterItsChangelogIsPlayedBackAnywhere(
            @ForAll long seed, @ForAll @IntRange(max = 150) int cut) {
        var random = new Random(seed);
        var settings = ConntrackSettings.of(_ -> -1);
        var conntrack = new Conntrack(settings);
        List<byte[][]> log = new ArrayList<>();
        for (int i = 0; i < cut; i++) {
            var packet = packet(NfPacket.IPV4, traffic(random), i * 1_000_000_000L);
            conntrack.in(packet, false);
            conntrack.confirm(packet);
            if (i % 7 == 0) {
                conntrack.drainChanged((key, state) -> log.add(new byte[][] {key, state}));
            }
        }
        conntrack.drainChanged((key, state) -> log.add(new byte[][] {key, state}));
        var restored = new Conntrack(settings);
        log.forEach(entry -> restored.restore(entry[0], entry[1]));
        assertEquals(conntrack.count(), restored.count());
        for (int i = cut; i < cut + 100; i++) {
            byte[] bytes = traffic(random);
            var here = packet(NfPacket.IPV4, bytes.clone(), i * 1_000_000_000L);
            var there = packet(NfPacket.IPV4, bytes.clone(), i * 1_000_000_000L);
            assertEquals(conntrack.in(here, false), restored.in(there, false));
            assertEquals(here.ctInfo, there.ctInfo);
            assertEquals(here.connection == null, there.connection == null);
            assertEquals(conntrack.confirm(here), restored.confirm(there));
        }
    }

    @Property(tries = 500)
    void staysWithinItsBound(@ForAll long seed) {
        var random = new Random(seed);
        var conntrack = new Conntrack(SMALL);
        for (int i = 0; i < 200; i++) {
            var packet = packet(NfPacket.IPV4, traffic(random), i);
            if (conntrack.in(packet, false)) {
                conntrack.confirm(packet);
            }
            assertTrue(conntrack.count() <= 20, "" + conntrack.count());
        }
    }

    @Property(tries = 500)
    void refusesEntriesThatWereNotWrittenHere(
            @ForAll @Size(max = 90) byte[] key, @ForAll @Size(max = 60) byte[] state) {
        var conntrack = new Conntrack(SMALL);
        assertThrows(IllegalArgumentException.class, () -> conntrack.restore(key, state));
    }
}
