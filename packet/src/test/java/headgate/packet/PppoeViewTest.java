package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PppoeViewTest extends ViewContract {
    private final PppoeView view = new PppoeView();

    @Override
    String header() {
        return """
        11 00 12 34                  # version 1, type 1, session data, session 0x1234
        00 2a                        # 42 bytes follow
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.version();
        view.type();
        view.code();
        view.sessionIdentifier();
        view.length();
    }

    @Test
    void readsTheFieldsOfTheSessionStage() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(1, view.version());
        assertEquals(1, view.type());
        assertEquals(PppoeView.SESSION_DATA, view.code());
        assertEquals(0x1234, view.sessionIdentifier());
        assertEquals(42, view.length());
    }

    @Test
    void readsTheCodeOfTheDiscoveryStage() {
        assertEquals(Check.OK, wrap("11 09 00 00 00 0c  # PADI, no session yet, 12 bytes"));
        assertEquals(9, view.code());
        assertFalse(view.code() == PppoeView.SESSION_DATA);
        assertTrue(view.sessionIdentifier() == 0);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
