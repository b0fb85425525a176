package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CapwapViewTest extends ViewContract {
    private final CapwapView view = new CapwapView();

    @Override
    String header() {
        return """
        00 20 43 20  00 00 00 00     # 4 words, radio 1, IEEE 802.11, native frame, wireless info
        04 dc 2e 00 00 00 00 00      # 4 bytes of information, and padding
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.isEncrypted();
        view.isIeee80211();
        view.isIeee8023();
    }

    @Test
    void tellsWhichFrameFollows() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(16, view.headerLength());
        assertTrue(view.isIeee80211());
        assertFalse(view.isIeee8023());
        assertEquals(Check.OK, wrap("00 10 42 00  00 00 00 00"));
        assertTrue(view.isIeee8023());
        assertFalse(view.isIeee80211());
    }

    @Test
    void knowsNoFrameInFragmentsKeepAlivesAndOtherBindings() {
        for (String other : new String[] {"00 10 43 80", "00 10 43 08", "00 10 47 00"}) {
            assertEquals(Check.OK, wrap(other + "00 00 00 00"));
            assertFalse(view.isIeee80211() || view.isIeee8023(), other);
        }
    }

    @Test
    void hasFourBytesBeforeWhatIsEncrypted() {
        assertEquals(Check.OK, wrap("01 00 00 00"));
        assertEquals(4, view.headerLength());
        assertTrue(view.isEncrypted());
        assertFalse(view.isIeee8023());
    }

    @Test
    void refusesOtherVersionsAndALengthThatIsTooShort() {
        assertEquals(Check.BAD_VERSION, wrap("10 10 42 00  00 00 00 00"));
        assertEquals(Check.BAD_VERSION, wrap("02 10 42 00  00 00 00 00"));
        assertEquals(Check.BAD_LENGTH, wrap("00 08 42 00  00 00 00 00"));
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
