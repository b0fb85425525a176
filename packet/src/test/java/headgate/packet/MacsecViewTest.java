package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MacsecViewTest extends ViewContract {
    private final MacsecView view = new MacsecView();

    @Override
    String header() {
        return """
        22 00 00 00 00 07            # with a channel, association 2, packet 7
        02 00 00 00 00 01 00 01
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.isClear();
        view.shortLength();
    }

    @Test
    void readsATagWithAChannel() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(14, view.headerLength());
        assertTrue(view.isClear());
    }

    @Test
    void readsAnEncryptedTagOfAShortFrame() {
        assertEquals(Check.OK, wrap("0c 2c 00 00 00 07"));
        assertEquals(6, view.headerLength());
        assertEquals(44, view.shortLength());
        assertFalse(view.isClear());
    }

    @Test
    void refusesAnotherVersion() {
        assertEquals(Check.BAD_VERSION, wrap("a2 00 00 00 00 07  02 00 00 00 00 01 00 01"));
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
