package headgate.forwarding.syntax;

import headgate.forwarding.SnapshotException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// What each tool printed of one router: iproute2 6.1, FRRouting 8.4, BIRD 2.0.
final class SyntaxSamples {
    static final String IP_ROUTE =
            """
            throw 10.15.0.0/16 table 100\s
            default via 10.0.1.2 dev eth1\s
            10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1\s
            10.10.0.0/16 tos 0x10 via 10.0.1.2 dev eth1 metric 50 mtu 1400\s
            10.11.0.0/16\s
            \tnexthop via 10.0.1.2 dev eth1 weight 3\s
            \tnexthop via 10.0.0.9 dev eth0 weight 1\s
            unreachable 10.13.0.0/16 metric 7\s
            10.16.0.0/16 via inet6 2001:db8:1::2 dev eth1\s
            10.17.0.0/16 nhid 7 via 10.0.1.2 dev eth1\s
            10.19.0.0/16 via 10.99.0.1 dev eth1 proto bgp onlink\s
            local 10.0.0.1 dev eth0 table local proto kernel scope host src 10.0.0.1\s
            2001:db8:bb::/48 from 2001:db8::/64 via 2001:db8:1::2 dev eth1 metric 1024 pref medium
            """;

    static final String IP_RULE =
            """
            0:\tfrom all lookup local
            100:\tnot from 10.0.0.0/24 to 10.10.0.0/16 tos 0x10 fwmark 0x1/0xff iif eth0 lookup 100
            110:\tfrom all ipproto tcp sport 1000-2000 dport 443 lookup 200
            120:\tfrom 10.0.0.66 prohibit
            130:\tfrom all goto 200
            200:\tfrom all lookup main suppress_prefixlength 0
            210:\tfrom all oif eth7 [detached] lookup 100
            220:\tfrom all uidrange 0-100 lookup 100
            230:\tfrom all goto 999 [unresolved]
            250:\tfrom all iif eth0 nop
            270:\tfrom all lookup [l3mdev-table]
            32766:\tfrom all lookup main
            32767:\tfrom all lookup default
            """;

    static final String IP_ADDR =
            """
            1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
                link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                inet 127.0.0.1/8 scope host lo
                   valid_lft forever preferred_lft forever
            90: eth0@if89: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
                link/ether 02:aa:00:00:00:00 brd ff:ff:ff:ff:ff:ff link-netnsid 0
                inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
                   valid_lft forever preferred_lft forever
                inet 10.0.0.77/24 scope global secondary eth0
                   valid_lft forever preferred_lft forever
            92: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master br0 state UP group 7
                link/ether 02:aa:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0
                veth numtxqueues 2 numrxqueues 2
                inet 10.9.9.1 peer 10.9.9.2/32 scope global eth1
                   valid_lft forever preferred_lft forever
                inet6 2001:db8:1::1/64 scope global nodad\s
                   valid_lft forever preferred_lft forever
            93: eth1.5@eth1: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP group default
                link/ether 02:aa:00:00:00:01 brd ff:ff:ff:ff:ff:ff
                vlan protocol 802.1Q id 5 <REORDER_HDR>\s
            """;

    static final String IP_NEXTHOP =
            """
            id 1 via 10.0.1.2 dev eth1 scope link\s
            id 2 via 10.0.1.3 dev eth1 scope link proto static onlink\s
            id 3 blackhole\s
            id 4 group 1/2\s
            id 5 group 1,3/2,7\s
            id 6 via 2001:db8:1::5 dev eth1 scope link\s
            id 7 dev eth1 scope host\s
            id 8 group 1/2 type resilient buckets 8 idle_timer 120 unbalanced_timer 0 unbalanced_time 0\s
            """;

    static final String IP_NEIGH =
            """
            10.0.1.250 dev eth1 INCOMPLETE\s
            10.0.1.2 dev eth1 lladdr 02:bb:00:01:00:02  used 2/2/2probes 0 PERMANENT\s
            2001:db8:1::2 dev eth1 lladdr 02:bb:00:01:00:02 router REACHABLE\s
            10.0.0.200 dev eth0 proxy\s
            """;

    static final String IP_MADDR =
            """
            1:\tlo
            \tinet  224.0.0.1
            \tinet6 ff02::1
            90:\teth0
            \tlink  33:33:00:00:00:02 users 2
            \tinet  224.0.0.1
            \tinet6 ff02::1:ff00:0 users 3
            """;

    static final String FRR =
            """
            Codes: K - kernel route, C - connected, S - static, R - RIP,
                   O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,
                   > - selected route, * - FIB route, q - queued, r - rejected, b - backup
                   t - trapped, o - offload failure

            K>* 0.0.0.0/0 [0/0] via 10.0.1.2, eth1, 00:00:15
            B   10.0.0.0/24 [20/0] via 10.0.0.9 inactive, weight 1, 00:00:14
            C>* 10.0.0.0/24 is directly connected, eth0, 00:00:15
            K>* 10.11.0.0/16 [0/0] via 10.0.0.9, eth0, weight 1, 00:00:15
              *                    via 10.0.1.2, eth1, weight 3, 00:00:15
            K>* 10.12.0.0/16 [0/0] unreachable (blackhole), 00:00:15
            K>* 10.13.0.0/16 [0/7] unreachable (ICMP unreachable), 00:00:15
            K>* 10.14.0.0/16 [0/0] unreachable (ICMP admin-prohibited), 00:00:15
            S>  10.32.0.0/16 [1/0] via 10.30.0.1 (recursive), weight 1, 00:00:15
              *                      via 10.0.1.2, eth1, weight 1, 00:00:15
            K>* 2001:db8:bb::/48 from 2001:db8::/64 [0/1024] via 2001:db8:1::2, eth1, 00:00:15
            """;

    static final String FRR_JSON =
            """
            {
              "0.0.0.0/0":[
                {"prefix":"0.0.0.0/0","prefixLen":0,"protocol":"kernel","vrfName":"default",
                 "selected":true,"installed":true,"table":254,
                 "nexthops":[{"flags":3,"fib":true,"ip":"10.0.1.2","afi":"ipv4",
                   "interfaceIndex":92,"interfaceName":"eth1","active":true}]}],
              "10.0.0.0/24":[
                {"protocol":"bgp","table":254,"nexthops":[{"ip":"10.0.0.9","weight":1}]},
                {"protocol":"connected","installed":true,"table":254,
                 "nexthops":[{"fib":true,"directlyConnected":true,"interfaceName":"eth0"}]}],
              "10.11.0.0/16":[
                {"protocol":"kernel","installed":true,"table":254,"nexthops":[
                  {"fib":true,"ip":"10.0.0.9","interfaceName":"eth0","weight":1},
                  {"fib":true,"ip":"10.0.1.2","interfaceName":"eth1","weight":3}]}],
              "10.12.0.0/16":[{"protocol":"static","installed":true,"table":254,"nexthops":[
                  {"fib":true,"unreachable":true,"blackhole":true}]}],
              "10.13.0.0/16":[{"protocol":"static","installed":true,"table":254,"nexthops":[
                  {"fib":true,"unreachable":true,"reject":true}]}],
              "10.14.0.0/16":[{"protocol":"kernel","installed":true,"table":254,"nexthops":[
                  {"fib":true,"unreachable":true,"admin-prohibited":true}]}],
              "10.32.0.0/16":[{"protocol":"static","installed":true,"table":254,"nexthops":[
                  {"ip":"10.30.0.1","recursive":true,"weight":1},
                  {"fib":true,"ip":"10.0.1.2","interfaceName":"eth1","resolver":true,"weight":1}]}],
              "2001:db8:bb::/48 from 2001:db8::/64":[
                {"protocol":"kernel","installed":true,"table":254,
                 "nexthops":[{"fib":true,"ip":"2001:db8:1::2","interfaceName":"eth1"}]}]
            }
            """;

    static final String BIRD =
            """
            BIRD 2.0.12 ready.
            Table master4:
            0.0.0.0/0            unicast [s4 06:51:29.571] * (200)
            \tvia 10.0.1.1 on p1
            20.0.0.0/8           unicast [s4 06:51:29.571] * (200)
            \tvia 10.0.1.1 on p1
            \tType: static univ
                                 unicast [s4b 06:51:29.571] (90)
            \tvia 10.0.0.1 on p0
            20.2.0.0/24          unreachable [s4 06:51:29.571] * (200)
            20.4.0.5/32          prohibited [s4 06:51:29.571] * (200)
            20.3.0.0/24          unicast [b1 06:51:29.571] * (100/0) [AS65001i]
            \tvia 10.0.1.1 on p1 weight 5
            \tvia 10.0.0.1 on p0 weight 2
            10.0.0.0/24          unicast [direct1 06:51:29.572] * (240)
            \tdev p0

            Table master6:
            2001:db8:22::/48     unicast [s6 06:51:29.571] * (200)
            \tvia fe80::1 on p1
            """;

    static final String BIRD_1 =
            """
            BIRD 1.6.8 ready.
            20.0.0.0/8         via 10.0.1.1 on p1 [b1 12:00:01] * (100) [AS65001i]
                               via 10.0.0.1 on p0 [b2 12:00:01] (100) [AS65001i]
            20.2.0.0/24        unreachable [s4 12:00:00] * (200)
            20.3.0.0/24        multipath [k1 12:00:00] * (10)
            \tvia 10.0.1.1 on p1 weight 5
            \tvia 10.0.0.1 on p0 weight 2
            10.0.0.0/24        dev p0 [direct1 12:00:00] * (240)
            """;

    /// FRRouting's dump of a router with two peers, the first record shortened to their table.
    static final byte[] MRT =
            bytes(
                    """
                    6b02919b 000d 0001 00000053     # time, TABLE_DUMP_V2, PEER_INDEX_TABLE, length
                    0a000001 000b 5652462064656661756c74   # collector 10.0.0.1, view 'VRF default'
                    0004                            # four peers
                    02 00000000 00000000 00000000
                    02 0a000102 0a000009 0000fde9   # 10.0.1.2 at 10.0.0.9, AS 65001
                    02 00000000 0a000102 0000fde9
                    03 0a000102 20010db8000100000000000000000002 0000fde9
                    6b02919b 000d 0002 00000025     # RIB_IPV4_UNICAST
                    00000002 08 14 0001             # sequence 2, 20/8, one route
                    0001 6b02910f 0015              # of peer 1, 21 bytes of attributes
                    40 01 01 00                     # ORIGIN IGP
                    50 02 0006 0201 0000fde9        # AS_PATH 65001
                    40 03 04 0a000009               # NEXT_HOP 10.0.0.9
                    6b02919b 000d 0004 00000052     # RIB_IPV6_UNICAST
                    0000000a 30 20010db80021 0001
                    0003 6b029110 003d
                    40 01 01 00
                    50 02 0006 0201 0000fde9
                    80 0e 2c                        # MP_REACH_NLRI with family and kind before it
                    0002 01 20 20010db8000100000000000000000002 fe800000000000007c0a82fffe588260
                    00 30 20010db80021
                    """);

    private SyntaxSamples() {}

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("#.*|\\s", ""));
    }

    /// One sample of each format that has a reader here.
    static Map<Format, byte[]> all() {
        var samples = new EnumMap<Format, byte[]>(Format.class);
        samples.put(Format.IP_ROUTE, utf8(IP_ROUTE));
        samples.put(Format.IP_RULE4, utf8(IP_RULE));
        samples.put(Format.IP_ADDR, utf8(IP_ADDR));
        samples.put(Format.IP_NEIGH, utf8(IP_NEIGH));
        samples.put(Format.IP_MADDR, utf8(IP_MADDR));
        samples.put(Format.IP_NEXTHOP, utf8(IP_NEXTHOP));
        samples.put(Format.FRR, utf8(FRR));
        samples.put(Format.FRR_JSON, utf8(FRR_JSON));
        samples.put(Format.BIRD, utf8(BIRD));
        samples.put(Format.MRT, MRT);
        return samples;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The elements, each behind its place.
    static List<String> read(Format format, byte[] bytes) throws IOException, SnapshotException {
        var elements = new ArrayList<String>();
        format.syntax()
                .read(
                        "file",
                        new ByteArrayInputStream(bytes),
                        (place, element) -> elements.add(place + " " + element));
        return elements;
    }

    static List<String> read(Format format, String text) throws IOException, SnapshotException {
        return read(format, utf8(text));
    }
}
