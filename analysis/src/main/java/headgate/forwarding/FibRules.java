package headgate.forwarding;

import java.util.HashMap;
import java.util.List;

/// The rules of one host and the tables that they ask (kernel: `fib_rules_lookup`, `fib_lookup`).
public final class FibRules<F extends Flowi, A extends FibAnswer<?, ?>> {
    private final List<FibRule<F, A>> rules;
    private final int[] targets;
    private final boolean custom;
    private final boolean dissect;
    private final FibTable<F, A, ?> first;
    private final FibTable<F, A, ?> second;

    /// @param rules in order of priority
    /// @param first what is asked instead of the rules if these are those that every host starts
    ///   with; for IPv4 the tables `local` and `main` in one, as the kernel keeps them until a rule
    ///   of the user's own exists; for IPv6 `local`; null if it is empty
    /// @param second what is asked then: `default` for IPv4, `main` for IPv6; null if it is empty
    FibRules(
            List<FibRule<F, A>> rules,
            boolean custom,
            FibTable<F, A, ?> first,
            FibTable<F, A, ?> second) {
        this.rules = List.copyOf(rules);
        this.custom = custom;
        this.first = first;
        this.second = second;
        this.targets = targets(this.rules);
        this.dissect =
                rules.stream()
                        .anyMatch(rule ->
                                !rule.inputDevice().equals("lo")
                                        && (rule.protocol() >= 0
                                                || rule.sourcePorts() != 0
                                                || rule.destinationPorts() != 0));
    }

    /// Where each `goto` leads: the first rule with that priority, which the kernel takes only if
    /// it comes later, so that no packet goes round in circles; -1 where there is none.
    private static <F extends Flowi, A extends FibAnswer<?, ?>> int[] targets(
            List<FibRule<F, A>> rules) {
        var firsts = new HashMap<Long, Integer>();
        for (int i = 0; i < rules.size(); i++) {
            firsts.putIfAbsent(rules.get(i).priority(), i);
        }
        int[] targets = new int[rules.size()];
        for (int i = 0; i < rules.size(); i++) {
            int target = firsts.getOrDefault(rules.get(i).target(), -1);
            targets[i] = target > i ? target : -1;
        }
        return targets;
    }

    /// In order of priority.
    public List<FibRule<F, A>> rules() {
        return rules;
    }

    /// Whether there are rules other than those that every host starts with.
    public boolean isCustom() {
        return custom;
    }

    /// What is asked first while there are no rules of the user's own; null if it is empty.
    FibTable<F, A, ?> first() {
        return first;
    }

    /// Whether any rule for packets that come in asks for a protocol or ports, so that packets are
    /// dissected for it; those for the loopback device do not count (kernel:
    /// `fib_rule_requires_fldissect`).
    public boolean dissect() {
        return dissect;
    }

    /// Looks the flow up. The answer stands in `result`, also for an error route.
    ///
    /// @return [Errno#NONE] or the error; never [Errno#EAGAIN]. Where `result.incomplete` is set,
    ///   neither is known.
    public Errno lookup(F flow, boolean ignoreLinkState, A result) {
        result.clear();
        return custom
                ? lookupByRules(flow, ignoreLinkState, result)
                : lookupInTwoTables(flow, ignoreLinkState, result);
    }

    private Errno lookupInTwoTables(F flow, boolean ignoreLinkState, A result) {
        Errno answer = ask(first, flow, ignoreLinkState, result);
        if (answer == Errno.EAGAIN && result.incomplete == null) {
            result.clear();
            answer = ask(second, flow, ignoreLinkState, result);
        }
        return answer == Errno.EAGAIN ? nothing(result) : answer;
    }

    private Errno ask(FibTable<F, A, ?> table, F flow, boolean ignoreLinkState, A result) {
        return table == null ? Errno.EAGAIN : table.lookup(flow, ignoreLinkState, result);
    }

    private Errno lookupByRules(F flow, boolean ignoreLinkState, A result) {
        for (int i = 0; i < rules.size(); i++) {
            FibRule<F, A> rule = rules.get(i);
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

    private Errno askTable(FibRule<F, A> rule, F flow, boolean ignoreLinkState, A result) {
        Errno answer = ask(rule.table(), flow, ignoreLinkState, result);
        if (answer == Errno.NONE && rule.suppresses(result)) {
            answer = Errno.EAGAIN;
        }
        if (answer == Errno.EAGAIN && result.incomplete == null) {
            result.clear();
        }
        return answer;
    }

    private Errno nothing(A result) {
        if (result.incomplete == null) {
            result.clear();
        }
        return Errno.ENETUNREACH;
    }
}
