package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IpoibViewTest extends ViewContract {
    private final IpoibView view = new IpoibView();

    @Override
    String header() {
        return """
        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        80 00 05 50  fe 80 00 00 00 00 00 00  00 10 e0 00 66 4a b4 51
        08 00 00 00                  # IPv4
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.etherType();
    }

    @Test
    void readsTheEtherType() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(EtherType.IPV4, view.etherType());
        assertTrue(EtherType.isType(view.etherType()));
        assertFalse(EtherType.isVlan(view.etherType()));
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
