package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DiscoveryTextTest {
    private static final String ADDRESSES =
            "fe800000000000000000000000000001 ff0200000000000000000001ff000002\n";

    private static final String SOLICITATION =
            "60000000 0020 3a ff"
                    + ADDRESSES
                    + """
                    8700 1234 00000000
                    fe800000000000000000000000000002  # target
                    0101 020000000001                 # source link-layer address
                    """;

    private static String line(byte[] bytes, int lengthOnWire) {
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = bytes.length;
        frame.lengthOnWire = lengthOnWire;
        frame.linkType = LinkType.IPV6;
        new FrameDecoder().decode(frame);
        return new PacketText(PacketText.Time.NONE, ZoneOffset.UTC, false, false).of(frame);
    }

    private static byte[] bytes(String annotated) {
        return HexFormat.of().parseHex(annotated.replaceAll("#[^\n]*|\\s", ""));
    }

    private static String line(String annotated) {
        byte[] bytes = bytes(annotated);
        return line(bytes, bytes.length);
    }

    @Test
    void saysWhoIsSoughtAndByWhom() {
        assertEquals(
                "IP6 fe80::1 > ff02::1:ff00:2: ICMP6, neighbor solicitation, who has fe80::2"
                        + ", link-address 02:00:00:00:00:01, length 32",
                line(SOLICITATION));
    }

    @Test
    void saysWhatARouterAdvertises() {
        assertEquals(
                "IP6 fe80::1 > ff02::1:ff00:2: ICMP6, router advertisement, mtu 1500"
                        + ", prefix 2001:db8::/64, length 56",
                line(
                        "60000000 0038 3a ff"
                                + ADDRESSES
                                + """
                                8600 1234 4000 0708 00000000 00000000
                                0501 0000 000005dc
                                0304 40c0 00000e10 00000e10 00000000
                                20010db8000000000000000000000000
                                """));
    }

    @Test
    void namesTheGroupsOfListeners() {
        assertEquals(
                "IP6 fe80::1 > ff02::1:ff00:2: ICMP6, multicast listener report v2"
                        + ", group ff02::fb type 4, length 28",
                line(
                        "60000000 001c 3a 01"
                                + ADDRESSES
                                + """
                                8f00 1234 0000 0001
                                04000000 ff0200000000000000000000000000fb
                                """));
        assertEquals(
                "IP6 fe80::1 > ff02::1:ff00:2: ICMP6, multicast listener done"
                        + ", group ff02::fb, length 24",
                line(
                        "60000000 0018 3a 01"
                                + ADDRESSES
                                + """
                                8400 1234 0000 0000
                                ff0200000000000000000000000000fb
                                """));
    }

    @Test
    void saysNoMoreThanWasCaptured() {
        byte[] whole = bytes(SOLICITATION);
        for (int length = 48; length < whole.length; length++) {
            String line = line(Arrays.copyOf(whole, length), whole.length);
            assertEquals(length >= 64, line.contains("who has"), line);
            assertEquals(false, line.contains("link-address"), line);
        }
    }
}
