package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IcmpViewTest extends ViewContract {
    private final IcmpView view = new IcmpView();

    @Override
    String header() {
        return """
        08 03 ab cd                  # echo, code 3, checksum
        fe dc 80 01                  # identifier, sequence number
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.type();
        view.code();
        view.checksum();
        view.identifier();
        view.sequenceNumber();
    }

    @Test
    void readsTheFieldsOfAnEcho() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(IcmpView.ECHO, view.type());
        assertEquals(3, view.code());
        assertEquals(0xabcd, view.checksum());
        assertEquals(0xfedc, view.identifier());
        assertEquals(0x8001, view.sequenceNumber());
    }

    @Test
    void knowsWhichMessagesHaveAnIdentifier() {
        assertTrue(IcmpView.hasIdentifier(IcmpView.ECHO_REPLY));
        assertTrue(IcmpView.hasIdentifier(13));
        assertFalse(IcmpView.hasIdentifier(3));
        assertTrue(IcmpView.v6HasIdentifier(IcmpView.V6_ECHO_REPLY));
        assertFalse(IcmpView.v6HasIdentifier(135));
    }
}
