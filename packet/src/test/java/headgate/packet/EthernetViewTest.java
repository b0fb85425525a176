package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EthernetViewTest extends ViewContract {
    private final EthernetView view = new EthernetView();

    @Override
    String header() {
        return """
        02 00 00 00 00 02            # destination
        fe 00 00 00 00 01            # source, highest bit set
        08 00                        # IPv4
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.destination();
        view.source();
        view.lengthOrType();
        view.isType();
    }

    @Test
    void readsTheThreeFields() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(0x020000000002L, view.destination());
        assertEquals(0xfe0000000001L, view.source());
        assertEquals(EtherType.IPV4, view.lengthOrType());
        assertTrue(view.isType());
    }

    @Test
    void takesValuesUpTo1500ForALength() {
        var lengthOrType = "02 00 00 00 00 02  02 00 00 00 00 01  %s";
        view.wrap(Hex.segment(lengthOrType.formatted("05 dc")), 0, 14);
        assertFalse(view.isType());
        view.wrap(Hex.segment(lengthOrType.formatted("06 00")), 0, 14);
        assertTrue(view.isType());
    }
}
