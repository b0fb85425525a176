package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LinuxSllViewTest extends ViewContract {
    private final LinuxSllView view = new LinuxSllView();

    @Override
    String header() {
        return """
        00 04 00 01                  # outgoing, Ethernet
        00 06                        # address length
        02 00 00 00 00 01 00 00      # address, padded
        08 00                        # IPv4
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.packetType();
        view.arphrdType();
        view.addressLength();
        view.address();
        view.protocol();
    }

    @Test
    void readsTheFieldsOfVersion1() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(4, view.packetType());
        assertEquals(1, view.arphrdType());
        assertEquals(6, view.addressLength());
        assertEquals(0x020000000001L, view.address());
        assertEquals(EtherType.IPV4, view.protocol());
    }
}
