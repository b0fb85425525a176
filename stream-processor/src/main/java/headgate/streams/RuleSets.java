package headgate.streams;

import headgate.forwarding.HostSnapshot;
import headgate.forwarding.SnapshotException;
import headgate.schema.WhatIf;
import headgate.streams.StreamCounters.Count;
import headgate.streams.state.LatestValues;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.function.Consumer;

/// What-if rule sets laid over hosts, read once for all tasks of the process.
final class RuleSets {
    /// Most rule sets that one host is compared with, first by name.
    static final int MAX_RULE_SETS = 15;

    /// The host as it would be.
    record RuleSet(String name, HostSnapshot snapshot) {}

    /// What one host was compared with last.
    private static final class Laid {
        private Map<WhatIf, RuleSet> rules = new IdentityHashMap<>();
        private List<RuleSet> sets = List.of();
        private long version = -1;
    }

    private final StreamCounters counters;
    private final Consumer<String> talk;
    private final Map<Host, Laid> byHost = new WeakHashMap<>();

    /// @param talk is told, for people, of rule sets that cannot be read
    RuleSets(StreamCounters counters, Consumer<String> talk) {
        this.counters = counters;
        this.talk = talk;
    }

    /// The rule sets that are about that host; the same list as long as they are the same.
    synchronized List<RuleSet> over(Host host, LatestValues<WhatIf> whatIfs) {
        Laid laid = byHost.computeIfAbsent(host, _ -> new Laid());
        long version = whatIfs.version();
        if (laid.version != version) {
            laid.version = version;
            lay(host, new TreeMap<>(whatIfs.all()), laid);
        }
        return laid.sets;
    }

    private void lay(Host host, TreeMap<String, WhatIf> whatIfs, Laid laid) {
        var rules = new IdentityHashMap<WhatIf, RuleSet>();
        var sets = new ArrayList<RuleSet>();
        for (WhatIf whatIf : whatIfs.values()) {
            if (whatIf.hasRules()
                    && whatIf.isAbout(host.documents().agent())
                    && rules.size() < MAX_RULE_SETS) {
                RuleSet set =
                        laid.rules.containsKey(whatIf)
                                ? laid.rules.get(whatIf)
                                : read(host, whatIf);
                rules.put(whatIf, set);
                if (set != null) {
                    sets.add(set);
                }
            }
        }
        laid.rules = rules;
        if (!sets.equals(laid.sets)) {
            laid.sets = List.copyOf(sets);
        }
    }

    private RuleSet read(Host host, WhatIf whatIf) {
        try {
            return new RuleSet(whatIf.name(), whatIf.over(host.documents()).read());
        } catch (SnapshotException broken) {
            counters.add(Count.UNREADABLE_SETTINGS);
            talk.accept(
                    "rule set '%s' is left out: %s".formatted(whatIf.name(), broken.getMessage()));
            return null;
        }
    }
}
