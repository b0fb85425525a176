package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PktapViewTest extends ViewContract {
    private final PktapView view = new PktapView();

    @Override
    String header() {
        return """
        10 00 00 00                  # 16 bytes
        01 00 00 00                  # a packet
        01 00 00 00                  # Ethernet
        65 6e 30 00                  # en0
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.isPacket();
        view.linkType();
    }

    /// Random lengths of 32 bits hardly ever fit: the upper bytes of the first word are zero.
    @Test
    @Override
    void neverReadsTooFarInRandomBytes() {
        var random = new Random(7);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            var bytes = new byte[4 + random.nextInt(100)];
            random.nextBytes(bytes);
            bytes[1] = bytes[2] = bytes[3] = 0;
            if (view.wrap(Hex.segment(bytes), 0, bytes.length) == Check.OK) {
                readAll();
                accepted++;
            }
        }
        assertNotEquals(0, accepted);
    }

    @Test
    void readsTheLinkType() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(16, view.headerLength());
        assertTrue(view.isPacket());
        assertEquals(LinkType.ETHERNET, view.linkType());
    }

    @Test
    void refusesALengthThatNoHeaderHas() {
        assertEquals(Check.BAD_LENGTH, wrap("0b 00 00 00  01 00 00 00  01 00 00 00"));
        assertEquals(Check.BAD_LENGTH, wrap("ff ff ff ff  01 00 00 00  01 00 00 00"));
        assertFalse(wrap("0c 00 00 00  00 00 00 00  01 00 00 00") != Check.OK);
        assertFalse(view.isPacket());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
