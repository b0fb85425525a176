package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The vectors are those of Microsoft's "Verifying the RSS Hash Calculation".
class ToeplitzHashTest {
    private final ToeplitzHash hash = new ToeplitzHash(ToeplitzHash.microsoftKey());

    @ParameterizedTest
    @CsvSource({
        "161.142.100.80, 1766, 66.9.149.187, 2794, 323e8fc2, 51ccc178",
        "65.69.140.83, 4739, 199.92.111.2, 14230, d718262a, c626b0ea",
        "12.22.207.184, 38024, 24.19.198.95, 12898, d2d0a5de, 5c2b394a",
        "209.142.163.6, 2217, 38.27.205.30, 48228, 82989176, afc7327f",
        "202.188.127.2, 1303, 153.39.163.191, 44251, 5d1809c5, 10e828a2",
        "3ffe:2501:200:3::1, 1766, 3ffe:2501:200:1fff::7, 2794, 2cc18cd5, 40207d3d",
        "ff02::1, 4739, 3ffe:501:8::260:97ff:fe40:efab, 14230, 0f0c461c, dde51bbf",
        "fe80::200:f8ff:fe21:67cf, 38024, 3ffe:1900:4545:3:200:f8ff:fe21:67cf, 44251, 4b61e985, "
                + "02d1feef",
    })
    void equalsThePublishedVectors(
            String destination,
            int destinationPort,
            String source,
            int sourcePort,
            String addresses,
            String addressesAndPorts) {
        var frame = frame(source, destination);
        frame.sourcePort = sourcePort;
        frame.destinationPort = destinationPort;
        assertEquals(Integer.parseUnsignedInt(addresses, 16), hash.ofAddresses(frame));
        assertEquals(
                Integer.parseUnsignedInt(addressesAndPorts, 16), hash.ofAddressesAndPorts(frame));
    }

    @Test
    void hashesFragmentsAndPortlessFramesByAddressesAlone() {
        var portless = frame("192.0.2.1", "192.0.2.2");
        assertEquals(hash.ofAddresses(portless), hash.ofAddressesAndPorts(portless));
        portless.sourcePort = portless.destinationPort = 53;
        portless.setIpv4(0, 0, 0, false, true, 0, 64, IpProtocol.UDP, 0);
        assertEquals(hash.ofAddresses(portless), hash.ofAddressesAndPorts(portless));
    }

    @Test
    void refusesAKeyThatIsTooShort() {
        assertThrows(IllegalArgumentException.class, () -> new ToeplitzHash(new byte[39]));
    }

    private static Frame frame(String source, String destination) {
        var from = IpAddress.parse(source);
        var to = IpAddress.parse(destination);
        var frame = new Frame();
        frame.clear();
        frame.ipVersion = from.version();
        frame.sourceHigh = from.high();
        frame.sourceLow = from.low();
        frame.destinationHigh = to.high();
        frame.destinationLow = to.low();
        return frame;
    }
}
