package headgate.forwarding.nft;

import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.nft.Meter.LimitSpec;
import headgate.forwarding.nft.Meter.QuotaSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The packet filter of one host, as it was listed. Immutable; what rules count while packets pass
/// is kept by [Netfilter].
public final class Ruleset {
    /// No rules at all.
    public static final Ruleset EMPTY =
            new Ruleset(List.of(), List.of(), new Tallies(), List.of(), new Operand[0]);

    /// A counter of a rule, and what it stood at.
    ///
    /// @param rule that counts; null for named counters
    /// @param name empty for counters of rules
    record CounterSpec(NftRule rule, String name, long packets, long bytes) {}

    /// Everything in the rule set that has state.
    static final class Tallies {
        final List<CounterSpec> counters = new ArrayList<>();
        final List<LimitSpec> limits = new ArrayList<>();
        final List<QuotaSpec> quotas = new ArrayList<>();
        final List<NftSet> changingSets = new ArrayList<>();
        final List<SetUpdate> setUpdates = new ArrayList<>();

        /// Families of tables with objects that need connection tracking (kernel:
        /// `nf_ct_netns_get`).
        final Set<String> trackedFamilies = new HashSet<>();

        /// Whether rules change header fields.
        boolean rewrites;
    }

    private final List<NftChain> baseChains;
    private final List<NftRule> rules;
    private final List<CounterSpec> counters;
    private final List<LimitSpec> limits;
    private final List<QuotaSpec> quotas;
    private final List<NftSet> changingSets;
    private final List<SetUpdate> setUpdates;
    private final boolean rewrites;
    private final Operand[] fields;
    private final boolean tracks4;
    private final boolean tracks6;

    /// @param baseChains in the order of the listing
    /// @param fields what rules read from packets, by its number in each [RuleBlob]
    Ruleset(
            List<NftChain> baseChains,
            Collection<NftChain> chains,
            Tallies tallies,
            List<NftRule> rules,
            Operand[] fields) {
        this.baseChains = List.copyOf(baseChains);
        this.rules = rules;
        this.fields = fields;
        counters = List.copyOf(tallies.counters);
        limits = List.copyOf(tallies.limits);
        quotas = List.copyOf(tallies.quotas);
        changingSets = List.copyOf(tallies.changingSets);
        setUpdates = List.copyOf(tallies.setUpdates);
        rewrites = tallies.rewrites;
        boolean both = tallies.trackedFamilies.contains("inet");
        tracks4 = both || tallies.trackedFamilies.contains("ip") || tracks(chains, "ip");
        tracks6 = both || tallies.trackedFamilies.contains("ip6") || tracks(chains, "ip6");
    }

    private static boolean tracks(Collection<NftChain> chains, String family) {
        for (NftChain chain : chains) {
            if (chain.tracksConnections
                    && (chain.family.equals(family) || chain.family.equals("inet"))) {
                return true;
            }
        }
        return false;
    }

    /// Chains of a hook in the order in which packets meet them: by priority; of equals, the one
    /// registered last is the first.
    List<NftChain> chains(int family, Hook hook) {
        var chains = new ArrayList<NftChain>();
        for (NftChain chain : baseChains) {
            if (chain.hook == hook && takes(chain.family, family) && chain.acts()) {
                chains.add(chain);
            }
        }
        Collections.reverse(chains);
        chains.sort(Comparator.comparingInt(chain -> chain.priority));
        return chains;
    }

    private static boolean takes(String chainFamily, int family) {
        return switch (chainFamily) {
            case "ip" -> family == NfPacket.IPV4;
            case "ip6" -> family == NfPacket.IPV6;
            case "inet" -> family == NfPacket.IPV4 || family == NfPacket.IPV6;
            case "arp" -> family == NfPacket.ARP;
            case "netdev" -> family == NfPacket.NETDEV;
            default -> false;
        };
    }

    /// Whether packets of the family meet a chain at the hook, or connection tracking does.
    public boolean isAt(int family, Hook hook) {
        boolean tracking =
                tracks(family)
                        && (hook == Hook.PREROUTING
                                || hook == Hook.INPUT
                                || hook == Hook.OUTPUT
                                || hook == Hook.POSTROUTING);
        return tracking || !chains(family, hook).isEmpty();
    }

    /// Whether connections of the family are tracked.
    public boolean tracks(int family) {
        return family == NfPacket.IPV4 ? tracks4 : family == NfPacket.IPV6 && tracks6;
    }

    /// Whether connections of the family are translated: there is a NAT chain.
    boolean translates(int family) {
        for (NftChain chain : baseChains) {
            if (chain.type == NftChain.Type.NAT && takes(chain.family, family)) {
                return true;
            }
        }
        return false;
    }

    /// Whether there is neither a chain at any hook nor tracking.
    public boolean isEmpty() {
        return baseChains.isEmpty() && !tracks4 && !tracks6;
    }

    /// All rules, in the order of the listing.
    public List<NftRule> rules() {
        return rules;
    }

    Operand[] fields() {
        return fields;
    }

    List<CounterSpec> counters() {
        return counters;
    }

    List<LimitSpec> limits() {
        return limits;
    }

    List<QuotaSpec> quotas() {
        return quotas;
    }

    /// Sets that change while packets pass, by [NftSet#number].
    List<NftSet> changingSets() {
        return changingSets;
    }

    /// Statements by which they do.
    List<SetUpdate> setUpdates() {
        return setUpdates;
    }

    /// Whether rules change header fields.
    boolean rewrites() {
        return rewrites;
    }

    long[] counterPackets() {
        return counters.stream().mapToLong(CounterSpec::packets).toArray();
    }

    long[] counterBytes() {
        return counters.stream().mapToLong(CounterSpec::bytes).toArray();
    }
}
