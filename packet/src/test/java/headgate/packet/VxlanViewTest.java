package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VxlanViewTest extends ViewContract {
    private final VxlanView view = new VxlanView();

    @Override
    String header() {
        return """
        08 00 00 00                  # I
        00 00 7b 00                  # identifier 123
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.hasIdentifier();
        view.nextProtocol();
        view.networkIdentifier();
    }

    @Test
    void readsTheNetworkIdentifier() {
        assertEquals(Check.OK, wrap(header()));
        assertTrue(view.hasIdentifier());
        assertEquals(0, view.nextProtocol());
        assertEquals(123, view.networkIdentifier());
    }

    @Test
    void readsTheNextProtocolOfTheExtension() {
        assertEquals(Check.OK, wrap("0c 00 00 01  ff ff ff 00  # I and P, IPv4"));
        assertEquals(VxlanView.NEXT_IPV4, view.nextProtocol());
        assertEquals(0xffffff, view.networkIdentifier());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
