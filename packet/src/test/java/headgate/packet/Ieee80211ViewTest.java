package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class Ieee80211ViewTest extends ViewContract {
    private final Ieee80211View view = new Ieee80211View();

    @Override
    String header() {
        return """
        88 01 2c 00                  # QoS data to the distribution system
        02 00 00 00 00 02  02 00 00 00 00 01  02 00 00 00 00 03
        10 00  00 00                 # sequence number 1, priority 0
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.type();
        view.subtype();
        view.isLlc();
    }

    @Test
    void readsAHeaderOfQosData() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(2, view.type());
        assertEquals(8, view.subtype());
        assertEquals(26, view.headerLength());
        assertTrue(view.isLlc());
    }

    @Test
    void countsTheFourthAddressAndHtControl() {
        assertEquals(
                Check.OK,
                wrap(
                        """
                        88 83 2c 00              # to and from the distribution system, +HTC
                        02 00 00 00 00 02  02 00 00 00 00 01  02 00 00 00 00 03
                        10 00  02 00 00 00 00 04
                        00 00  00 00 00 00
                        """));
        assertEquals(36, view.headerLength());
    }

    @Test
    void findsNoLlcInWhatIsEncryptedEmptyOrAnAggregate() {
        wrap(header().replace("88 01", "88 41"));
        assertFalse(view.isLlc());
        wrap(header().replace("88 01", "c8 01"));
        assertFalse(view.isLlc());
        wrap(header().replace("10 00  00 00", "10 00  80 00"));
        assertFalse(view.isLlc());
        wrap(header().replace("10 00  00 00", "11 00  00 00"));
        assertFalse(view.isLlc());
    }

    @Test
    void readsAControlFrame() {
        assertEquals(Check.OK, wrap("d4 00 00 00  02 00 00 00 00 02  # acknowledgment"));
        assertEquals(1, view.type());
        assertFalse(view.isLlc());
    }

    /// As controllers of wireless access points have them.
    @Test
    void readsATunnelledFrameWhoseFirstTwoBytesAreExchanged() {
        String rest = "2c 00 020000000001 020000000002 020000000003 01 00";
        for (String control : new String[] {"08 01", "01 08"}) {
            var bytes = Hex.segment(control + rest);
            assertEquals(Check.OK, view.wrapTunnelled(bytes, 0, bytes.byteSize()), control);
            assertEquals(2, view.type(), control);
            assertTrue(view.isLlc(), control);
        }
        var bytes = Hex.segment("01 40" + rest); // a probe request is no data
        assertEquals(Check.OK, view.wrapTunnelled(bytes, 0, bytes.byteSize()));
        assertFalse(view.isLlc());
        assertEquals(Check.TRUNCATED, view.wrapTunnelled(bytes, 0, 1));
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
