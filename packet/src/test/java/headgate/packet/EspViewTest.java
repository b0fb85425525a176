package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EspViewTest extends ViewContract {
    private final EspView view = new EspView();

    @Override
    String header() {
        return """
        c0 ff ee 00                  # SPI
        00 00 00 07                  # sequence number 7
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.securityParametersIndex();
        view.sequenceNumber();
    }

    @Test
    void readsWhatIsNotEncrypted() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(0xc0ffee00, view.securityParametersIndex());
        assertEquals(7, view.sequenceNumber());
        assertTrue(view.sequenceNumber() > 0);
        assertFalse(view.securityParametersIndex() == 0);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
