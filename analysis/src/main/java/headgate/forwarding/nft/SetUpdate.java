package headgate.forwarding.nft;

import java.util.List;

/// `add @set {…}`, `update`, `delete`, and the `meter` of former days: puts what a packet has into
/// a set, or takes it out (kernel: `nft_dynset_eval`).
final class SetUpdate extends Step {
    enum Operation {
        ADD,

        /// As [#ADD]; an element that is there stays longer.
        UPDATE,

        DELETE
    }

    private final Operation operation;
    private final NftSet set;
    private final Operand key;
    private final Operand data;
    private final long timeoutNanos;
    private final List<Meter.Spec> meters;

    /// What its rule asks of the packet's headers before.
    private List<Match> conditions = List.of();

    /// @param data what a map leads to; null for sets
    /// @param timeoutNanos of the statement; 0 if it has none, so that the set's counts
    /// @param meters that new elements get; those of the set come before them
    SetUpdate(
            Operation operation,
            NftSet set,
            Operand key,
            Operand data,
            long timeoutNanos,
            List<Meter.Spec> meters) {
        this.operation = operation;
        this.set = set;
        this.key = key;
        this.data = data;
        this.timeoutNanos = timeoutNanos;
        this.meters = List.copyOf(meters);
    }

    /// @param before the steps of the rule before this one
    void follow(List<Step> before) {
        conditions =
                before.stream()
                        .filter(step -> step instanceof Match match && match.asksHeader())
                        .map(Match.class::cast)
                        .toList();
    }

    Operation operation() {
        return operation;
    }

    boolean hasData() {
        return data != null;
    }

    /// For how long elements stay that it puts in; 0 if for good.
    long timeoutNanos() {
        return timeoutNanos != 0 ? timeoutNanos : set.timeoutNanos();
    }

    /// A kernel lists those of the set alone, where it has some.
    List<Meter.Spec> meters() {
        return set.meters().isEmpty() ? meters : set.meters();
    }

    @Override
    boolean tracksConnections() {
        return key.tracksConnections() || data != null && data.tracksConnections();
    }

    @Override
    void writeTo(RuleBlob.Writer out) {
        out.step(this);
    }

    @Override
    int run(Evaluation e) {
        if (!set.isChanging() || set.keys().length != key.width()) {
            return e.unknown("what rules put into set " + set);
        }
        int loaded = load(e);
        return loaded == Operand.OK ? e.state.elements(set.number()).change(e, this) : loaded;
    }

    private int load(Evaluation e) {
        int loaded = key.load(e, 0);
        return loaded != Operand.OK || data == null ? loaded : data.load(e, key.width());
    }

    /// Whether the packet at hand met the statement is not known.
    ///
    /// @param rewritten whether its headers may have been others then
    void doubt(Evaluation e, boolean rewritten) {
        if (!set.isChanging() || !rewritten && isExcluded(e)) {
            return;
        }
        int loaded = load(e);
        if (loaded == Operand.OK) {
            e.state.elements(set.number()).doubt(e, this);
        } else if (loaded == Operand.UNKNOWN) {
            e.state.elements(set.number()).doubtAll();
        }
    }

    private boolean isExcluded(Evaluation e) {
        for (Match condition : conditions) {
            if (condition.run(e) == BREAK) {
                return true;
            }
        }
        return false;
    }
}
