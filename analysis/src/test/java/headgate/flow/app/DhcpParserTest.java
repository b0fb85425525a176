package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.app.ApplicationParser.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DhcpParserTest {
    static final byte[] REQUEST =
            Said.hex(
                    """
                    01 01 06 00  39 03 f3 26  00 00 00 00  # request, Ethernet, transaction
                    00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00  # ciaddr, yiaddr, siaddr, giaddr
                    02 00 00 00 00 07  00 00 00 00 00 00 00 00 00 00    # chaddr
                    """
                            + "00".repeat(192) // sname, file
                            + """
                            63 82 53 63        # cookie
                            35 01 03           # message type: request
                            3d 07 01 02 00 00 00 00 07  # client identifier: Ethernet
                            32 04 c0 00 02 64  # requested address
                            00                 # pad
                            0c 04 68 6f 73 74  # host name
                            ff                 # end
                            """);

    private final ApplicationParser parser = new DhcpParser();

    private boolean recognises(byte[] bytes) {
        return parser.recognises(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    @Test
    void readsAddressesAndOptions() {
        assertEquals(
                List.of(
                        "dhcp.type=1",
                        "dhcp.id=956560166",
                        "dhcp.ip.client=0.0.0.0",
                        "dhcp.ip.your=0.0.0.0",
                        "dhcp.hw.mac_addr=02:00:00:00:00:07",
                        "dhcp.option.dhcp=3",
                        "dhcp.hw.mac_addr=02:00:00:00:00:07",
                        "dhcp.option.requested_ip_address=192.0.2.100",
                        "dhcp.option.hostname=host"),
                Said.to(parser, REQUEST).fields());
    }

    @Test
    void recognisesTheCookie() {
        assertTrue(recognises(REQUEST));
        byte[] bootp = REQUEST.clone();
        bootp[236] = 0;
        assertFalse(recognises(bootp));
        assertEquals(List.of("1"), Said.to(parser, bootp).values("dhcp.type"));
    }

    @Test
    void stopsAtAnOptionThatIsCut() {
        byte[] cut = Arrays.copyOf(REQUEST, REQUEST.length - 3);
        assertEquals(List.of("3"), Said.to(parser, cut).values("dhcp.option.dhcp"));
        assertEquals(List.of(), Said.to(parser, cut).values("dhcp.option.hostname"));
    }

    @Test
    void refusesOtherOperationsAndShortMessages() {
        byte[] other = REQUEST.clone();
        other[0] = 3;
        assertEquals(Outcome.NOT_MINE, Said.to(parser, other).outcome());
        assertEquals(Outcome.NOT_MINE, Said.to(parser, Arrays.copyOf(REQUEST, 235)).outcome());
    }
}
