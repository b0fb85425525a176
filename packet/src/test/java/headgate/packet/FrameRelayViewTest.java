package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FrameRelayViewTest extends ViewContract {
    private final FrameRelayView view = new FrameRelayView();

    @Override
    String header() {
        return """
        48 e1 03 cc                  # DLCI 302, unnumbered information, IPv4
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.etherType();
    }

    @Test
    void readsTheNetworkLayerProtocolIdentifier() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(EtherType.IPV4, view.etherType());
        assertEquals(4, view.headerLength());
    }

    @Test
    void readsTheEtherTypeThatCiscoPutsThere() {
        assertEquals(Check.OK, wrap("48 e1 86 dd"));
        assertEquals(EtherType.IPV6, view.etherType());
    }

    @Test
    void readsAnAddressOfFourBytes() {
        assertEquals(Check.OK, wrap("48 e0 00 01  08 00"));
        assertEquals(6, view.headerLength());
        assertEquals(EtherType.IPV4, view.etherType());
    }

    @Test
    void readsSnapBehindPadding() {
        assertEquals(Check.OK, wrap("48 e1 03 00  80 00 00 00 08 06  # ARP"));
        assertEquals(10, view.headerLength());
        assertEquals(EtherType.ARP, view.etherType());
        assertTrue(wrap("48 e1 03 00  80 00 80 c2 00 07  # bridged Ethernet") == Check.OK);
        assertEquals(-1, view.etherType());
    }

    @Test
    void refusesAnAddressWithoutEnd() {
        assertEquals(Check.BAD_LENGTH, wrap("48 e0 00 00  00 00"));
        assertFalse(wrap("48 e1 03 cf") != Check.OK);
        assertEquals(-1, view.etherType());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
