package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AhViewTest extends ViewContract {
    private final AhView view = new AhView();

    @Override
    String header() {
        return """
        06 04 00 00                  # TCP follows, 24 bytes
        00 00 01 00                  # SPI 256
        00 00 00 09                  # sequence number 9
        00 00 00 00  00 00 00 00  00 00 00 00
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.nextHeader();
        view.headerLength();
        view.securityParametersIndex();
        view.sequenceNumber();
    }

    @Test
    void readsTheFieldsOfAHeader() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(IpProtocol.TCP, view.nextHeader());
        assertEquals(24, view.headerLength());
        assertEquals(256, view.securityParametersIndex());
        assertEquals(9, view.sequenceNumber());
    }

    @Test
    void refusesALengthShorterThanTheHeader() {
        assertEquals(Check.BAD_LENGTH, wrap("06 00 00 00  00 00 00 01  00 00 00 01"));
        assertTrue(view.headerLength() == 8);
        assertFalse(wrap("06 01 00 00  00 00 00 01  00 00 00 01") != Check.OK);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
