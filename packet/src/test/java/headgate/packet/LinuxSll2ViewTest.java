package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LinuxSll2ViewTest extends ViewContract {
    private final LinuxSll2View view = new LinuxSll2View();

    @Override
    String header() {
        return """
        86 dd 00 00                  # IPv6, reserved
        ff ff ff fe                  # interface index, unsigned
        03 04 03 06                  # loopback, other host, address length
        02 00 00 00 00 01 00 00      # address, padded
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.protocol();
        view.interfaceIndex();
        view.arphrdType();
        view.packetType();
        view.addressLength();
        view.address();
    }

    @Test
    void readsTheFieldsOfVersion2() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(EtherType.IPV6, view.protocol());
        assertEquals(0xffff_fffe, view.interfaceIndex());
        assertEquals(0x304, view.arphrdType());
        assertEquals(3, view.packetType());
        assertEquals(6, view.addressLength());
        assertEquals(0x020000000001L, view.address());
    }
}
