package headgate.flow;

import java.util.BitSet;

/// Ports at which a server listens more likely than a client: what Zeek's scripts of
/// `base/protocols` add to `likely_server_ports`.
enum LikelyServerPorts {
    TCP(
            21, 22, 25, 53, 80, 81, 88, 102, 110, 137, 139, 143, 389, 443, 445, 502, 514, 563, 585,
            587, 614, 631, 636, 989, 990, 992, 993, 995, 1080, 1812, 2811, 3128, 3268, 3306, 3389,
            5060, 5222, 5223, 5269, 5355, 5432, 5433, 5900, 6379, 6666, 6667, 6668, 6669, 8000,
            8080, 8888, 9000, 20000),
    UDP(
            53, 67, 68, 69, 88, 123, 137, 161, 162, 389, 443, 514, 1812, 2123, 2152, 3389, 3544,
            4011, 4789, 5060, 5072, 5353, 5355, 6081, 20000);

    private final BitSet ports = new BitSet(1 << 16);

    LikelyServerPorts(int... ports) {
        for (int port : ports) {
            this.ports.set(port);
        }
    }

    boolean has(int port) {
        return ports.get(port);
    }
}
