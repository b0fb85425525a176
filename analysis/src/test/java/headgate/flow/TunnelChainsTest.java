package headgate.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.forwarding.RouterFixture;
import headgate.packet.Frame;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class TunnelChainsTest {
    private static final String VXLAN =
            """
            020000000001 020000000002 0800                  # Ethernet, IPv4
            45 00 004e 0000 0000 40 11 0000                 # IPv4, 78 bytes, UDP
            c0000201 c0000202                               # 192.0.2.1 to 192.0.2.2
            cafe 12b5 003a 0000                             # UDP 51966 to 4789, 58 bytes
            08 000000 001388 00                             # VXLAN, VNI 5000
            020000000003 020000000004 0800                  # Ethernet, IPv4
            45 00 001c 0000 0000 40 11 0000                 # IPv4, 28 bytes, UDP
            0a000001 0a000002                               # 10.0.0.1 to 10.0.0.2
            1000 2000 0008 0000                             # UDP 4096 to 8192, no payload
            00000000 00000000
            """;

    private static final String GRE_IN_IPV6 =
            """
            020000000001 020000000002 86dd                  # Ethernet, IPv6
            6 00 00000 0024 2f 40                           # 36 bytes, GRE, hop limit 64
            20010db8 00000000 00000000 00000001             # 2001:db8::1
            20010db8 00000000 00000000 00000002             # to 2001:db8::2
            2000 0800 0000002a                              # GRE with key 42, IPv4
            45 00 001c 0000 0000 40 11 0000                 # IPv4, 28 bytes, UDP
            0a000001 0a000002                               # 10.0.0.1 to 10.0.0.2
            1000 2000 0008 0000                             # UDP 4096 to 8192, no payload
            """;

    private final List<FlowRecord> records = new ArrayList<>();
    private final FlowTable table = new FlowTable(FlowSettings.CAPTURE_FILE, records::add);

    private FlowRecord only(String hex) {
        table.onFrame(RouterFixture.frame(hex));
        table.endAll();
        assertEquals(1, records.size());
        return records.getFirst();
    }

    @Test
    void namesThePacketAroundAFlowWithItsVni() {
        FlowRecord record = only(VXLAN);
        assertEquals(4096, record.originator().port());
        assertEquals(
                List.of(new Tunnel("vxlan", "192.0.2.1", "192.0.2.2", 5000)), record.tunnels());
    }

    @Test
    void namesTheKeyOfGre() {
        assertEquals(
                List.of(new Tunnel("gre", "2001:db8::1", "2001:db8::2", 42)),
                only(GRE_IN_IPV6).tunnels());
    }

    @Test
    void knowsNoTunnelOfAPlainPacketNorOfThePacketThatAnErrorQuotes() {
        var plain = new Conversation(FlowSettings.CAPTURE_FILE);
        assertEquals(List.of(), plain.udp(true, 1).only().tunnels());
        FlowRecord unreachable =
                only(
                        """
                        020000000001 020000000002 0800       # Ethernet, IPv4
                        45 00 0038 0000 0000 40 01 0000      # IPv4, 56 bytes, ICMP
                        0a000001 0a000002                    # 10.0.0.1 to 10.0.0.2
                        03 03 0000 00000000                  # port unreachable, about:
                        45 00 001c 0000 0000 40 11 0000      # IPv4, 28 bytes, UDP
                        0a000002 0a000001                    # 10.0.0.2 to 10.0.0.1
                        1000 2000 0008 0000                  # UDP 4096 to 8192
                        """);
        assertEquals(List.of(), unreachable.tunnels());
    }

    @Test
    void goesAlongWhenAFlowMoves() {
        table.onFrame(RouterFixture.frame(VXLAN));
        var changelog = new HashMap<byte[], byte[]>();
        table.drainChanged(changelog::put);
        var after = new FlowTable(FlowSettings.CAPTURE_FILE, records::add);
        changelog.forEach(after::restore);
        after.endAll();
        assertEquals(
                List.of(new Tunnel("vxlan", "192.0.2.1", "192.0.2.2", 5000)),
                records.getFirst().tunnels());
    }

    @Test
    void refusesEveryPieceOfAState() {
        table.onFrame(RouterFixture.frame(VXLAN));
        table.onFrame(RouterFixture.frame(VXLAN));
        table.drainChanged((key, state) -> {
            if (key[0] == 'f') {
                for (int length = 0; length < state.length; length++) {
                    var piece = Arrays.copyOf(state, length);
                    var other = new FlowTable(FlowSettings.CAPTURE_FILE, records::add);
                    assertThrows(IllegalArgumentException.class, () -> other.restore(key, piece));
                    assertEquals(0, other.size());
                }
            }
        });
    }

    @Test
    void keepsSoManyChainsAndCountsFlowsOfFurtherOnes() {
        var chains = new TunnelChains();
        Frame frame = RouterFixture.frame(VXLAN);
        // The VNI is 20 bytes into UDP's payload, behind Ethernet and IPv4.
        int vni = 14 + 20 + 8 + 4;
        for (int i = 0; i < TunnelChains.MAX_CHAINS; i++) {
            frame.bytes.set(ValueLayout.JAVA_INT_UNALIGNED, vni, Integer.reverseBytes(i << 8));
            assertEquals(i + 1, chains.take(frame));
        }
        assertEquals(TunnelChains.MAX_CHAINS, chains.take(frame));
        frame.bytes.set(ValueLayout.JAVA_BYTE, vni, (byte) 0x7f);
        assertEquals(TunnelChains.NONE, chains.take(frame));
        assertEquals(1, chains.withoutRoom());
        chains.giveBack(5);
        assertEquals(5, chains.take(frame));
        // The one of two flows is still there.
        chains.giveBack(TunnelChains.MAX_CHAINS);
        assertEquals(
                TunnelChains.MAX_CHAINS - 1,
                chains.tunnels(TunnelChains.MAX_CHAINS).getFirst().identifier());
    }

    // ---- Zeek's conventions ----

    @Test
    void countsNoFrameWithAWrongChecksumWhereZeekWouldNot() {
        var zeek = new FlowTable(FlowSettings.ZEEK, records::add);
        String wrong =
                """
                020000000001 020000000002 0800       # Ethernet, IPv4
                45 00 001c 0000 0000 40 11 66cf      # IPv4, 28 bytes, UDP
                0a000001 0a000002                    # 10.0.0.1 to 10.0.0.2
                1000 2000 0008 ffff                  # UDP 4096 to 8192, wrong checksum
                """;
        zeek.onFrame(RouterFixture.frame(wrong));
        zeek.onFrame(RouterFixture.frame(wrong.replace("66cf", "1234")));
        assertEquals(2, zeek.statistics().framesWithWrongChecksum());
        zeek.endAll();
        FlowRecord record = records.getFirst();
        assertEquals("C OTH 0", record.history() + " " + record.state() + " " + record.packets());
        assertEquals(1, records.size());
    }

    @Test
    void notesTheFifthChangeOfTunnelsWhereZeekWould() {
        var zeek =
                new FlowTable(
                        FlowSettings.ZEEK.with(draft -> draft.verifiesChecksums = false),
                        records::add);
        for (int i = 0; i < 6; i++) {
            zeek.onFrame(RouterFixture.frame(i % 2 == 0 ? VXLAN : VXLAN.replace("cafe", "cafd")));
        }
        zeek.endAll();
        assertEquals("DX", records.getFirst().history());
    }
}
