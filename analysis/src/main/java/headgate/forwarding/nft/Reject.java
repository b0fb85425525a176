package headgate.forwarding.nft;

/// How a `reject` statement answers.
///
/// @param code ICMP or ICMPv6 code of a destination-unreachable message; -1 for a TCP reset
public record Reject(int code) {
    public static final Reject TCP_RESET = new Reject(-1);

    public Reject {
        if (code < -1 || code > 255) {
            throw new IllegalArgumentException("code " + code + " is not within -1..255");
        }
    }

    public boolean isTcpReset() {
        return code < 0;
    }
}
