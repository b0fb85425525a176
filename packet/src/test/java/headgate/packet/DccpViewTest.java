package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DccpViewTest extends ViewContract {
    private final DccpView view = new DccpView();

    @Override
    String header() {
        return """
        13 89 c3 50                  # 5001 > 50000
        04 00 ab cd                  # 16 bytes, checksum
        05 00 00 00  00 00 00 2a     # data, long sequence number 42
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.sourcePort();
        view.destinationPort();
        view.checksum();
        view.type();
    }

    @Test
    void readsTheFieldsOfADataPacket() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(5001, view.sourcePort());
        assertEquals(50000, view.destinationPort());
        assertEquals(16, view.headerLength());
        assertEquals(0xabcd, view.checksum());
        assertEquals(2, view.type());
    }

    @Test
    void refusesADataOffsetShorterThanTheHeader() {
        assertEquals(Check.BAD_LENGTH, wrap("13 89 c3 50  03 00 00 00  05 00 00 00  00 00 00 01"));
        assertTrue(view.headerLength() == 16);
        assertFalse(wrap("13 89 c3 50  03 00 00 00  04 00 00 01") != Check.OK);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
