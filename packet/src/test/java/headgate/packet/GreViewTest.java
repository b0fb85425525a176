package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GreViewTest extends ViewContract {
    private final GreView view = new GreView();

    @Override
    String header() {
        return """
        b0 00 08 00                  # checksum, key and sequence number; IPv4
        12 34 00 00                  # checksum
        00 00 00 2a                  # key 42
        80 00 00 01                  # sequence number 2147483649
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.flagsAndVersion();
        view.version();
        view.hasRouting();
        view.hasKey();
        view.hasSequenceNumber();
        view.protocolType();
        view.key();
        view.sequenceNumber();
    }

    @Test
    void readsAllOptionalFields() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(0xb000, view.flagsAndVersion());
        assertEquals(0, view.version());
        assertEquals(EtherType.IPV4, view.protocolType());
        assertTrue(view.hasKey());
        assertEquals(42, view.key());
        assertTrue(view.hasSequenceNumber());
        assertEquals(0x80000001, view.sequenceNumber());
        assertFalse(view.hasRouting());
        assertEquals(16, view.headerLength());
    }

    @Test
    void readsAHeaderWithoutOptionalFields() {
        assertEquals(Check.OK, wrap("00 00 65 58  # transparent Ethernet bridging"));
        assertEquals(4, view.headerLength());
        assertFalse(view.hasKey());
        assertEquals(0, view.key());
    }

    @Test
    void readsTheEnhancedHeaderOfPptp() {
        assertEquals(
                Check.OK,
                wrap(
                        """
                        30 81 88 0b      # key, sequence number, acknowledgment; version 1, PPP
                        00 20 00 07      # 32 bytes of payload, call 7
                        00 00 00 05  00 00 00 04
                        """));
        assertEquals(1, view.version());
        assertEquals(16, view.headerLength());
        assertEquals(0x00200007, view.key());
        assertEquals(5, view.sequenceNumber());
    }

    @Test
    void refusesAnotherVersion() {
        assertEquals(Check.BAD_VERSION, wrap("00 02 08 00"));
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
