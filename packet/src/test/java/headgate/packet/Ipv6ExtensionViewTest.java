package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class Ipv6ExtensionViewTest extends ViewContract {
    private final Ipv6ExtensionView view = new Ipv6ExtensionView();

    @Override
    String header() {
        return """
        06 01 04 02                  # TCP next, 16 bytes, routing type 4, 2 segments left
        00 00 00 00  00 00 00 00  00 00 00 00
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.nextHeader();
        view.headerLength();
        view.routingType();
        view.segmentsLeft();
    }

    @Test
    void readsTheFieldsOfARoutingHeader() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(IpProtocol.TCP, view.nextHeader());
        assertEquals(16, view.headerLength());
        assertEquals(4, view.routingType());
        assertEquals(2, view.segmentsLeft());
    }
}
