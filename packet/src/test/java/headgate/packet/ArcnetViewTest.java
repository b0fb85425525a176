package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ArcnetViewTest extends ViewContract {
    private final ArcnetView view = new ArcnetView();

    @Override
    String header() {
        return """
        be 00 ed 08 d4               # from 0xbe to all, offsets, RFC 1201 IP
        00 01 65                     # whole, sequence number 357
        """;
    }

    @Override
    Wrap view() {
        return (bytes, offset, limit) -> view.wrap(bytes, offset, limit, true);
    }

    @Override
    void readAll() {
        view.headerLength();
        view.isWhole();
        view.etherType();
    }

    @Test
    void readsAHeaderOfRfc1201() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(EtherType.IPV4, view.etherType());
        assertEquals(8, view.headerLength());
        assertTrue(view.isWhole());
    }

    @Test
    void readsAHeaderOfRfc1051() {
        assertEquals(Check.OK, wrap("be 00 ed 08 f1  00 07"));
        assertEquals(EtherType.ARP, view.etherType());
        assertEquals(5, view.headerLength());
    }

    @Test
    void readsAHeaderWithoutOffsets() {
        var bytes = Hex.segment("be 00 f0");
        assertEquals(Check.OK, view.wrap(bytes, 0, 3, false));
        assertEquals(EtherType.IPV4, view.etherType());
        assertEquals(3, view.headerLength());
    }

    @Test
    void tellsFragmentsFromWholePackets() {
        assertEquals(Check.OK, wrap("be 00 ed 08 d4  03 01 65  # the first of three"));
        assertFalse(view.isWhole());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
