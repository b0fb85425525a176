package headgate.console;

import static headgate.console.PacketBytes.frame;
import static headgate.console.PacketBytes.ipv4;
import static headgate.console.PacketBytes.ipv6;
import static headgate.console.PacketBytes.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.console.flows.FlowMatrix;
import headgate.console.flows.FlowMatrix.Ends;
import headgate.console.flows.FlowMatrix.Order;
import headgate.console.flows.FlowMatrix.Row;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.packet.IpProtocol;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Datagrams of one byte: frames of 14 + 20 + 8 + 1 = 43 bytes.
class FlowMatrixTest {
    private static final int FRAME_BYTES = 43;

    private static FlowMatrix matrix(String by, int maxPairs, byte[]... packets) {
        var matrix = new FlowMatrix(Ends.parse(by), maxPairs);
        var table = new FlowTable(FlowSettings.CAPTURE_FILE, matrix);
        for (byte[] packet : packets) {
            table.onFrame(frame(packet));
        }
        table.endAll();
        return matrix;
    }

    private static byte[] datagram(String source, int from, String destination, int to) {
        return ipv4(source, destination, IpProtocol.UDP, 0, udp(from, to, new byte[1]));
    }

    @Test
    void joinsBothDirectionsWhoeverBegan() {
        var matrix =
                matrix(
                        "address",
                        10,
                        datagram("10.0.0.1", 1000, "10.0.0.2", 7),
                        datagram("10.0.0.2", 7, "10.0.0.1", 1000),
                        datagram("10.0.0.2", 2000, "10.0.0.1", 9));
        assertEquals(
                List.of(new Row("10.0.0.1", "10.0.0.2", 2, 1, 2, FRAME_BYTES, 2 * FRAME_BYTES)),
                matrix.rows(Order.bytes, 10));
    }

    @Test
    void joinsNetworksOfBothFamilies() {
        var matrix =
                matrix(
                        "/8,/32",
                        10,
                        datagram("10.0.0.1", 1000, "192.0.2.1", 7),
                        datagram("10.99.0.1", 1000, "192.1.2.1", 7),
                        ipv6(
                                "2001:db8::1",
                                "2001:db9::1",
                                IpProtocol.UDP,
                                0,
                                udp(1, 2, new byte[1])));
        var rows = matrix.rows(Order.flows, 10);
        assertEquals("10.0.0.0/8 192.0.0.0/8 2", text(rows.getFirst()));
        assertEquals("2001:db8::/32 2001:db9::/32 1", text(rows.getLast()));
    }

    private static String text(Row row) {
        return row.a() + " " + row.b() + " " + row.flows();
    }

    @Test
    void tellsWhoUsesWhichPort() {
        var matrix =
                matrix(
                        "port",
                        10,
                        datagram("10.0.0.1", 1000, "10.0.0.2", 53),
                        datagram("10.0.0.1", 1001, "10.0.0.3", 53),
                        datagram("10.0.0.2", 53, "10.0.0.1", 1000));
        assertEquals(
                List.of("10.0.0.1 udp/53 2"),
                matrix.rows(Order.packets, 10).stream().map(FlowMatrixTest::text).toList());
    }

    @Test
    void countsPairsBeyondTheLimitTogether() {
        var matrix =
                matrix(
                        "address",
                        1,
                        datagram("10.0.0.1", 1000, "10.0.0.2", 7),
                        datagram("10.0.0.3", 1000, "10.0.0.4", 7),
                        datagram("10.0.0.5", 1000, "10.0.0.6", 7));
        assertEquals("others others 2", text(matrix.rows(Order.flows, 1).getFirst()));
        assertEquals(2, matrix.flowsOfOthers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "colour", "24", "/33", "/24,/129", "/24,", "/x"})
    void refusesOtherEnds(String by) {
        assertThrows(IllegalArgumentException.class, () -> Ends.parse(by));
    }
}
