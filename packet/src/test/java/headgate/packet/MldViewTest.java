package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MldViewTest extends ViewContract {
    private final MldView view = new MldView();

    @Override
    String header() {
        return """
        83 00 ab cd  00 00 00 00     # report
        ff 02 00 00 00 00 00 00  00 00 00 01 ff 00 00 05
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.maxResponseCode();
        view.multicastAddressHigh();
        view.multicastAddressLow();
    }

    @Test
    void readsTheMulticastAddress() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(0xff02_0000_0000_0000L, view.multicastAddressHigh());
        assertEquals(0x1_ff00_0005L, view.multicastAddressLow());
        assertEquals(0, view.maxResponseCode());
    }

    @Test
    void knowsTheMessagesThatHaveThisForm() {
        assertTrue(MldView.is(MldView.QUERY));
        assertTrue(MldView.is(MldView.DONE));
        assertFalse(MldView.is(MldView.V2_REPORT));
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
