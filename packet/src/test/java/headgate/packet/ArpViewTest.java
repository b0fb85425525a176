package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ArpViewTest extends ViewContract {
    private final ArpView view = new ArpView();

    @Override
    String header() {
        return """
        00 01 08 00                  # Ethernet, IPv4
        06 04 00 02                  # lengths, reply
        02 00 00 00 00 01  0a 00 00 01  # sender
        fe 00 00 00 00 02  c0 00 02 fe  # target
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.hardwareType();
        view.protocolType();
        view.hardwareLength();
        view.protocolLength();
        view.operation();
        view.length();
        view.hasIpv4Addresses();
        view.senderMac();
        view.senderAddress();
        view.targetMac();
        view.targetAddress();
    }

    @Test
    void readsBothEnds() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(1, view.hardwareType());
        assertEquals(EtherType.IPV4, view.protocolType());
        assertEquals(6, view.hardwareLength());
        assertEquals(4, view.protocolLength());
        assertEquals(2, view.operation());
        assertEquals(28, view.length());
        assertTrue(view.hasIpv4Addresses());
        assertEquals(0x020000000001L, view.senderMac());
        assertEquals(0x0a000001, view.senderAddress());
        assertEquals(0xfe0000000002L, view.targetMac());
        assertEquals(0xc00002fe, view.targetAddress());
    }

    @Test
    void claimsNoAddressesOfOtherKinds() {
        var arcnet =
                Hex.segment(
                        """
                        00 07 08 00  01 04 00 01  # ARCNET: one byte of hardware address
                        11 0a 00 00 01  22 0a 00 00 02
                        """);
        assertEquals(Check.OK, view.wrap(arcnet, 0, arcnet.byteSize()));
        assertEquals(18, view.length());
        assertFalse(view.hasMacAddresses());
        assertTrue(view.hasIpv4Addresses());
        assertEquals(0x0a000001, view.senderAddress());
        assertEquals(0x0a000002, view.targetAddress());
    }

    @Test
    void needsAsManyBytesAsItsLengthsSay() {
        var lying = Hex.segment("00 01 08 00  ff ff 00 01  00 00 00 00");
        assertEquals(Check.TRUNCATED, view.wrap(lying, 0, lying.byteSize()));
        assertEquals(8 + 2 * (255 + 255), view.length());
    }
}
