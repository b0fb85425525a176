package headgate.forwarding.nft;

/// One rule of a chain: steps that are taken one after another until one of them does not match, or
/// decides. What they are, stands in the chain's [RuleBlob].
public final class NftRule {
    private final NftChain chain;
    private final long handle;
    private final int counter;

    /// @param counter that it counts by, the first if it has several; -1 if it has none
    NftRule(NftChain chain, long handle, int counter) {
        this.chain = chain;
        this.handle = handle;
        this.counter = counter;
    }

    /// Number by which nft names the rule in its table; for rules of iptables, its line.
    public long handle() {
        return handle;
    }

    /// `ip`, `ip6`, `inet`, `arp`, `bridge` or `netdev`.
    public String family() {
        return chain.family;
    }

    public String table() {
        return chain.table;
    }

    public String chain() {
        return chain.name;
    }

    int counter() {
        return counter;
    }

    @Override
    public String toString() {
        return "rule " + family() + " " + table() + " " + chain() + " handle " + handle;
    }
}
