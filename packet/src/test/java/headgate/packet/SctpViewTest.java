package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SctpViewTest extends ViewContract {
    private final SctpView view = new SctpView();

    @Override
    String header() {
        return """
        c3 50 0b 59                  # 50000 > 2905
        de ad be ef                  # verification tag
        12 34 56 78                  # checksum
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.sourcePort();
        view.destinationPort();
        view.verificationTag();
        view.checksum();
    }

    @Test
    void readsTheFieldsOfTheCommonHeader() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(50000, view.sourcePort());
        assertEquals(2905, view.destinationPort());
        assertEquals(0xdeadbeef, view.verificationTag());
        assertEquals(0x12345678, view.checksum());
        assertTrue(view.sourcePort() > view.destinationPort());
        assertFalse(view.sourcePort() < 0);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
