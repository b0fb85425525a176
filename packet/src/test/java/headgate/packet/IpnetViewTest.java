package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IpnetViewTest extends ViewContract {
    private final IpnetView view = new IpnetView();

    @Override
    String header() {
        return """
        01 02 00 00  00 00 00 54     # version 1, IPv4, inbound, 84 bytes
        00 00 00 02  00 00 00 00  ff ff ff ff  00 00 00 00
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.etherType();
    }

    @Test
    void readsTheAddressFamily() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(EtherType.IPV4, view.etherType());
        wrap(header().replace("01 02", "01 1a"));
        assertTrue(view.etherType() == EtherType.IPV6);
        wrap(header().replace("01 02", "01 03"));
        assertFalse(view.etherType() >= 0);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
