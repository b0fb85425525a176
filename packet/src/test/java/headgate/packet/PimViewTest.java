package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PimViewTest extends ViewContract {
    private final PimView view = new PimView();

    @Override
    String header() {
        return """
        21 00 de ff                  # version 2, Register
        40 00 00 00                  # null
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.type();
        view.checksum();
        view.isRegister();
        view.headerLength();
    }

    @Test
    void readsARegister() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(1, view.type());
        assertEquals(0xdeff, view.checksum());
        assertTrue(view.isRegister());
        assertEquals(8, view.headerLength());
    }

    @Test
    void takesNoOtherMessageAndNoOtherVersionForARegister() {
        assertEquals(Check.OK, wrap("20 00 de ff"));
        assertFalse(view.isRegister());
        assertEquals(Check.OK, wrap("11 00 de ff"));
        assertFalse(view.isRegister());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
