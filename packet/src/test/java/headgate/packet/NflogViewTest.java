package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NflogViewTest extends ViewContract {
    private final NflogView view = new NflogView();

    @Override
    String header() {
        return """
        02 00 00 2a                  # IPv4, resource 42
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.payloadOffset();
        view.payloadLength();
        view.etherType();
    }

    @Test
    void findsThePayloadAmongTheAttributes() {
        assertEquals(
                Check.OK,
                wrap(
                        """
                        0a 00 00 2a                  # IPv6
                        05 00 0a 00  00 00 00 00     # prefix, one byte and padding
                        06 00 09 00  60 00           # the packet, two bytes
                        """));
        assertEquals(EtherType.IPV6, view.etherType());
        assertEquals(16, view.payloadOffset());
        assertEquals(2, view.payloadLength());
    }

    @Test
    void readsAttributesOfABigEndianMachine() {
        assertEquals(Check.OK, wrap("02 00 00 2a  00 08 00 05 00 00 00 02  00 05 00 09 45"));
        assertEquals(16, view.payloadOffset());
        assertEquals(1, view.payloadLength());
    }

    @Test
    void findsNoPayloadBehindAnAttributeOfNoLength() {
        assertEquals(Check.OK, wrap("02 00 00 2a  00 00 0a 00  05 00 09 00 45"));
        assertEquals(0, view.payloadOffset());
        assertTrue(view.payloadLength() == 0);
    }

    @Test
    void refusesAnotherVersion() {
        assertEquals(Check.BAD_VERSION, wrap("02 01 00 2a"));
        assertFalse(wrap("07 00 00 2a  # bridge") != Check.OK);
        assertEquals(-1, view.etherType());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
