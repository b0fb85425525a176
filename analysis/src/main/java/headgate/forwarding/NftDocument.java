package headgate.forwarding;

import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.nft.IptablesReader;
import headgate.forwarding.nft.Ruleset;
import headgate.forwarding.nft.RulesetReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// The packet filter, from `nft.json`, `iptables-save.txt` and `ip6tables-save.txt`.
final class NftDocument {
    static final String NAME = "nft.json";
    static final String IPTABLES = "iptables-save.txt";
    static final String IP6TABLES = "ip6tables-save.txt";

    private final RulesetReader rules;

    /// The document being read.
    private String document = NAME;

    NftDocument(SnapshotReader reader) {
        Map<String, Integer> devices = new HashMap<>();
        reader.devices.forEach((name, device) -> devices.put(name, device.index()));
        rules =
                new RulesetReader(
                        NAME, devices, (place, what) -> reader.note(document, place, what));
    }

    /// Reads what `iptables-save` printed; to be done before the listing of nft, which has the same
    /// tables where iptables works through it.
    void readIptables(String document, BufferedReader text) throws IOException {
        this.document = document;
        new IptablesReader(rules, document.equals(IP6TABLES)).read(text);
        this.document = NAME;
    }

    void read(SnapshotElement element) {
        rules.read(element.node(), element.place());
        element.ignoreAll();
    }

    Ruleset build() throws SnapshotException {
        return rules.build();
    }

    /// Hooks at which packets meet rules, or connection tracking.
    static Set<Hook> hooks(Ruleset rules) {
        var hooks = EnumSet.noneOf(Hook.class);
        for (int family : new int[] {NfPacket.IPV4, NfPacket.IPV6, NfPacket.ARP, NfPacket.NETDEV}) {
            for (Hook hook : Hook.values()) {
                if (rules.isAt(family, hook)) {
                    hooks.add(hook);
                }
            }
        }
        return hooks;
    }
}
