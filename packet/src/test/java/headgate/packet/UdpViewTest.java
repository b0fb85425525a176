package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UdpViewTest extends ViewContract {
    private final UdpView view = new UdpView();

    @Override
    String header() {
        return """
        c3 50  00 35                 # source port 50000, destination port 53
        00 0c  ab cd                 # length 12, checksum
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
        view.length();
        view.checksum();
    }

    @Test
    void readsTheFourFields() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(50000, view.sourcePort());
        assertEquals(53, view.destinationPort());
        assertEquals(12, view.length());
        assertEquals(0xabcd, view.checksum());
    }

    @Test
    void refusesALengthShorterThanItsHeader() {
        assertEquals(Check.BAD_LENGTH, view.wrap(Hex.segment("00 01 00 02  00 07 00 00"), 0, 8));
    }

    @Test
    void acceptsTheLengthZeroOfAJumbogram() {
        assertEquals(Check.OK, view.wrap(Hex.segment("00 01 00 02  00 00 00 00"), 0, 8));
    }
}
