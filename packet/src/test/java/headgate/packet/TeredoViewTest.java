package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TeredoViewTest extends ViewContract {
    private final TeredoView view = new TeredoView();

    @Override
    String header() {
        return """
        00 01 00 00                  # authentication data without identifier and value
        01 02 03 04 05 06 07 08  00  # nonce, confirmation
        00 00 ab cd  f5 ff ff fe     # origin indication
        60 00                        # IPv6
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
    }

    @Test
    void findsIpv6BehindBothIndications() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(21, view.headerLength());
    }

    @Test
    void findsIpv6Alone() {
        assertEquals(Check.OK, wrap("60 00 00 00"));
        assertEquals(0, view.headerLength());
    }

    @Test
    void refusesWhatIsNotIpv6() {
        assertEquals(Check.BAD_VERSION, wrap("45 00 00 00"));
        assertTrue(wrap("00 00 ab cd  f5 ff ff fe  45 00") == Check.BAD_VERSION);
        assertFalse(wrap("00 00 ab cd  f5 ff ff fe  6f 00") != Check.OK);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
