package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "2001:0DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1", // RFC 5952 section 4.2.3: the first of equals
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", // section 4.2.2: one group is not shortened
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "fe80:0:0:0:0:0:0:0, fe80::",
        "0:0:0:0:0:ffff:192.0.2.1, ::ffff:192.0.2.1", // section 5
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0"
    })
    void writesTheCanonicalForm(String text, String canonical) {
        assertEquals(canonical, IpAddress.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "1.2..4",
                "+1.2.3.4",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7::8",
                "12345::",
                "g::",
                "::1.2.3",
                "1:2:3:4:5:6:7:1.2.3.4",
                "fe80::1%eth0"
            })
    void refusesWhatIsNoAddress(String text) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
        assertEquals("'" + text + "' is not an IP address", refusal.getMessage());
    }

    @Test
    void keepsAnIpv4AddressInTheLower32Bits() {
        assertEquals(new IpAddress(4, 0, 0xc0000221L), IpAddress.parse("192.0.2.33"));
        assertEquals("192.0.2.33", IpAddress.formatV4(0xc0000221));
    }

    @Test
    void refusesAnIpv4AddressOfMoreThan32Bits() {
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(4, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(5, 0, 0));
    }
}
