package headgate.flow;

/// What a live flow of TCP has beyond its [FlowRow], right behind it.
///
/// Words of two sides come in pairs, the originator's first, so that `WORD + side` addresses one.
///
/// ```
/// TCP         3 state · 3 state before · 12 flags seen · 16 MSS · 5 window scale + 1 · 1 closed
///             · 1 FIN seen · 7 letters seen · 16 zero windows
/// SPAN        highest sequence number after the side's first one (SYN is 0), as 64 bits
/// SEQUENCE    32 highest acknowledged by the peer · 32 first one
/// EDGE        32 start of what came after a hole · 32 end of what came without one
/// HANDSHAKE   48 nanoseconds: time of the last SYN, then of the SYN/ACK, then the client's round trip
///             · 16 window of the originator's first segment
/// SERVER_RTT  48 nanoseconds · 16 window of the responder's first segment
/// RETRANSMITS 32 responder's · 32 originator's
/// MISSING     32 responder's bytes · 32 originator's
/// MARKS       16 SYN, 16 FIN, 16 RST: where the last one was, after the first sequence number · 16 gaps
/// HISTORY     letters 13 to 24, 5 bits each
/// ```
final class TcpRow extends RowView {
    static final int TCP = 0;
    static final int SPAN = 2;
    static final int SEQUENCE = 4;
    static final int EDGE = 6;

    /// What follows is touched by few segments.
    static final int HOT_LENGTH = 8;

    static final int HANDSHAKE = 8;
    static final int SERVER_RTT = 9;
    static final int RETRANSMITS = 10;
    static final int MISSING = 11;
    static final int MARKS = 12;
    static final int HISTORY = 14;
    static final int LENGTH = 15;

    /// Times are kept modulo this: 78 hours.
    static final int TIME_BITS = 48;

    private static int half(int side) {
        return side == FlowRow.ORIGINATOR ? 32 : 0;
    }

    long retransmits(int side) {
        return bits(RETRANSMITS, half(side), 32);
    }

    long countRetransmit(int side) {
        return countUp(RETRANSMITS, half(side), 32, 1);
    }

    long missingBytes(int side) {
        return bits(MISSING, half(side), 32);
    }

    void countMissing(int side, long bytes) {
        countUp(MISSING, half(side), 32, bytes);
    }

    /// Of the side's first segment, not scaled.
    int initialWindow(int side) {
        return (int) bits(HANDSHAKE + side, TIME_BITS, 16);
    }

    void setInitialWindow(int side, int window) {
        setBits(HANDSHAKE + side, TIME_BITS, 16, window);
    }

    long handshakeNanos() {
        return bits(HANDSHAKE, 0, TIME_BITS);
    }

    void setHandshakeNanos(long nanos) {
        setBits(HANDSHAKE, 0, TIME_BITS, nanos);
    }

    /// Plus one; 0 if unknown.
    long serverRttNanos() {
        return bits(SERVER_RTT, 0, TIME_BITS);
    }

    void setServerRttNanos(long nanos) {
        setBits(SERVER_RTT, 0, TIME_BITS, nanos);
    }
}
