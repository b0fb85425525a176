package headgate.forwarding;

/// Whether a TCP segment says that it is signed (RFC 2385; kernel: `tcp_parse_auth_options`).
enum TcpAuthentication {
    NONE,

    /// It bears a signature, and no key is known.
    SIGNED,

    /// Its options cannot be read.
    BROKEN;

    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int MD5 = 19;
    private static final int MD5_LENGTH = 18;

    /// Ends the way of a segment to a listener that has no keys (kernel: `tcp_inbound_hash`).
    void refuse(Decision decision, String function, int protocol) {
        if (this == SIGNED) {
            decision.count(SnmpCounter.TCP_EXT_MD5_UNEXPECTED);
        }
        decision.effects.drop(
                this == SIGNED ? DropReason.TCP_MD5UNEXPECTED : DropReason.TCP_AUTH_HDR,
                function,
                protocol);
    }

    /// @param from where the options start
    /// @param to where the TCP header ends; all of it was captured
    static TcpAuthentication of(Skb skb, int from, int to) {
        TcpAuthentication found = NONE;
        // Where no signature has room any more, nothing is read.
        for (int at = from; to - at >= MD5_LENGTH; ) {
            int kind = skb.u8(at);
            if (kind == END) {
                return found;
            }
            int length = kind == NO_OPERATION ? 1 : skb.u8(at + 1);
            if (kind != NO_OPERATION && (length < 2 || length > to - at)) {
                return BROKEN;
            }
            if (kind == MD5) {
                if (length != MD5_LENGTH || found == SIGNED) {
                    return BROKEN;
                }
                found = SIGNED;
            }
            at += length;
        }
        return found;
    }
}
