package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GtpViewTest extends ViewContract {
    private final GtpView view = new GtpView();

    @Override
    String header() {
        return """
        34 ff 00 1c                  # version 1, extension headers, G-PDU, 28 bytes
        00 00 00 2a                  # endpoint 42
        00 00 00 85                  # next: PDU session container
        01 10 09 00                  # four bytes, nothing after it
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
        view.isGtp();
        view.messageType();
        view.length();
        view.tunnelEndpointIdentifier();
    }

    @Test
    void readsAHeaderWithAnExtension() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(1, view.version());
        assertTrue(view.isGtp());
        assertEquals(GtpView.G_PDU, view.messageType());
        assertEquals(28, view.length());
        assertEquals(42, view.tunnelEndpointIdentifier());
        assertEquals(16, view.headerLength());
    }

    @Test
    void readsAHeaderWithoutOptionalFields() {
        assertEquals(Check.OK, wrap("30 ff 00 00  ff ff ff ff"));
        assertEquals(8, view.headerLength());
        assertEquals(-1, view.tunnelEndpointIdentifier());
    }

    @Test
    void refusesAnExtensionHeaderOfNoLength() {
        assertEquals(Check.BAD_LENGTH, wrap("34 ff 00 08  00 00 00 01  00 00 00 85  00 10 09 00"));
    }

    @Test
    void refusesAnotherVersion() {
        assertEquals(Check.BAD_VERSION, wrap("48 20 00 00  00 00 00 01  # version 2"));
        assertFalse(wrap("20 ff 00 00  00 00 00 01  # charging") != Check.OK);
        assertFalse(view.isGtp());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
