package headgate.finding;

import headgate.flow.FlowRecord.Side;

/// Bits of the TCP header's flags, as flow records keep them.
final class TcpFlags {
    static final int SYN = 0x02;
    static final int ACK = 0x10;

    private TcpFlags() {}

    static boolean has(Side side, int flag) {
        return (side.tcpFlags() & flag) != 0;
    }
}
