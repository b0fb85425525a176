package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class Ipv6FragmentViewTest extends ViewContract {
    private final Ipv6FragmentView view = new Ipv6FragmentView();

    @Override
    String header() {
        return """
        11 00 05 a9                  # UDP next, offset 1448, more fragments
        fa ce b0 0c                  # identification
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.nextHeader();
        view.fragmentOffset();
        view.moreFragments();
        view.identification();
    }

    @Test
    void readsTheFields() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(IpProtocol.UDP, view.nextHeader());
        assertEquals(1448, view.fragmentOffset());
        assertTrue(view.moreFragments());
        assertEquals(0xfaceb00c, view.identification());
    }

    @Test
    void keepsTheReservedBitsOutOfTheOffset() {
        view.wrap(Hex.segment("11 00 00 06  00 00 00 00"), 0, 8);
        assertEquals(0, view.fragmentOffset());
        assertFalse(view.moreFragments());
    }
}
