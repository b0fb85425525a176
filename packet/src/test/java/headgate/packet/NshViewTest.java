package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NshViewTest extends ViewContract {
    private final NshView view = new NshView();

    @Override
    String header() {
        return """
        0f c3 02 03                  # TTL 63, 12 bytes, MD type 2, Ethernet
        00 00 2a ff                  # path 42, index 255
        01 02 03 04
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.nextProtocol();
        view.servicePathIdentifier();
    }

    @Test
    void readsTheFieldsOfAHeader() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(12, view.headerLength());
        assertEquals(NshView.NEXT_ETHERNET, view.nextProtocol());
        assertEquals(42, view.servicePathIdentifier());
    }

    @Test
    void refusesAnotherVersionAndTooShortALength() {
        assertEquals(Check.BAD_VERSION, wrap("4f c2 02 03  00 00 2a ff"));
        assertEquals(Check.BAD_LENGTH, wrap("0f c1 02 03  00 00 2a ff"));
        assertTrue(wrap("0f c2 02 01  00 00 2a ff") == Check.OK);
        assertFalse(view.nextProtocol() != NshView.NEXT_IPV4);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
