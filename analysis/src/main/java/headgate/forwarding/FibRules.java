package headgate.forwarding;

import java.util.HashMap;
import java.util.List;

/// The rules of one host and the tables that they ask (kernel: `fib_rules_lookup`, `fib_lookup`).
public final class FibRules {
    private final FibRule[] rules;
    private final int[] targets;
    private final boolean custom;
    private final Fib merged;
    private final Fib fallback;

    /// @param rules in order of priority
    /// @param merged the tables `local` and `main` in one, as the kernel keeps them until a rule of
    ///   the user's own exists; asked instead of the rules if these are the three that every host
    ///   starts with
    /// @param fallback the table `default`, asked after `merged`; null if it is empty
    FibRules(List<FibRule> rules, boolean custom, Fib merged, Fib fallback) {
        this.rules = rules.toArray(FibRule[]::new);
        this.custom = custom;
        this.merged = merged;
        this.fallback = fallback;
        this.targets = targets(this.rules);
    }

    /// Where each `goto` leads: the first rule with that priority, which the kernel takes only if
    /// it comes later, so that no packet goes round in circles; -1 where there is none.
    private static int[] targets(FibRule[] rules) {
        var firsts = new HashMap<Long, Integer>();
        for (int i = 0; i < rules.length; i++) {
            firsts.putIfAbsent(rules[i].priority(), i);
        }
        int[] targets = new int[rules.length];
        for (int i = 0; i < rules.length; i++) {
            int target = firsts.getOrDefault(rules[i].target(), -1);
            targets[i] = target > i ? target : -1;
        }
        return targets;
    }

    /// Whether there are rules other than the three that every host starts with.
    public boolean isCustom() {
        return custom;
    }

    /// Looks the flow up. The answer stands in `result`, also for an error route.
    ///
    /// @return [Errno#NONE] or the error; never [Errno#EAGAIN]. Where `result.incomplete` is set,
    ///   neither is known.
    public Errno lookup(Flowi4 flow, boolean ignoreLinkState, FibResult result) {
        result.clear();
        return custom
                ? lookupByRules(flow, ignoreLinkState, result)
                : lookupInTwoTables(flow, ignoreLinkState, result);
    }

    private Errno lookupInTwoTables(Flowi4 flow, boolean ignoreLinkState, FibResult result) {
        Errno answer = merged.lookup(flow, ignoreLinkState, result);
        if (answer == Errno.EAGAIN && result.incomplete == null && fallback != null) {
            result.clear();
            answer = fallback.lookup(flow, ignoreLinkState, result);
        }
        return answer == Errno.EAGAIN ? nothing(result) : answer;
    }

    private Errno lookupByRules(Flowi4 flow, boolean ignoreLinkState, FibResult result) {
        for (int i = 0; i < rules.length; i++) {
            FibRule rule = rules[i];
            if (!rule.unmodelled().isEmpty()) {
                result.rule = rule;
                result.incomplete = rule.unmodelled();
                return Errno.ENETUNREACH;
            }
            if (!rule.matches(flow)) {
                continue;
            }
            result.rule = rule;
            switch (rule.action()) {
                case TABLE -> {
                    Errno answer = askTable(rule, flow, ignoreLinkState, result);
                    if (answer != Errno.EAGAIN || result.incomplete != null) {
                        return answer;
                    }
                }
                case GOTO -> i = targets[i] < 0 ? i : targets[i] - 1;
                case NOP -> {}
                case BLACKHOLE -> {
                    return Errno.EINVAL;
                }
                case UNREACHABLE -> {
                    return Errno.ENETUNREACH;
                }
                case PROHIBIT -> {
                    return Errno.EACCES;
                }
            }
        }
        return nothing(result);
    }

    private static Errno askTable(
            FibRule rule, Flowi4 flow, boolean ignoreLinkState, FibResult result) {
        if (rule.table() == null) {
            return Errno.EAGAIN;
        }
        Errno answer = rule.table().lookup(flow, ignoreLinkState, result);
        if (answer == Errno.NONE && rule.suppresses(result)) {
            answer = Errno.EAGAIN;
        }
        if (answer == Errno.EAGAIN && result.incomplete == null) {
            result.clear();
        }
        return answer;
    }

    private static Errno nothing(FibResult result) {
        if (result.incomplete == null) {
            result.clear();
        }
        return Errno.ENETUNREACH;
    }
}
