package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CiscoHdlcViewTest extends ViewContract {
    private final CiscoHdlcView view = new CiscoHdlcView();

    @Override
    String header() {
        return """
        0f 00 08 00                  # unicast, IPv4
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.protocol();
    }

    @Test
    void readsTheProtocol() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(EtherType.IPV4, view.protocol());
        assertTrue(EtherType.isType(view.protocol()));
        assertFalse(EtherType.isVlan(view.protocol()));
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
