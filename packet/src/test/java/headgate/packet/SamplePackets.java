package headgate.packet;

/// One packet for each branch of the decoder, as annotated hex, with its link type: what the
/// contract and the properties cut, damage and mix.
enum SamplePackets {
    DNS_QUERY(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  08 00  # Ethernet, IPv4
            45 00 00 20  12 34 40 00  40 11 00 00        # total length 32, DF, TTL 64, UDP
            0a 00 00 01  0a 00 00 02
            c3 50 00 35  00 0c ab cd                     # 50000 > 53, length 12
            de ad be ef
            00 00 00 00  00 00                           # padding
            """),
    SYN_WITH_OPTIONS(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  81 00  # Ethernet, 802.1Q
            60 2a 08 00                                  # priority 3, VLAN 42, IPv4
            45 00 00 3c  00 01 40 00  40 06 00 00        # total length 60, TCP
            c0 00 02 01  c0 00 02 02
            d4 31 01 bb  11 22 33 44  00 00 00 00        # 54321 > 443, sequence number
            a0 02 fa f0  00 00 00 00                     # 40 bytes, SYN, window 64240
            02 04 05 b4  04 02 08 0a  00 00 00 07  00 00 00 00  # MSS 1460, SACK, timestamps 7, 0
            01 03 03 07                                  # NOP, window scale 7
            """),
    SEGMENT_WITH_TIMESTAMPS(
            LinkType.RAW,
            """
            45 02 00 36  00 02 40 00  3f 06 00 00        # ECT(0), total length 54
            c0 00 02 02  c0 00 02 01
            01 bb d4 31  55 66 77 88  11 22 33 45        # 443 > 54321
            80 18 01 f5  00 00 00 00                     # 32 bytes, PSH ACK, window 501
            01 01 08 0a  00 00 00 09  00 00 00 07        # timestamps 9, 7
            48 49                                        # two bytes
            """),
    DOUBLE_TAGGED(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  88 a8  # Ethernet, 802.1ad
            00 64 81 00                                  # service VLAN 100
            00 c8 08 06                                  # customer VLAN 200, ARP
            00 01 08 00  06 04 00 01                     # IPv4 over Ethernet, request
            02 00 00 00 00 01  0a 00 00 01
            00 00 00 00 00 00  0a 00 00 02
            """),
    IPV6_WITH_EXTENSIONS(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  86 dd
            6b 01 23 45  00 30 00 40                     # class 0xb0, label, 48 bytes, hop-by-hop
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            2b 00 05 02  00 00 01 00                     # hop-by-hop: router alert
            3c 00 00 00  00 00 00 00                     # routing, type 0, no addresses
            2c 00 01 04  00 00 00 00                     # destination options: padding
            11 00 00 00  ca fe ba be                     # fragment header, atomic
            00 35 c3 50  00 10 12 34  01 02 03 04  05 06 07 08  # UDP 53 > 50000, length 16
            """),
    IPV6_LAST_FRAGMENT(
            LinkType.IPV6,
            """
            60 00 00 00  00 0c 2c 40
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            11 00 05 a8  ca fe ba be                     # UDP, offset 1448, last
            01 02 03 04
            """),
    IPV4_WITH_OPTIONS(
            LinkType.IPV4,
            """
            46 c0 00 20  00 03 00 00  01 02 00 00        # 24 bytes, total length 32, IGMP
            c0 00 02 01  e0 00 00 16
            94 04 00 00                                  # router alert
            16 00 00 00  ef 01 02 03                     # version 2 report of 239.1.2.3
            """),
    IPV4_FIRST_FRAGMENT(
            LinkType.RAW,
            """
            45 00 00 24  ab cd 20 00  40 11 00 00        # more fragments
            c0 00 02 01  c0 00 02 02
            00 01 00 02  0f a0 00 00  01 02 03 04  05 06 07 08  # UDP length 4000
            """),
    ECHO(
            LinkType.NULL,
            """
            02 00 00 00                                  # AF_INET, little endian
            45 00 00 1d  00 01 00 00  40 01 f6 db
            c0 00 02 01  c0 00 02 02
            08 00 96 fc  00 01 00 02  61                 # echo, identifier 1, sequence number 2
            """),
    NEIGHBOUR_SOLICITATION(
            LinkType.LOOP,
            """
            00 00 00 1c                                  # AF_INET6 of FreeBSD, big endian
            60 00 00 00  00 18 3a ff
            fe 80 00 00 00 00 00 00  00 00 00 00 00 00 00 01
            ff 02 00 00 00 00 00 00  00 00 00 01 ff 00 00 02
            87 00 12 34  00 00 00 00                     # type 135
            fe 80 00 00 00 00 00 00  00 00 00 00 00 00 00 02
            """),
    COOKED(
            LinkType.LINUX_SLL,
            """
            00 04 00 01  00 06 02 00  00 00 00 01  00 00 08 00  # outgoing, Ethernet, IPv4
            45 00 00 1c  00 00 00 00  40 11 00 00
            c0 00 02 01  c0 00 02 02
            00 01 00 02  00 08 00 00
            """),
    COOKED_2(
            LinkType.LINUX_SLL2,
            """
            86 dd 00 00  00 00 00 03  00 01 03 06  02 00 00 00  00 01 00 00  # IPv6, interface 3
            60 00 00 00  00 08 3a 40
            fe 80 00 00 00 00 00 00  00 00 00 00 00 00 00 01
            fe 80 00 00 00 00 00 00  00 00 00 00 00 00 00 02
            81 00 00 00  00 05 00 06                     # echo reply 5, 6
            """),
    SPANNING_TREE(
            LinkType.ETHERNET,
            """
            01 80 c2 00 00 00  02 00 00 00 00 01  00 07  # IEEE 802.3, length 7
            42 42 03  00 00 00 00                        # LLC
            00 00 00                                     # padding
            """),
    PADDED_RESET(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 28  00 00 00 00  40 06 00 00
            c0 00 02 01  c0 00 02 02
            00 50 c0 00  00 00 00 00  00 00 00 01  50 14 00 00  00 00 00 00
            00 00 00 00  00 00
            """),
    UNKNOWN_LINK_TYPE(147, "de ad be ef  00 11 22 33");

    final int linkType;
    final String annotated;

    SamplePackets(int linkType, String annotated) {
        this.linkType = linkType;
        this.annotated = annotated;
    }

    byte[] bytes() {
        return Hex.bytes(annotated);
    }

    Frame decoded() {
        return Hex.frame(linkType, annotated);
    }
}
