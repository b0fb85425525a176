package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VlanViewTest extends ViewContract {
    private final VlanView view = new VlanView();

    @Override
    String header() {
        return """
        b0 2a                        # priority 5, drop eligible, VLAN 42
        86 dd                        # IPv6
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.tagControlInformation();
        view.priority();
        view.dropEligible();
        view.vlanIdentifier();
        view.lengthOrType();
        view.isType();
    }

    @Test
    void readsTheFieldsOfTheTag() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(0xb02a, view.tagControlInformation());
        assertEquals(5, view.priority());
        assertTrue(view.dropEligible());
        assertEquals(42, view.vlanIdentifier());
        assertEquals(EtherType.IPV6, view.lengthOrType());
        assertTrue(view.isType());
    }

    @Test
    void keepsThePriorityOutOfTheIdentifier() {
        view.wrap(Hex.segment("ef ff 00 26"), 0, 4);
        assertEquals(7, view.priority());
        assertFalse(view.dropEligible());
        assertEquals(4095, view.vlanIdentifier());
        assertFalse(view.isType());
    }
}
