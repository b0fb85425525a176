package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class Ipv6ViewTest extends ViewContract {
    private final Ipv6View view = new Ipv6View();

    @Override
    String header() {
        return """
        6b 81 23 45                  # class 0xb8, flow label 0x12345
        00 08 3a ff                  # 8 bytes of payload, ICMPv6, hop limit 255
        20 01 0d b8 00 00 00 01  00 00 00 00 00 00 00 02
        fe 80 00 00 00 00 00 00  80 00 00 00 00 00 00 03
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.version();
        view.trafficClass();
        view.flowLabel();
        view.payloadLength();
        view.nextHeader();
        view.hopLimit();
        view.sourceHigh();
        view.sourceLow();
        view.destinationHigh();
        view.destinationLow();
    }

    @Test
    void readsTheFields() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(6, view.version());
        assertEquals(0xb8, view.trafficClass());
        assertEquals(0x12345, view.flowLabel());
        assertEquals(8, view.payloadLength());
        assertEquals(IpProtocol.ICMPV6, view.nextHeader());
        assertEquals(255, view.hopLimit());
        assertEquals(0x20010db800000001L, view.sourceHigh());
        assertEquals(2, view.sourceLow());
        assertEquals(0xfe80000000000000L, view.destinationHigh());
        assertEquals(0x8000000000000003L, view.destinationLow());
    }

    @Test
    void refusesAnotherVersion() {
        assertEquals(Check.BAD_VERSION, view.wrap(Hex.segment("45" + "00".repeat(39)), 0, 40));
    }
}
