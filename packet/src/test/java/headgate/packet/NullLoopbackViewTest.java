package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NullLoopbackViewTest extends ViewContract {
    private final NullLoopbackView view = new NullLoopbackView();

    @Override
    String header() {
        return """
        1e 00 00 00                  # AF_INET6 of macOS, little endian
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.family();
        view.etherType();
    }

    @Test
    void readsAFamilyInTheOrderOfALittleEndianHost() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(30, view.family());
        assertEquals(EtherType.IPV6, view.etherType());
    }

    @Test
    void readsAFamilyInNetworkOrder() {
        view.wrap(Hex.segment("00 00 00 02"), 0, 4);
        assertEquals(2, view.family());
        assertEquals(EtherType.IPV4, view.etherType());
    }

    @Test
    void knowsNoEtherTypeForOtherFamilies() {
        view.wrap(Hex.segment("00 00 00 07"), 0, 4);
        assertEquals(-1, view.etherType());
    }
}
