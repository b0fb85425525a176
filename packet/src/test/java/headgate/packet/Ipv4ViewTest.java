package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class Ipv4ViewTest extends ViewContract {
    private final Ipv4View view = new Ipv4View();

    @Override
    String header() {
        return """
        46 b8 05 dc                  # 24 bytes of header, DSCP 46, total length 1500
        ab cd 60 b9                  # DF, MF, offset 185 x 8
        40 11 12 34                  # time to live, UDP, checksum
        c0 00 02 01  cb 00 71 02     # addresses
        94 04 00 00                  # option: router alert
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.version();
        view.headerLength();
        view.typeOfService();
        view.totalLength();
        view.identification();
        view.dontFragment();
        view.moreFragments();
        view.fragmentOffset();
        view.timeToLive();
        view.protocol();
        view.headerChecksum();
        view.sourceAddress();
        view.destinationAddress();
    }

    @Test
    void readsTheFieldsOfAHeaderWithOptions() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(4, view.version());
        assertEquals(24, view.headerLength());
        assertEquals(0xb8, view.typeOfService());
        assertEquals(1500, view.totalLength());
        assertEquals(0xabcd, view.identification());
        assertTrue(view.dontFragment());
        assertTrue(view.moreFragments());
        assertEquals(1480, view.fragmentOffset());
        assertEquals(64, view.timeToLive());
        assertEquals(IpProtocol.UDP, view.protocol());
        assertEquals(0x1234, view.headerChecksum());
        assertEquals(0xc0000201, view.sourceAddress());
        assertEquals(0xcb007102, view.destinationAddress());
    }

    @Test
    void refusesAnotherVersion() {
        assertEquals(Check.BAD_VERSION, wrap("65 00 00 14", 20));
    }

    @Test
    void refusesAHeaderLengthBelowItsMinimum() {
        assertEquals(Check.BAD_LENGTH, wrap("44 00 00 14", 20));
    }

    @Test
    void refusesATotalLengthShorterThanItsHeader() {
        assertEquals(Check.BAD_LENGTH, wrap("45 00 00 13", 20));
        assertEquals(Check.BAD_LENGTH, wrap("46 00 00 14", 24));
    }

    @Test
    void acceptsTheTotalLengthZeroOfSegmentationOffload() {
        assertEquals(Check.OK, wrap("45 00 00 00", 20));
    }

    private Check wrap(String firstWord, int length) {
        var bytes = Hex.segment(firstWord + "00".repeat(length - 4));
        return view.wrap(bytes, 0, length);
    }
}
