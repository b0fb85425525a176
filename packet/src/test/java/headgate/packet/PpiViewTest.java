package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PpiViewTest extends ViewContract {
    private final PpiView view = new PpiView();

    @Override
    String header() {
        return """
        00 00 0c 00                  # version 0, 12 bytes
        69 00 00 00                  # IEEE 802.11
        05 00 00 00                  # a field of no bytes
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.linkType();
    }

    @Test
    void readsTheLinkType() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(12, view.headerLength());
        assertEquals(105, view.linkType());
    }

    @Test
    void refusesAnotherVersionAndTooShortALength() {
        assertEquals(Check.BAD_VERSION, wrap("01 00 08 00  69 00 00 00"));
        assertEquals(Check.BAD_LENGTH, wrap("00 00 07 00  69 00 00 00"));
        assertTrue(wrap("00 00 08 00  01 00 00 00") == Check.OK);
        assertFalse(view.linkType() != LinkType.ETHERNET);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
