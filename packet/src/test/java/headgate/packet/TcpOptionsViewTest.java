package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TcpOptionsViewTest {
    private final TcpOptionsView options = new TcpOptionsView();

    @Test
    void readsTheOptionsOfASyn() {
        place(
                """
                02 04 05 b4                    # maximum segment size 1460
                04 02                          # SACK permitted
                08 0a ff ff ff fe  00 00 00 01 # timestamps
                01                             # no operation
                03 03 0e                       # window scale 14
                """);
        assertTrue(options.next() && options.isMaximumSegmentSize());
        assertEquals(1460, options.maximumSegmentSize());
        assertTrue(options.next() && options.isSackPermitted());
        assertTrue(options.next() && options.isTimestamps());
        assertEquals(0xffff_fffe, options.timestampValue());
        assertEquals(1, options.timestampEchoReply());
        assertTrue(options.next() && options.isWindowScale());
        assertEquals(14, options.windowScale());
        assertFalse(options.next());
    }

    @Test
    void stopsAtTheEndOfTheList() {
        place("00 02 04 05 b4");
        assertFalse(options.next());
    }

    @Test
    void stopsAtALengthThatLeadsNowhere() {
        place("05 00 00 00");
        assertFalse(options.next());
        place("05 01 00 00");
        assertFalse(options.next());
    }

    @Test
    void stopsAtALengthThatLeadsBeyondTheHeader() {
        place("01 08 0a 00");
        assertFalse(options.next());
    }

    @Test
    void stopsAtAKindWithoutLength() {
        place("01 01 08");
        assertFalse(options.next());
    }

    @Test
    void takesNoOptionOfAnotherLengthForItsKind() {
        place("02 03 05  03 04 07 00  04 03 00  08 04 00 00");
        while (options.next()) {
            assertFalse(
                    options.isMaximumSegmentSize()
                            || options.isWindowScale()
                            || options.isSackPermitted()
                            || options.isTimestamps(),
                    "kind " + options.kind());
        }
    }

    private void place(String annotated) {
        var bytes = Hex.segment(annotated);
        options.wrap(bytes, 0, bytes.byteSize());
    }
}
