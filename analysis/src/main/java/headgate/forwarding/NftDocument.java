package headgate.forwarding;

import headgate.forwarding.HostSnapshot.Hook;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Finds, in `nft.json`, at which hooks IPv4 packets meet rules. The rules themselves are not
/// evaluated.
final class NftDocument {
    private static final Set<String> FAMILIES = Set.of("ip", "inet", "netdev", "bridge");

    private final SnapshotReader reader;
    private final Map<String, Hook> baseChains = new HashMap<>();
    private final Set<String> chainsThatAct = new HashSet<>();
    private final Set<String> dormant = new HashSet<>();
    private boolean tracksConnections;

    NftDocument(SnapshotReader reader) {
        this.reader = reader;
    }

    void read(SnapshotElement element) {
        SnapshotElement table = element.object("table");
        SnapshotElement chain = element.object("chain");
        SnapshotElement rule = element.object("rule");
        element.ignoreAll();
        if (table.has("name") && table.hasText("\"dormant\"")) {
            dormant.add(table.text("family") + " " + table.text("name"));
        }
        if (chain.has("hook") && FAMILIES.contains(chain.text("family"))) {
            readBaseChain(chain);
        }
        if (rule.has("chain")) {
            chainsThatAct.add(key(rule, rule.text("chain")));
            tracksConnections |=
                    rule.hasText("\"ct\"")
                            || rule.hasText("nat\"")
                            || rule.hasText("\"masquerade\"")
                            || rule.hasText("\"redirect\"");
        }
    }

    private void readBaseChain(SnapshotElement chain) {
        String name = key(chain, chain.text("name"));
        Hook hook = hook(chain.text("hook"));
        if (hook == null) {
            reader.note("nft.json", "", "hook '" + chain.text("hook") + "' is not known");
            hook = Hook.INGRESS;
        }
        baseChains.put(name, hook);
        if (chain.text("policy").equals("drop")) {
            chainsThatAct.add(name);
        }
    }

    private static String key(SnapshotElement element, String chain) {
        return element.text("family") + " " + element.text("table") + " " + chain;
    }

    private static Hook hook(String name) {
        for (Hook hook : Hook.values()) {
            if (hook.name().toLowerCase(Locale.ROOT).equals(name)) {
                return hook;
            }
        }
        return null;
    }

    /// Connection tracking works from the first hook on, whichever chain asks for it.
    Set<Hook> hooks() {
        var hooks = EnumSet.noneOf(Hook.class);
        baseChains.forEach((chain, hook) -> {
            if (chainsThatAct.contains(chain) && !isDormant(chain)) {
                hooks.add(hook);
            }
        });
        if (tracksConnections && !hooks.isEmpty()) {
            hooks.add(Hook.PREROUTING);
        }
        return hooks;
    }

    private boolean isDormant(String chain) {
        return dormant.stream().anyMatch(table -> chain.startsWith(table + " "));
    }
}
