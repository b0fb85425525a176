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
    IPV6_SEGMENT(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  86 dd
            60 00 00 00  00 18 06 40                     # 24 bytes, TCP
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            01 bb d4 31  55 66 77 88  11 22 33 45        # 443 > 54321
            50 18 01 f5  12 34 00 00                     # 20 bytes, PSH ACK, window 501
            48 54 54 50
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
    GRE_WITH_KEY(
            LinkType.RAW,
            """
            45 00 00 3c  00 01 00 00  40 2f 00 00        # total length 60, GRE
            c0 00 02 01  c0 00 02 02
            20 00 08 00  00 00 00 2a                     # key 42, IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    PPTP(
            LinkType.RAW,
            """
            45 00 00 45  00 01 00 00  40 2f 00 00        # total length 69, GRE
            c0 00 02 01  c0 00 02 02
            30 81 88 0b  00 26 00 07  00 00 00 01  00 00 00 00  # version 1, PPP, call 7
            21                                           # IPv4, protocol compressed
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    ERSPAN_TYPE_2(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 52  00 01 00 00  40 2f 00 00        # total length 82, GRE
            c0 00 02 01  c0 00 02 02
            10 00 88 be  00 00 00 01                     # sequence number 1, ERSPAN
            10 64 00 2a  00 00 00 00                     # type II, VLAN 100, session 42
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    VXLAN(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 56  00 01 00 00  40 11 00 00        # total length 86, UDP
            c0 00 02 01  c0 00 02 02
            c3 50 12 b5  00 42 00 00                     # 50000 > 4789, length 66
            08 00 00 00  00 00 7b 00                     # VXLAN 123
            02 00 00 00 00 02  02 00 00 00 00 01  81 00
            00 05 08 00                                  # VLAN 5
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    VXLAN_GPE(
            LinkType.RAW,
            """
            45 00 00 44  00 01 00 00  40 11 00 00        # total length 68, UDP
            c0 00 02 01  c0 00 02 02
            c3 50 12 b6  00 30 00 00                     # 50000 > 4790, length 48
            0c 00 00 01  00 00 7b 00                     # identifier 123, IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    GENEVE(
            LinkType.RAW,
            """
            45 00 00 48  00 01 00 00  40 11 00 00        # total length 72, UDP
            c0 00 02 01  c0 00 02 02
            c3 50 17 c1  00 34 00 00                     # 50000 > 6081, length 52
            01 00 08 00  00 00 0a 00                     # one word of options, IPv4, identifier 10
            00 00 00 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    GTP(
            LinkType.RAW,
            """
            45 00 00 48  00 01 00 00  40 11 00 00        # total length 72, UDP
            c0 00 02 01  c0 00 02 02
            c3 50 08 68  00 34 00 00                     # 50000 > 2152, length 52
            32 ff 00 24  00 00 00 2a                     # sequence number, G-PDU, length 36
            00 05 00 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    L2TP(
            LinkType.RAW,
            """
            45 00 00 46  00 01 00 00  40 11 00 00        # total length 70, UDP
            c0 00 02 01  c0 00 02 02
            c3 50 06 a5  00 32 00 00                     # 50000 > 1701, length 50
            00 02 00 01  00 02                           # version 2, tunnel 1, session 2
            ff 03 00 21                                  # PPP, IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    TEREDO(
            LinkType.RAW,
            """
            45 00 00 54  00 01 00 00  40 11 00 00        # total length 84, UDP
            c0 00 02 01  c0 00 02 02
            c3 50 0d d8  00 40 00 00                     # 50000 > 3544, length 64
            00 00 ab cd  f5 ff ff fe                     # origin indication
            60 00 00 00  00 08 3a 40                     # IPv6, ICMPv6
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            80 00 00 00  00 01 00 02                     # echo request
            """),
    SIX_IN_FOUR(
            LinkType.RAW,
            """
            45 00 00 44  00 01 00 00  40 29 00 00        # total length 68, IPv6
            c0 00 02 01  c0 00 02 02
            60 00 00 00  00 08 3a 40                     # ICMPv6
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            80 00 00 00  00 01 00 02                     # echo request
            """),
    FOUR_IN_SIX_IN_SIX(
            LinkType.IPV6,
            """
            60 00 00 00  00 48 29 40                     # 72 bytes, IPv6
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            60 00 00 00  00 20 04 40                     # 32 bytes, IPv4
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    MPLS_OF_TWO(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  88 47
            00 01 06 40                                  # label 16
            00 01 11 40                                  # label 17, bottom of stack
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    PPPOE(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  81 00
            00 07 88 64                                  # VLAN 7, PPPoE session
            11 00 12 34  00 22                           # session 0x1234, length 34
            00 21                                        # PPP, IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    SERVICE_CHAIN(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  89 4f
            0f c2 02 03  00 00 2a ff                     # NSH, Ethernet
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    BACKBONE_BRIDGE(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  88 e7
            00 1e bb 30                                  # service 2014000
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    FABRIC_PATH(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  89 03
            04 20                                        # tag
            02 00 00 00 00 02  02 00 00 00 00 01  81 00
            00 05 08 00                                  # VLAN 5
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    SECURITY_GROUP(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  89 09
            01 01 00 01  00 09 08 00                     # group 9, IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    MACSEC(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  88 e5
            22 00 00 00 00 07                            # channel, association 2, packet 7
            02 00 00 00 00 01 00 01                      # the channel's identifier
            08 00                                        # IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  # check value
            """),
    ENCRYPTED_MACSEC(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  88 e5
            0c 04 00 00 00 07  de ad be ef               # encrypted, short length 4
            00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f
            """),
    ARISTA_TIMESTAMP(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  d2 8b
            00 01 01 10  5f 00 00 00  00 00 00 07        # 64 bits, UTC
            81 00 00 05 08 00                            # VLAN 5
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    CAPWAP(
            LinkType.RAW,
            """
            45 00 00 6c  00 07 00 00  40 11 00 00        # total length 108, UDP
            0a 00 00 09  0a 00 00 08
            30 5c 14 7f  00 58 00 00                     # to port 5247
            00 20 43 20  00 00 00 00                     # 4 words, IEEE 802.11, wireless info
            04 dc 2e 00  00 00 00 00
            01 08 2c 00                                  # to DS, data: exchanged
            02 00 00 00 00 01  02 00 00 00 00 02  02 00 00 00 00 03  00 00
            aa aa 03 00 00 00 08 00                      # SNAP: IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    CAPWAP_OF_ETHERNET(
            LinkType.RAW,
            """
            45 00 00 52  00 07 00 00  40 11 00 00        # total length 82, UDP
            0a 00 00 09  0a 00 00 08
            14 7f 30 5c  00 3e 00 00                     # from port 5247
            00 10 42 00  00 00 00 00                     # 2 words, IEEE 802.3
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    CAPWAP_CONTROL(
            LinkType.RAW,
            """
            45 00 00 28  00 07 00 00  40 11 00 00        # total length 40, UDP
            0a 00 00 09  0a 00 00 08
            30 5c 14 7e  00 14 00 00                     # to port 5246
            01 00 00 00  16 fe ff 00 00 00 00 00         # DTLS
            """),
    PIM_REGISTER(
            LinkType.RAW,
            """
            45 00 00 3c  00 07 00 00  ff 67 00 00        # PIM
            0a 00 00 01  0a 00 00 02
            21 00 de ff  00 00 00 00                     # version 2, Register
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    PIM_HELLO(
            LinkType.RAW,
            """
            45 00 00 1e  00 07 00 00  01 67 00 00
            0a 00 00 01  e0 00 00 0d
            20 00 de ff  00 01 00 02 00 69               # holdtime 105 s
            """),
    ESP_IN_UDP(
            LinkType.RAW,
            """
            45 00 00 2c  00 07 00 00  40 11 00 00
            0a 00 00 01  0a 00 00 02
            11 94 11 94  00 18 00 00
            12 34 56 78  00 00 00 01  de ad be ef  00 11 22 33
            """),
    IKE_IN_UDP(
            LinkType.RAW,
            """
            45 00 00 2c  00 07 00 00  40 11 00 00
            0a 00 00 01  0a 00 00 02
            11 94 11 94  00 18 00 00
            00 00 00 00  01 02 03 04  05 06 07 08  00 00 00 00
            """),
    ETHERNET_IN_IPV6(
            LinkType.RAW,
            """
            60 00 00 00  00 2e 8f 40                     # next header 143
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    CISCO_HDLC_AS_PPP(
            LinkType.PPP,
            """
            0f 00 08 00                                  # unicast, IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    SNAP(
            LinkType.ETHERNET,
            """
            02 00 00 00 00 02  02 00 00 00 00 01  00 28
            aa aa 03 00 00 00 08 00                      # LLC and SNAP, IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    AUTHENTICATED(
            LinkType.RAW,
            """
            45 00 00 40  00 01 00 00  40 33 00 00        # total length 64, AH
            c0 00 02 01  c0 00 02 02
            11 01 00 00  00 00 01 00  00 00 00 09        # UDP follows, 12 bytes
            d4 31 00 35  00 20 00 00                     # length 32
            00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00
            """),
    ENCRYPTED(
            LinkType.RAW,
            """
            45 00 00 24  00 01 00 00  40 32 00 00        # total length 36, ESP
            c0 00 02 01  c0 00 02 02
            c0 ff ee 00  00 00 00 07                     # SPI, sequence number
            de ad be ef  de ad be ef
            """),
    SCTP_DATA(
            LinkType.RAW,
            """
            45 00 00 30  00 01 00 00  40 84 00 00        # total length 48, SCTP
            c0 00 02 01  c0 00 02 02
            c3 50 0b 59  de ad be ef  00 00 00 00        # 50000 > 2905
            0b 00 00 04                                  # cookie acknowledgment
            00 03 00 0c  00 00 00 01  00 00 00 00
            """),
    DCCP_DATA(
            LinkType.RAW,
            """
            45 00 00 28  00 01 00 00  40 21 00 00        # total length 40, DCCP
            c0 00 02 01  c0 00 02 02
            13 89 c3 50  04 00 00 00  05 00 00 00  00 00 00 2a  # 16 bytes, data
            de ad be ef
            """),
    UDP_LITE(
            LinkType.RAW,
            """
            45 00 00 20  00 01 00 00  40 88 00 00        # total length 32, UDP-Lite
            c0 00 02 01  c0 00 02 02
            13 89 c3 50  00 08 00 00                     # 5001 > 50000, the header is covered
            de ad be ef
            """),
    UNREACHABLE(
            LinkType.RAW,
            """
            45 00 00 3c  00 01 00 00  40 01 00 00        # total length 60, ICMP
            c0 00 02 01  c0 00 02 02
            03 03 00 00  00 00 00 00                     # port unreachable
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    TOO_BIG(
            LinkType.IPV6,
            """
            60 00 00 00  00 44 3a 40                     # 68 bytes, ICMPv6
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            02 00 00 00  00 00 05 00                     # packet too big, MTU 1280
            60 00 00 00  05 dc 2c 40                     # a fragment of 1500 bytes
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
            20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
            06 00 00 01  00 00 00 09                     # the first one
            d4 31 00 50  00 00 00 01
            00 00 00 00
            """),
    PPP_LINK(
            LinkType.PPP,
            """
            ff 03 02 81                                  # MPLS
            00 01 11 40                                  # label 17, bottom of stack
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    CISCO_HDLC(
            LinkType.CISCO_HDLC,
            """
            0f 00 08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    FRAME_RELAY(
            LinkType.FRAME_RELAY,
            """
            48 e1 03 cc                                  # DLCI 302, IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    FDDI(
            LinkType.FDDI,
            """
            50 02 00 00 00 00 02  02 00 00 00 00 01
            aa aa 03 00 00 00 08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    TOKEN_RING(
            LinkType.TOKEN_RING,
            """
            10 40 02 00 00 00 00 02  82 00 00 00 00 01
            04 90 00 11                                  # route
            aa aa 03 00 00 00 08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    ARCNET(
            LinkType.ARCNET_LINUX,
            """
            be 00 ed 08 d4  00 01 65                     # RFC 1201
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    WIRELESS(
            LinkType.IEEE802_11_RADIOTAP,
            """
            00 00 09 00  02 00 00 00  30                 # frame check sequence and padding
            88 01 2c 00  02 00 00 00 00 02  02 00 00 00 00 01  02 00 00 00 00 03
            10 00  00 00  00 00                          # QoS data, padding
            aa aa 03 00 00 00 08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            fc fc fc fc                                  # frame check sequence
            """),
    PER_PACKET_INFORMATION(
            LinkType.PPI,
            """
            00 00 08 00  69 00 00 00                     # IEEE 802.11
            08 02 2c 00  02 00 00 00 00 02  02 00 00 00 00 01  02 00 00 00 00 03  10 00
            aa aa 03 00 00 00 08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    PKTAP(
            LinkType.PKTAP,
            """
            10 00 00 00  01 00 00 00  01 00 00 00  65 6e 30 00  # a packet, Ethernet, en0
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    NFLOG(
            LinkType.NFLOG,
            """
            02 00 00 2a
            05 00 0a 00  00 00 00 00                     # prefix
            24 00 09 00                                  # the packet, 36 bytes with this header
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    INFINIBAND(
            LinkType.IPOIB,
            """
            00 00 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 00 00
            80 00 05 50  fe 80 00 00 00 00 00 00  00 10 e0 00 66 4a b4 51
            08 00 00 00                                  # IPv4
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
            """),
    SOLARIS(
            LinkType.IPNET,
            """
            01 02 00 00  00 00 00 20  00 00 00 02  00 00 00 00  ff ff ff ff  00 00 00 00
            45 00 00 20  00 07 00 00  40 11 00 00        # the packet: total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef
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
