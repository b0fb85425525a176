package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RadiotapViewTest extends ViewContract {
    private final RadiotapView view = new RadiotapView();

    @Override
    String header() {
        return """
        00 00 10 00                  # version 0, 16 bytes
        03 00 00 80  00 00 00 00     # TSFT, flags and another word; nothing in it
        00 00 00 00
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
        view.hasFrameCheckSequence();
        view.hasDataPadding();
    }

    @Test
    void findsTheFlagsBehindTheTimeStamp() {
        assertEquals(
                Check.OK,
                wrap(
                        """
                        00 00 19 00  03 00 00 80  00 00 00 00  00 00 00 00
                        01 02 03 04 05 06 07 08      # TSFT at a multiple of eight
                        30                           # frame check sequence and padding
                        """));
        assertEquals(25, view.headerLength());
        assertTrue(view.hasFrameCheckSequence());
        assertTrue(view.hasDataPadding());
    }

    @Test
    void takesAbsentFlagsForZero() {
        assertEquals(Check.OK, wrap("00 00 09 00  04 00 00 00  10  # the rate alone"));
        assertFalse(view.hasFrameCheckSequence());
        assertEquals(Check.OK, wrap("00 00 09 00  02 00 00 00  10  # the flags alone"));
        assertTrue(view.hasFrameCheckSequence());
    }

    @Test
    void refusesAnotherVersionAndTooShortALength() {
        assertEquals(Check.BAD_VERSION, wrap("01 00 08 00  00 00 00 00"));
        assertEquals(Check.BAD_LENGTH, wrap("00 00 07 00  00 00 00 00"));
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
