package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AristaViewTest extends ViewContract {
    private final AristaView view = new AristaView();

    @Override
    String header() {
        return """
        00 01 01 10  5f 00 00 00  00 00 00 07   # 64 bits, UTC
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.headerLength();
    }

    @Test
    void tellsTheLengthOfBothForms() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(12, view.headerLength());
        assertEquals(Check.OK, wrap("00 01 00 20  00 00 00 00 00 07"));
        assertEquals(10, view.headerLength());
    }

    @Test
    void knowsNoLengthOfOtherForms() {
        assertEquals(Check.OK, wrap("00 02 01 10  5f 00 00 00  00 00 00 07"));
        assertEquals(0, view.timestampLength());
        assertEquals(Check.OK, wrap("00 01 01 30  5f 00 00 00  00 00 00 07"));
        assertEquals(0, view.timestampLength());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
