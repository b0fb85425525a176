package headgate.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.forwarding.RouterFixture;
import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What Zeek makes of a frame: rules Z5, Z6 and Z8 to Z11.
class ZeekPacketsTest {
    private static final String ETHERNET_IPV4 = "020000000001 020000000002 0800 ";
    private static final String ETHERNET_IPV6 = "020000000001 020000000002 86dd ";

    /// Of a datagram with 24 bytes: UDP header and the first 8.
    private static final String FIRST_FRAGMENT =
            ETHERNET_IPV4
                    + """
                    45 00 0024 0007 2000 40 11 0000     # IPv4, 36 bytes, id 7, more, offset 0, UDP
                    0a000001 0a000002                   # 10.0.0.1 to 10.0.0.2
                    1000 2000 0020 0000                 # UDP 4096 to 8192, 32 bytes
                    0102030405060708
                    """;

    /// The last 16 bytes.
    private static final String LAST_FRAGMENT =
            ETHERNET_IPV4
                    + """
                    45 00 0024 0007 0002 40 11 0000     # IPv4, 36 bytes, id 7, the last, offset 16
                    0a000001 0a000002
                    1112131415161718 2122232425262728
                    """;

    private static final String TEREDO =
            """
            45 00 004c 0000 0000 40 11 0000             # IPv4, 76 bytes, UDP
            c0000201 c0000202
            0ed5 8084 0038 0000                         # UDP 3797 to 32932, 56 bytes
            60 000000 0008 3a 40                        # IPv6, 8 bytes, ICMPv6
            20010000 41379e50 8000f12a b9c82815         # 2001:0:4137:9e50:8000:f12a:b9c8:2815
            20014860 00002001 00000000 00000068         # to 2001:4860:0:2001::68
            80 00 0000 0001 0001                        # echo request
            """;

    private final List<byte[]> payloads = new ArrayList<>();
    private final List<Integer> protocols = new ArrayList<>();
    private final List<Integer> networkLengths = new ArrayList<>();

    private ZeekPackets packets(FlowSettings settings) {
        return new ZeekPackets(settings, this::keep);
    }

    private final ZeekPackets packets = packets(FlowSettings.CAPTURE_FILE);

    private void keep(Frame frame) {
        protocols.add(frame.protocol);
        networkLengths.add(frame.networkLength());
        long at = frame.start + frame.payloadOffset;
        payloads.add(frame.bytes.asSlice(at, frame.payloadCaptured).toArray(ValueLayout.JAVA_BYTE));
    }

    private void take(String... frames) {
        for (String frame : frames) {
            packets.onFrame(RouterFixture.frame(frame));
        }
    }

    @Test
    void handsAPlainPacketOnAsItIs() {
        take(ETHERNET_IPV4 + "45 00 001c 0000 0000 40 11 0000 0a000001 0a000002 1000200000080000");
        assertEquals(List.of(IpProtocol.UDP), protocols);
    }

    @Test
    void handsFragmentsOnAsOneDatagramWhenTheLastOfThemHasCome() {
        take(LAST_FRAGMENT);
        assertEquals(List.of(), protocols);
        assertEquals(1, packets.incompletePackets());
        take(FIRST_FRAGMENT);
        assertEquals(List.of(20 + 8 + 24), networkLengths);
        assertArrayEquals(
                RouterFixture.bytes("0102030405060708 1112131415161718 2122232425262728"),
                payloads.getFirst());
        assertEquals(0, packets.incompletePackets());
    }

    @Test
    void letsTheBytesThatCameFirstStandWhereFragmentsOverlap() {
        String other = FIRST_FRAGMENT.replace("0102030405060708", "f1f2f3f4f5f6f7f8");
        take(FIRST_FRAGMENT, other, LAST_FRAGMENT);
        assertEquals(1, payloads.getFirst()[0]);
        assertEquals(1, payloads.size());
    }

    @Test
    void takesTheFragmentHeaderOutOfAnAtomicFragment() {
        take(
                ETHERNET_IPV6
                        + """
                        60 000000 0010 2c 40                    # IPv6, 16 bytes, fragment header
                        20010db8 00000000 00000000 00000001
                        20010db8 00000000 00000000 00000002
                        11 00 0000 00000007                     # UDP next, offset 0, no more, id 7
                        1000 2000 0008 0000                     # UDP, no payload
                        """);
        assertEquals(List.of(IpProtocol.UDP), protocols);
        assertEquals(List.of(48), networkLengths);
    }

    @Test
    void keepsAFirstFragmentThatWasCutAndNoLaterOne() {
        Frame first = RouterFixture.frame(FIRST_FRAGMENT);
        first.lengthCaptured -= 1;
        packets.onFrame(first);
        Frame last = RouterFixture.frame(LAST_FRAGMENT);
        last.lengthCaptured -= 1;
        packets.onFrame(last);
        assertEquals(List.of(36), networkLengths);
        assertEquals(0, packets.incompletePackets());
    }

    @Test
    void givesUpWhatHasWaitedLongestWhenTooMuchWaits() {
        byte[] fragment = RouterFixture.bytes(FIRST_FRAGMENT);
        int most = FragmentedPackets.MOST_BYTES / 256;
        for (int id = 0; id < most; id++) {
            fragment[18] = (byte) (id >>> 8);
            fragment[19] = (byte) id;
            packets.onFrame(RouterFixture.frame(fragment));
        }
        assertEquals(most, packets.incompletePackets());
        // The very first is gone, so that its rest completes nothing; the latest is still there.
        take(LAST_FRAGMENT.replace("0007 0002", "0000 0002"));
        assertEquals(List.of(), protocols);
        String latest = "%04x 0002".formatted(most - 1);
        take(LAST_FRAGMENT.replace("0007 0002", latest));
        assertEquals(List.of(IpProtocol.UDP), protocols);
    }

    @Test
    void opensTeredoBetweenPortsOfTheirOwnChoiceAndHandsTheDatagramOnToo() {
        take(ETHERNET_IPV4 + TEREDO);
        assertEquals(List.of(IpProtocol.UDP, IpProtocol.ICMPV6), protocols);
    }

    @Test
    void doesNotTakeForTeredoWhatIsOfOtherAddressesOrOfAnotherLength() {
        take(
                ETHERNET_IPV4 + TEREDO.replace("20010000 4137", "20010db8 4137"),
                ETHERNET_IPV4 + TEREDO.replace("60 000000 0008", "60 000000 0007"));
        assertEquals(List.of(IpProtocol.UDP, IpProtocol.UDP), protocols);
    }

    @Test
    void hasNoConnectionForATeredoBubble() {
        take(ETHERNET_IPV4 + TEREDO.replace("60 000000 0008 3a", "60 000000 0000 3b"));
        assertEquals(List.of(IpProtocol.UDP), protocols);
    }

    @Test
    void takesNoPacketOfAnotherLengthForTeredoEvenAtItsPort() {
        String port = TEREDO.replace("8084 0038", "0dd8 0038");
        take(ETHERNET_IPV4 + port, ETHERNET_IPV4 + port.replace("000000 0008", "000000 0007"));
        assertEquals(List.of(IpProtocol.UDP, IpProtocol.ICMPV6, IpProtocol.UDP), protocols);
    }

    private static final String AYIYA =
            """
            45 00 0074 0000 0000 40 11 0000             # IPv4, 116 bytes, UDP
            c0000201 c0000202
            13d0 9000 0060 0000                         # UDP 5072 to 36864, 96 bytes
            41 52 11 29 00000000                        # identity of 16 bytes, SHA-1, forward, IPv6
            20010db8 00000000 00000000 00000001         # identity
            00000000 00000000 00000000 00000000 00000000 # signature, 20 bytes
            60 000000 0004 fd 40                        # IPv6, 4 bytes of an experiment
            20010db8 00000000 00000000 00000001
            20010db8 00000000 00000000 00000002
            01020304
            """;

    @Test
    void takesThePacketOutOfAyiya() {
        take(
                ETHERNET_IPV4 + AYIYA,
                ETHERNET_IPV4 + AYIYA.replace("13d0 9000", "8fff 9000"),
                ETHERNET_IPV4 + AYIYA.replace("52 11 29", "52 12 29"),
                ETHERNET_IPV4 + AYIYA.replace("41 52 11", "f1 52 11"));
        assertEquals(List.of(17, 253, 17, 253, 17, 17), protocols);
    }

    @Test
    void takesTheFramesOfAnAggregateInGreApart() {
        String frame =
                """
                020000000003 020000000004 0025      # to, from, 37 bytes
                aaaa03 000000 0800                  # LLC, SNAP, IPv4
                45 00 001d 0000 0000 40 11 0000     # IPv4, 29 bytes, UDP
                0a000001 0a000002
                1000 2000 0009 0000 61              # UDP, 1 byte
                """;
        take(
                ETHERNET_IPV4
                        + """
                        45 00 009c 0000 0000 40 2f 0000 # IPv4, GRE
                        c0000201 c0000202
                        0000 8240                       # GRE, Aruba
                        88 02 0000                      # 802.11 QoS data, from the access point
                        020000000005 020000000006 020000000007 0000
                        80 00                           # QoS control: aggregate
                        """
                        + frame
                        + "00 "
                        + frame);
        assertEquals(List.of(IpProtocol.UDP, IpProtocol.UDP), protocols);
        assertArrayEquals(new byte[] {0x61}, payloads.get(1));
    }

    @Test
    void hasNoConnectionForIgmpNorForPacketsLongerThanTheirFrame() {
        take(
                ETHERNET_IPV4
                        + """
                        46 00 0020 0000 0000 01 02 0000 # IPv4, 32 bytes, IGMP
                        0a000001 e00000fb 94040000      # to 224.0.0.251, router alert
                        16 00 0000 e00000fb             # report
                        """,
                ETHERNET_IPV4
                        + """
                        45 00 0fff 0000 0000 40 11 0000 # IPv4, 4095 bytes
                        0a000001 0a000002
                        1000 2000 0008 0000
                        """);
        assertEquals(List.of(), protocols);
    }

    @Test
    void doesNotLookIntoADatagramWithAWrongChecksum() {
        ZeekPackets verifying = packets(FlowSettings.ZEEK);
        // A right header checksum, and 1 where the checksum of UDP is another.
        String bad = TEREDO.replace("40 11 0000", "40 11 f69d").replace("0038 0000", "0038 0001");
        verifying.onFrame(RouterFixture.frame(ETHERNET_IPV4 + bad));
        assertEquals(List.of(IpProtocol.UDP), protocols);
        assertEquals(1, verifying.wrongChecksums());
    }
}
