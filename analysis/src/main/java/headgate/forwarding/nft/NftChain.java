package headgate.forwarding.nft;

import headgate.forwarding.HostSnapshot.Hook;
import java.util.ArrayList;
import java.util.List;

/// A chain of rules; a base chain if it has a hook.
final class NftChain {
    /// Kinds of base chains that the kernel treats alike, and those that it does not.
    enum Type {
        FILTER,

        /// Output packets are routed again if rules change their mark or addresses.
        ROUTE,

        /// Asked once for each connection.
        NAT
    }

    private static final NftRule[] NO_RULES = {};

    final String family;
    final String table;
    final String name;

    boolean declared;

    /// Whether it is one of iptables.
    boolean xt;

    /// Null for chains that are only jumped to.
    Hook hook;

    Type type = Type.FILTER;
    int priority;
    boolean policyDrop;

    /// Devices of a `netdev` chain.
    List<String> devices = List.of();

    /// Why packets that reach this chain cannot be judged; null if they can.
    String unknown;

    /// Order in the listing.
    int number;

    NftRule[] rules = NO_RULES;
    private final List<NftRule> reading = new ArrayList<>();

    NftChain(String family, String table, String name) {
        this.family = family;
        this.table = table;
        this.name = name;
    }

    void add(NftRule rule) {
        reading.add(rule);
    }

    List<NftRule> reading() {
        return reading;
    }

    /// Whether a packet may fare otherwise than without the chain.
    boolean acts() {
        return policyDrop || rules.length > 0 || unknown != null;
    }

    void build() {
        rules = reading.toArray(NftRule[]::new);
        reading.clear();
    }

    /// As messages name it.
    String place() {
        return "chain " + family + " " + table + " " + name;
    }

    @Override
    public String toString() {
        return "policy of " + place();
    }
}
