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

    RuleBlob rules = RuleBlob.EMPTY;

    /// Whether its rules work on connections.
    boolean tracksConnections;

    /// Rules that were read, and are not in [#rules] yet.
    private final List<Reading> reading = new ArrayList<>();

    /// A rule and what it says.
    record Reading(NftRule rule, Step[] steps) {}

    NftChain(String family, String table, String name) {
        this.family = family;
        this.table = table;
        this.name = name;
    }

    void add(NftRule rule, Step[] steps) {
        reading.add(new Reading(rule, steps));
        for (Step step : steps) {
            tracksConnections |= step.tracksConnections();
        }
    }

    List<Reading> reading() {
        return reading;
    }

    /// Whether a packet may fare otherwise than without the chain.
    boolean acts() {
        return policyDrop || !rules.isEmpty() || unknown != null;
    }

    void build(Fields fields) {
        var writer = new RuleBlob.Writer(fields);
        for (Reading read : reading) {
            writer.add(read.rule, read.steps);
        }
        rules = writer.build();
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
