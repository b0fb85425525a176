package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ErspanViewTest extends ViewContract {
    private final ErspanView view = new ErspanView();

    @Override
    String header() {
        return """
        20 64 00 2a                  # type III, VLAN 100, session 42
        01 02 03 04                  # timestamp
        00 00 00 01                  # a sub-header follows
        00 00 00 00  00 00 00 00
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.version();
        view.vlanIdentifier();
        view.sessionIdentifier();
    }

    @Test
    void readsTypeThreeWithItsSubHeader() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(2, view.version());
        assertEquals(100, view.vlanIdentifier());
        assertEquals(42, view.sessionIdentifier());
        assertEquals(20, view.headerLength());
    }

    @Test
    void readsTypeTwo() {
        assertEquals(Check.OK, wrap("10 01 1b ff  00 00 00 07  # VLAN 1, session 1023, index 7"));
        assertEquals(1, view.vlanIdentifier());
        assertEquals(1023, view.sessionIdentifier());
        assertEquals(8, view.headerLength());
        assertTrue(view.version() == 1);
    }

    @Test
    void refusesAVersionThatDoesNotExist() {
        assertEquals(Check.BAD_VERSION, wrap("30 01 00 00  00 00 00 00"));
        assertFalse(wrap("00 01 00 00  00 00 00 00") == Check.OK);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
