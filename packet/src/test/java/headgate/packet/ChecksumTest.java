package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private static final String PING =
            """
            45 00 00 1d  00 01 00 00  40 01 f6 db  # IPv4, ICMP, header checksum
            c0 00 02 01  c0 00 02 02               # 192.0.2.1 > 192.0.2.2
            08 00 96 fc  00 01 00 02  61           # echo, checksum, one odd byte
            """;

    @Test
    void equalsTheExampleOfTheRfc() {
        var bytes = Hex.segment("00 01  f2 03  f4 f5  f6 f7  # RFC 1071 section 3");
        assertEquals(0xddf2, Checksum.sum(bytes, 0, 8));
        assertEquals(~0xddf2 & 0xffff, Checksum.of(bytes, 0, 8));
    }

    @Test
    void equalsTheWordByWordSumForEveryLengthAndPlace() {
        var random = new SplittableRandom(5);
        var bytes = new byte[200];
        random.nextBytes(bytes);
        var segment = Hex.segment(bytes);
        for (int offset = 0; offset < 9; offset++) {
            for (int length = 0; length < 150; length++) {
                assertEquals(
                        wordByWord(bytes, offset, length),
                        Checksum.sum(segment, offset, length),
                        "offset " + offset + " length " + length);
            }
        }
    }

    @Test
    void staysRightOverTheLongestPacketOfOnes() {
        var ones = new byte[65535];
        Arrays.fill(ones, (byte) 0xff);
        int expected = wordByWord(ones, 0, ones.length);
        assertEquals(expected, Checksum.sum(MemorySegment.ofArray(ones), 0, ones.length));
    }

    @Test
    void findsAPingGood() {
        var frame = Hex.frame(LinkType.RAW, PING);
        assertEquals(ChecksumStatus.GOOD, Checksum.ofIpv4Header(frame));
        assertEquals(ChecksumStatus.GOOD, Checksum.ofTransport(frame));
    }

    @Test
    void findsEveryFlippedBitBad() {
        byte[] bytes = Hex.bytes(PING);
        for (int bit = 20 * 8; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (0x80 >>> bit % 8);
            var frame = Hex.frame(LinkType.RAW, flipped);
            assertEquals(ChecksumStatus.BAD, Checksum.ofTransport(frame), "bit " + bit);
        }
    }

    @Test
    void coversThePseudoHeader() {
        var udp =
                """
                45 00 00 1d  00 00 00 00  40 11 00 00
                c0 00 02 01  c0 00 02 02               # 192.0.2.1 > 192.0.2.2
                00 01 00 02  00 09 1a d5  61           # length 9; covers addresses and protocol
                """;
        assertEquals(ChecksumStatus.GOOD, Checksum.ofTransport(Hex.frame(LinkType.RAW, udp)));
        var elsewhere = udp.replace("c0 00 02 02 ", "c0 00 02 03 ");
        assertEquals(ChecksumStatus.BAD, Checksum.ofTransport(Hex.frame(LinkType.RAW, elsewhere)));
    }

    @Test
    void coversTheLastAddressOfARoutingHeaderThatIsUnderway() {
        var routed =
                """
                60 00 00 00  00 28 2b 40                          # routing header next
                fe 80 00 00 00 00 00 00  00 00 00 00 00 00 00 01
                fe 80 00 00 00 00 00 00  00 00 00 00 00 00 00 02  # next hop
                3a 02 00 01  00 00 00 00                          # ICMPv6, type 0, 1 segment left
                fe 80 00 00 00 00 00 00  00 00 00 00 00 00 00 09  # final destination
                80 00 82 a9  00 00 00 00  00 00 00 00 00 00 00 00 # echo request
                """;
        assertEquals(ChecksumStatus.GOOD, Checksum.ofTransport(Hex.frame(LinkType.RAW, routed)));
    }

    @Test
    void isNotPresentWhereAnIpv4SenderWroteZero() {
        var udp =
                """
                45 00 00 1c  00 00 00 00  40 11 00 00
                c0 00 02 01  c0 00 02 02
                00 01 00 02  00 08 00 00
                """;
        assertEquals(
                ChecksumStatus.NOT_PRESENT, Checksum.ofTransport(Hex.frame(LinkType.RAW, udp)));
    }

    @Test
    void isUnverifiedWhereBytesAreMissing() {
        byte[] bytes = Hex.bytes(PING);
        var cut = Hex.frame(LinkType.RAW, bytes, bytes.length - 1, bytes.length);
        assertEquals(ChecksumStatus.UNVERIFIED, Checksum.ofTransport(cut));
        byte[] fragment = bytes.clone();
        fragment[6] = 0x20;
        assertEquals(
                ChecksumStatus.UNVERIFIED, Checksum.ofTransport(Hex.frame(LinkType.RAW, fragment)));
    }

    private static int wordByWord(byte[] bytes, int offset, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int octet = Byte.toUnsignedInt(bytes[offset + i]);
            sum += i % 2 == 0 ? octet << 8 : octet;
        }
        while (sum >>> 16 != 0) {
            sum = (sum >>> 16) + (sum & 0xffff);
        }
        return (int) sum;
    }
}
