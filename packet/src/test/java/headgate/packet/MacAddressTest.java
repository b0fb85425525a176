package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @Test
    void readsWhatItWrites() {
        assertEquals("02:00:5e:10:00:ff", MacAddress.format(0x02005e1000ffL));
        assertEquals(0x02005e1000ffL, MacAddress.parse("02:00:5e:10:00:ff"));
        assertEquals(0x02005e1000ffL, MacAddress.parse("2-0-5E-10-0-FF"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "02:00:5e:10:00", "02:00:5e:10:00:ff:00", "02:00:5e:10:00:fg"})
    void refusesWhatIsNoMacAddress(String text) {
        assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text));
    }

    @Test
    void knowsGroupAddressesByTheirLowestFirstBit() {
        assertTrue(MacAddress.isMulticast(MacAddress.BROADCAST));
        assertTrue(MacAddress.isMulticast(MacAddress.parse("01:00:5e:00:00:01")));
        assertFalse(MacAddress.isMulticast(MacAddress.parse("02:00:5e:00:00:01")));
    }
}
