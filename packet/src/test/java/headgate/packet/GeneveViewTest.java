package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GeneveViewTest extends ViewContract {
    private final GeneveView view = new GeneveView();

    @Override
    String header() {
        return """
        02 40 65 58                  # 8 bytes of options, critical ones; Ethernet
        00 00 0a 00                  # identifier 10
        01 02 80 01  aa bb cc dd     # an option
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.protocolType();
        view.networkIdentifier();
    }

    @Test
    void readsAHeaderWithOptions() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(16, view.headerLength());
        assertEquals(0x6558, view.protocolType());
        assertEquals(10, view.networkIdentifier());
    }

    @Test
    void refusesAnotherVersion() {
        assertEquals(Check.BAD_VERSION, wrap("40 00 65 58  00 00 0a 00"));
        assertTrue(wrap("00 00 65 58  00 00 0a 00") == Check.OK);
        assertFalse(view.headerLength() > GeneveView.MIN_HEADER_LENGTH);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
