package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The vectors are the baselines that the Community ID specification publishes with its captures,
/// for seed 0 and seed 1.
class CommunityIdTest {
    @ParameterizedTest
    @CsvSource({
        "6, 128.232.110.120, 34855, 66.35.250.204, 80, "
                + "1:LQU9qZlK+B5F3KDmev6m5PMibrg=, 1:3V71V58M3Ksw/yuFALMcW0LAHvc=",
        "6, 66.35.250.204, 80, 128.232.110.120, 34855, "
                + "1:LQU9qZlK+B5F3KDmev6m5PMibrg=, 1:3V71V58M3Ksw/yuFALMcW0LAHvc=",
        "17, 8.8.8.8, 53, 192.168.1.52, 54585, "
                + "1:d/FP5EW3wiY1vCndhwleRRKHowQ=, 1:Q9We8WO3piVF8yEQBNJF4uiSVrI=",
        "6, 2001:470:e5bf:dead:4957:2174:e82c:4887, 63943, 2607:f8b0:400c:c03::1a, 25, "
                + "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=, 1:eJYTW6AOzFLlSUoESovMjnu7rMw=",
        "132, 192.168.170.8, 7, 192.168.170.56, 7, "
                + "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=, 1:5w3ZRjeKBzqT3zsaEECDGjUbYeg=",
        "46, 10.1.12.1, -1, 10.1.12.2, -1, "
                + "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=, 1:rYir8gphR31noO9iDRQmF/BteEI=",
    })
    void equalsThePublishedBaselines(
            int protocol,
            String source,
            int sourcePort,
            String destination,
            int destinationPort,
            String seed0,
            String seed1) {
        var key = key(protocol, source, sourcePort, destination, destinationPort);
        assertEquals(seed0, CommunityId.of(key));
        assertEquals(seed1, CommunityId.of(key, 1));
        assertEquals(seed0, CommunityId.of(key.reversed()));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 192.168.0.89, 8, 0, 192.168.0.1, 1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
        "1, 192.168.0.1, 0, 0, 192.168.0.89, 1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
        "1, 10.0.0.1, 11, 0, 10.0.0.2, 1:YHxtAirCG//0OzkcVAukqKQN9xM=",
        "58, fe80::200:86ff:fe05:80da, 135, 0, fe80::260:97ff:fe07:69ea, "
                + "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
        "58, fe80::260:97ff:fe07:69ea, 136, 0, fe80::200:86ff:fe05:80da, "
                + "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
        "58, 3ffe:501:1800:2345::2, 3, 0, 3ffe:507:0:1:200:86ff:fe05:80da, "
                + "1:2ObVBgIn28oZvibYZhZMBgh7WdQ=",
        "58, 3ffe:501:410:0:2c0:dfff:fe47:33e, 1, 4, 3ffe:507:0:1:200:86ff:fe05:80da, "
                + "1:hLZd0XGWojozrvxqE0dWB1iM6R0=",
        "58, fe80::200:86ff:fe05:80da, 133, 0, ff02::2, 1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=",
        "58, fe80::260:97ff:fe07:69ea, 134, 0, ff02::1, 1:pkvHqCL88/tg1k4cPigmZXUtL00=",
    })
    void pairsIcmpMessagesWithTheirAnswers(
            int protocol, String source, int type, int code, String destination, String expected) {
        assertEquals(expected, CommunityId.of(key(protocol, source, type, destination, code)));
    }

    @Test
    void keepsAnIcmpMessageWithoutAnswerInItsDirection() {
        var unreachable = key(1, "10.0.0.1", 3, "10.0.0.2", 1);
        assertNotEquals(CommunityId.of(unreachable), CommunityId.of(unreachable.reversed()));
    }

    @Test
    void readsAFrameItself() {
        var frame =
                Hex.frame(
                        LinkType.RAW,
                        """
                        45 00 00 1c  00 00 00 00  40 11 00 00  # IPv4, UDP
                        08 08 08 08  c0 a8 01 34               # 8.8.8.8 > 192.168.1.52
                        00 35 d5 39  00 08 00 00               # 53 > 54585
                        """);
        assertEquals("1:d/FP5EW3wiY1vCndhwleRRKHowQ=", CommunityId.of(frame));
    }

    @Test
    void takesThePortsOfSctpFromItsFirstBytes() {
        var frame =
                Hex.frame(
                        LinkType.RAW,
                        """
                        45 00 00 20  00 00 00 00  40 84 00 00  # IPv4, SCTP
                        c0 a8 aa 08  c0 a8 aa 38               # 192.168.170.8 > 192.168.170.56
                        00 07 00 07                            # ports
                        00 00 00 00  00 00 00 00               # verification tag, checksum
                        """);
        assertEquals("1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=", CommunityId.of(frame));
    }

    @Test
    void namesNoFlowWhereThereIsNoIp() {
        assertNull(CommunityId.of(Hex.frame(LinkType.ETHERNET, "00 ".repeat(60))));
    }

    private static FlowKey key(
            int protocol, String source, int sourcePort, String destination, int destinationPort) {
        var from = IpAddress.parse(source);
        var to = IpAddress.parse(destination);
        return new FlowKey(
                from.version(),
                from.high(),
                from.low(),
                to.high(),
                to.low(),
                protocol,
                sourcePort,
                destinationPort);
    }
}
