package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class L2tpViewTest extends ViewContract {
    private final L2tpView view = new L2tpView();

    @Override
    String header() {
        return """
        4a 02 00 10                  # data with length, sequence numbers and offset; version 2, 16 bytes
        00 01 00 02                  # tunnel 1, session 2
        00 05 00 04                  # Ns 5, Nr 4
        00 02  00 00                 # two bytes of padding
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.isControl();
        view.version();
    }

    @Test
    void readsADataMessageWithAllOptionalFields() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(2, view.version());
        assertFalse(view.isControl());
        assertEquals(16, view.headerLength());
    }

    @Test
    void readsTheShortestDataMessage() {
        assertEquals(Check.OK, wrap("00 02  00 01 00 02"));
        assertEquals(6, view.headerLength());
    }

    @Test
    void readsControlMessagesOfBothVersions() {
        assertEquals(Check.OK, wrap("c8 02 00 0c  00 01 00 00  00 00 00 00"));
        assertTrue(view.isControl());
        assertEquals(12, view.headerLength());
        assertEquals(Check.OK, wrap("c8 03 00 0c  00 00 00 01  00 00 00 00"));
        assertEquals(3, view.version());
        assertEquals(12, view.headerLength());
    }

    @Test
    void refusesAnotherVersion() {
        assertEquals(Check.BAD_VERSION, wrap("00 01  00 01 00 02"));
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
