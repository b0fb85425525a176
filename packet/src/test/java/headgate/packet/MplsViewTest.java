package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MplsViewTest extends ViewContract {
    private final MplsView view = new MplsView();

    @Override
    String header() {
        return """
        00 01 06 40                  # label 16, class 3, not the last
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.label();
        view.trafficClass();
        view.isBottomOfStack();
        view.timeToLive();
    }

    @Test
    void readsTheFieldsOfAnEntry() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(16, view.label());
        assertEquals(3, view.trafficClass());
        assertFalse(view.isBottomOfStack());
        assertEquals(64, view.timeToLive());
    }

    @Test
    void findsTheBottomOfTheStack() {
        assertEquals(
                Check.OK, wrap("ff ff ff fe  # all ones but the last bit of the time to live"));
        assertEquals(0xfffff, view.label());
        assertEquals(7, view.trafficClass());
        assertTrue(view.isBottomOfStack());
        assertEquals(254, view.timeToLive());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
