package headgate.forwarding.conntrack;

/// How a packet relates to its connection (kernel: `enum ip_conntrack_info`), and what `ct state`
/// says of it.
public enum CtInfo {
    ESTABLISHED(2),
    RELATED(4),
    NEW(8),
    ESTABLISHED_REPLY(2),
    RELATED_REPLY(4),

    /// Exempt from tracking: by `notrack`, or neighbour discovery.
    UNTRACKED(64);

    /// Bit of a packet that belongs to no connection.
    public static final int STATE_INVALID = 1;

    private final int stateBit;

    CtInfo(int stateBit) {
        this.stateBit = stateBit;
    }

    /// Bit that `ct state` tests: established 2, related 4, new 8, untracked 64.
    public int stateBit() {
        return stateBit;
    }

    public boolean isReply() {
        return this == ESTABLISHED_REPLY || this == RELATED_REPLY;
    }
}
