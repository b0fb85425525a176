package headgate.forwarding.nft;

/// One rule: steps that are taken one after another until one of them does not match, or decides.
public final class NftRule {
    private final NftChain chain;
    private final long handle;
    private final Step[] steps;

    NftRule(NftChain chain, long handle, Step[] steps) {
        this.chain = chain;
        this.handle = handle;
        this.steps = steps;
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

    Step[] steps() {
        return steps;
    }

    int run(Evaluation e) {
        for (Step step : steps) {
            int code = step.run(e);
            if (code != Step.NEXT) {
                return code;
            }
        }
        return Step.NEXT;
    }

    @Override
    public String toString() {
        return "rule " + family() + " " + table() + " " + chain() + " handle " + handle;
    }
}
