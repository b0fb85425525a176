package headgate.forwarding.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConntrackTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int CLIENT = 0x0a000002;
    private static final int SERVER = 0x08080808;
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int ACK = 16;

    private final NfPacket packet = new NfPacket();
    private Conntrack conntrack = new Conntrack(settings(Map.of()));
    private long now;

    private static ConntrackSettings settings(Map<String, Long> sysctls) {
        return ConntrackSettings.of(
                key -> sysctls.getOrDefault(key.replace("net.netfilter.nf_conntrack_", ""), -1L));
    }

    /// What `ct state` says of the packet, which then comes through.
    private String state(byte[] bytes) {
        packet.take(NfPacket.IPV4, MemorySegment.ofArray(bytes), 0, bytes.length, bytes.length);
        packet.timeNanos = now;
        if (!conntrack.in(packet, false)) {
            return "dropped";
        }
        conntrack.confirm(packet);
        return packet.connection == null ? "invalid" : packet.ctInfo.name();
    }

    private static ByteBuffer ip(int protocol, int source, int destination, int length) {
        var bytes = ByteBuffer.allocate(20 + length);
        bytes.putShort((short) 0x4500).putShort((short) (20 + length)).putInt(0);
        bytes.put((byte) 64).put((byte) protocol).putShort((short) 0);
        return bytes.putInt(source).putInt(destination);
    }

    private static byte[] udp(int source, int from, int destination, int to) {
        var bytes = ip(17, source, destination, 8);
        bytes.putShort((short) from).putShort((short) to).putShort((short) 8);
        return bytes.array();
    }

    private static byte[] tcp(boolean client, int flags, int sequence, int ack, int data) {
        var bytes = ip(6, client ? CLIENT : SERVER, client ? SERVER : CLIENT, 20 + data);
        bytes.putShort((short) (client ? 5000 : 80)).putShort((short) (client ? 80 : 5000));
        bytes.putInt(sequence).putInt(ack);
        bytes.put((byte) 0x50).put((byte) flags).putShort((short) 1000);
        return bytes.array();
    }

    private static byte[] echo(int source, int destination, int type) {
        var bytes = ip(1, source, destination, 8);
        bytes.put((byte) type).put((byte) 0).putShort((short) 0).putInt(0x004d0001);
        return bytes.array();
    }

    private static byte[] error(int destination, byte[] about) {
        var bytes = ip(1, 0x09090909, destination, 8 + 28);
        bytes.put((byte) 3).put((byte) 1).putShort((short) 0).putInt(0);
        return bytes.put(about, 0, 28).array();
    }

    private void handshake() {
        assertEquals("NEW", state(tcp(true, SYN, 100, 0, 0)));
        assertEquals("ESTABLISHED_REPLY", state(tcp(false, SYN | ACK, 500, 101, 0)));
        assertEquals("ESTABLISHED", state(tcp(true, ACK, 101, 501, 0)));
    }

    @Test
    void followsAUdpConversation() {
        byte[] question = udp(CLIENT, 4000, SERVER, 53);
        assertEquals("NEW", state(question));
        assertEquals("NEW", state(question), "until somebody answers");
        assertEquals("ESTABLISHED_REPLY", state(udp(SERVER, 53, CLIENT, 4000)));
        assertEquals("ESTABLISHED", state(question));
        assertEquals("NEW", state(udp(SERVER, 54, CLIENT, 4000)));
        assertEquals(2, conntrack.count());
    }

    @Test
    void forgetsAnUnansweredConversationAfterThirtySeconds() {
        byte[] question = udp(CLIENT, 4000, SERVER, 53);
        state(question);
        now = 29 * SECOND;
        assertEquals("ESTABLISHED_REPLY", state(udp(SERVER, 53, CLIENT, 4000)));
        now = 60 * SECOND;
        assertEquals("NEW", state(question));
    }

    @Test
    void keepsAStreamForTwoMinutes() {
        byte[] question = udp(CLIENT, 4000, SERVER, 53);
        state(question);
        now = 3 * SECOND;
        state(udp(SERVER, 53, CLIENT, 4000));
        state(question);
        assertTrue(packet.connection.has(NfConn.ASSURED));
        now = 120 * SECOND;
        assertEquals("ESTABLISHED", state(question));
    }

    @Test
    void followsATcpConnectionToItsEnd() {
        handshake();
        assertEquals("ESTABLISHED", state(tcp(true, ACK, 101, 501, 10)));
        assertEquals("ESTABLISHED_REPLY", state(tcp(false, ACK, 501, 111, 10)));
        assertEquals("ESTABLISHED", state(tcp(true, FIN | ACK, 111, 511, 0)));
        assertEquals("ESTABLISHED_REPLY", state(tcp(false, FIN | ACK, 511, 112, 0)));
        assertEquals("ESTABLISHED", state(tcp(true, ACK, 112, 512, 0)));
        assertEquals(TcpTracking.TIME_WAIT, packet.connection.tcp.state);
        assertEquals("NEW", state(tcp(true, SYN, 9000, 0, 0)), "the port is used again");
    }

    @Test
    void takesAConnectionUpInTheMiddleUnlessToldNotTo() {
        assertEquals("NEW", state(tcp(true, ACK, 101, 501, 10)));
        assertEquals("ESTABLISHED_REPLY", state(tcp(false, ACK, 501, 111, 10)));
        conntrack = new Conntrack(settings(Map.of("tcp_loose", 0L)));
        assertEquals("invalid", state(tcp(true, ACK, 101, 501, 10)));
    }

    @Test
    void refusesSegmentsThatFitNoConnection() {
        assertEquals("invalid", state(tcp(true, SYN | FIN, 1, 0, 0)));
        assertEquals("invalid", state(tcp(true, 0, 1, 0, 0)));
        assertEquals("invalid", state(tcp(true, SYN | ACK, 1, 1, 0)));
        assertEquals("invalid", state(tcp(true, RST, 1, 0, 0)));
        handshake();
        assertEquals("invalid", state(tcp(false, ACK, 501 + 900_000, 101, 10)));
        assertEquals("invalid", state(tcp(true, ACK, 101, 99_999_999, 0)));
        assertEquals("invalid", state(tcp(false, RST, 300, 0, 0)), "behind what was acknowledged");
        assertEquals("ESTABLISHED", state(tcp(true, ACK, 101, 501, 1)));
    }

    @Test
    void endsAnUnansweredConnectionAtItsReset() {
        state(tcp(true, SYN, 100, 0, 0));
        assertEquals("ESTABLISHED_REPLY", state(tcp(false, RST | ACK, 0, 101, 0)));
        assertEquals(TcpTracking.CLOSE, packet.connection.tcp.state);
    }

    @Test
    void relatesIcmpErrorsToWhatTheyQuote() {
        byte[] question = udp(CLIENT, 4000, SERVER, 53);
        assertEquals("invalid", state(error(CLIENT, question)));
        state(question);
        assertEquals("RELATED_REPLY", state(error(CLIENT, question)));
        assertEquals("RELATED", state(error(SERVER, udp(SERVER, 53, CLIENT, 4000))));
        assertEquals("invalid", state(error(0x0a000007, question)), "sent to somebody else");
    }

    @Test
    void knowsEchoesByTheirIdentifier() {
        assertEquals("invalid", state(echo(SERVER, CLIENT, 0)), "an answer to nothing");
        assertEquals("NEW", state(echo(CLIENT, SERVER, 8)));
        assertEquals("ESTABLISHED_REPLY", state(echo(SERVER, CLIENT, 0)));
    }

    @Test
    void makesRoomByDroppingTheUnanswered() {
        conntrack = new Conntrack(settings(Map.of("max", 2000L)));
        int drops = 0;
        for (int port = 1; port <= 5000; port++) {
            drops += state(udp(CLIENT, port, SERVER, 53)).equals("dropped") ? 1 : 0;
        }
        assertTrue(conntrack.count() <= 2000, "" + conntrack.count());
        assertEquals(3000, conntrack.evicted() + conntrack.dropped());
        assertEquals(drops, conntrack.dropped());
    }

    @Test
    void isTheSameAfterItsChangelogIsPlayedBack() {
        Map<String, byte[]> log = new LinkedHashMap<>();
        Map<String, byte[]> keys = new LinkedHashMap<>();
        handshake();
        state(udp(CLIENT, 4000, SERVER, 53));
        conntrack.drainChanged((key, value) -> {
            keys.put(new String(key, java.nio.charset.StandardCharsets.ISO_8859_1), key);
            log.put(new String(key, java.nio.charset.StandardCharsets.ISO_8859_1), value);
        });
        assertEquals(2, log.size());
        conntrack.drainChanged((_, _) -> assertFalse(true, "nothing changed since"));
        conntrack = new Conntrack(settings(Map.of()));
        log.forEach((key, value) -> conntrack.restore(keys.get(key), value));
        assertEquals(2, conntrack.count());
        assertEquals("ESTABLISHED", state(tcp(true, ACK, 101, 501, 10)));
        assertEquals("invalid", state(tcp(false, ACK, 501 + 900_000, 101, 10)));
        assertEquals("ESTABLISHED_REPLY", state(udp(SERVER, 53, CLIENT, 4000)));
        conntrack.restore(keys.values().iterator().next(), null);
        assertEquals(1, conntrack.count());
    }

    @Test
    void refusesEntriesThatAreNotItsOwn() {
        assertThrows(
                IllegalArgumentException.class, () -> conntrack.restore(new byte[] {'c'}, null));
        assertThrows(
                IllegalArgumentException.class,
                () -> conntrack.restore(new byte[] {'f', 1}, new byte[9]));
    }

    @Test
    void leavesFragmentsUndecided() {
        byte[] bytes = udp(CLIENT, 4000, SERVER, 53);
        bytes[6] = 0x20;
        assertEquals("invalid", state(bytes));
        assertEquals("a fragment that was not reassembled", packet.ctUnknown);
        state(udp(CLIENT, 4000, SERVER, 53));
        assertNull(packet.ctUnknown);
    }
}
