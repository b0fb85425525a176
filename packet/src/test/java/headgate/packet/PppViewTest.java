package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PppViewTest extends ViewContract {
    private final PppView view = new PppView();

    @Override
    String header() {
        return """
        00 21                        # IPv4
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.protocol();
    }

    @Test
    void readsAProtocolOfTwoBytes() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(PppView.IPV4, view.protocol());
        assertEquals(2, view.headerLength());
    }

    @Test
    void skipsAddressAndControl() {
        assertEquals(Check.OK, wrap("ff 03  00 57  # IPv6"));
        assertEquals(PppView.IPV6, view.protocol());
        assertEquals(4, view.headerLength());
        assertTrue(wrap("ff 03 00") == Check.TRUNCATED);
    }

    @Test
    void readsACompressedProtocol() {
        assertEquals(Check.OK, wrap("ff 03  21  45  # IPv4, and its first byte"));
        assertEquals(PppView.IPV4, view.protocol());
        assertEquals(3, view.headerLength());
        assertFalse(wrap("21") == Check.TRUNCATED);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
