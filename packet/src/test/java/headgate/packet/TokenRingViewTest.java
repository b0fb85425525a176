package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenRingViewTest extends ViewContract {
    private final TokenRingView view = new TokenRingView();

    @Override
    String header() {
        return """
        10 40                        # a frame, LLC
        02 00 00 00 00 02  82 00 00 00 00 01
        06 90  00 11 00 20           # six bytes of route
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.isLlc();
    }

    @Test
    void skipsTheRouteOfTheSource() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(20, view.headerLength());
        assertTrue(view.isLlc());
    }

    @Test
    void readsAHeaderWithoutRoute() {
        assertEquals(Check.OK, wrap("10 00  02 00 00 00 00 02  02 00 00 00 00 01"));
        assertEquals(14, view.headerLength());
        assertFalse(view.isLlc());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
