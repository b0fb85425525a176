package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LlcViewTest extends ViewContract {
    private final LlcView view = new LlcView();

    @Override
    String header() {
        return """
        aa aa 03                     # SNAP
        00 00 00  08 00              # encapsulated Ethernet, IPv4
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.destinationServiceAccessPoint();
        view.sourceServiceAccessPoint();
        view.isSnap();
        view.organizationCode();
        view.protocolIdentifier();
    }

    @Test
    void readsTheEtherTypeOfSnap() {
        assertEquals(Check.OK, wrap(header()));
        assertTrue(view.isSnap());
        assertEquals(LlcView.ENCAPSULATED_ETHERNET, view.organizationCode());
        assertEquals(EtherType.IPV4, view.protocolIdentifier());
        assertEquals(8, view.headerLength());
    }

    @Test
    void readsTheOrganizationOfSnap() {
        assertEquals(Check.OK, wrap("aa aa 03  00 00 0c  20 00  # Cisco discovery protocol"));
        assertEquals(0x00000c, view.organizationCode());
        assertEquals(0x2000, view.protocolIdentifier());
    }

    @Test
    void readsAControlFieldOfOneByte() {
        assertEquals(Check.OK, wrap("42 42 03  # spanning tree"));
        assertEquals(LlcView.SAP_STP, view.destinationServiceAccessPoint());
        assertEquals(LlcView.SAP_STP, view.sourceServiceAccessPoint());
        assertEquals(3, view.headerLength());
        assertFalse(view.isSnap());
        assertEquals(-1, view.protocolIdentifier());
    }

    @Test
    void readsAControlFieldOfTwoBytes() {
        assertEquals(Check.OK, wrap("f0 f0 01 02  # receiver ready"));
        assertEquals(4, view.headerLength());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
