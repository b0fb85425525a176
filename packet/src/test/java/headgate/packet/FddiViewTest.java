package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FddiViewTest extends ViewContract {
    private final FddiView view = new FddiView();

    @Override
    String header() {
        return """
        50                           # asynchronous LLC frame
        02 00 00 00 00 02  02 00 00 00 00 01
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.isLlc();
    }

    @Test
    void tellsLlcFramesFromOthers() {
        assertEquals(Check.OK, wrap(header()));
        assertTrue(view.isLlc());
        assertEquals(Check.OK, wrap(header().replace("50 ", "41 ")));
        assertFalse(view.isLlc());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
