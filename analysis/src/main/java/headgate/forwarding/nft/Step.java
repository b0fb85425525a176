package headgate.forwarding.nft;

/// One match or statement of a rule.
abstract class Step {
    /// Go on with the next step.
    static final int NEXT = 0;

    /// This rule does not match: go on with the next rule.
    static final int BREAK = 1;

    /// It cannot be told.
    static final int UNKNOWN = 2;

    static final int ACCEPT = 3;
    static final int DROP = 4;
    static final int RETURN = 5;
    static final int JUMP = 6;
    static final int GOTO = 7;

    /// Takes the step; a jump or goto leaves its chain in [Evaluation#target].
    abstract int run(Evaluation e);

    /// Writes the step as an instruction. Steps that only look at the packet say so here, so that
    /// what was read of it stays read.
    void writeTo(RuleBlob.Writer out) {
        out.change(this);
    }

    /// Chain that the step may lead to, or null.
    NftChain target() {
        return null;
    }

    /// Map whose verdicts the step may follow, or null.
    NftSet verdicts() {
        return null;
    }

    /// Whether the step asks connection tracking, which is then at work (kernel:
    /// `nf_ct_netns_get`).
    boolean tracksConnections() {
        return false;
    }

    /// A verdict without condition.
    static final class Verdict extends Step {
        private final NftVerdict verdict;

        Verdict(NftVerdict verdict) {
            this.verdict = verdict;
        }

        @Override
        int run(Evaluation e) {
            e.target = verdict.target();
            return verdict.code();
        }

        @Override
        void writeTo(RuleBlob.Writer out) {
            out.verdict(verdict);
        }

        @Override
        NftChain target() {
            return verdict.target();
        }
    }

    /// What is not known: reaching it makes the answer incomplete.
    static final class Unknown extends Step {
        private final String why;
        private final boolean tracks;

        /// @param tracks whether it works on connections
        Unknown(String why, boolean tracks) {
            this.why = why;
            this.tracks = tracks;
        }

        @Override
        boolean tracksConnections() {
            return tracks;
        }

        @Override
        int run(Evaluation e) {
            e.why = why;
            return UNKNOWN;
        }
    }

    static final class Counter extends Step {
        private final int index;

        Counter(int index) {
            this.index = index;
        }

        int index() {
            return index;
        }

        @Override
        int run(Evaluation e) {
            e.state.count(index, e.packet.length);
            return NEXT;
        }

        @Override
        void writeTo(RuleBlob.Writer out) {
            out.count(index);
        }
    }

    private static int meet(Evaluation e, Meter meter, String what) {
        if (meter.isDoubtful(e.packet.timeNanos, e.packet.length)) {
            return e.unknown("how much of " + what + " is left, after packets of unknown fate");
        }
        return meter.admits(e.packet.timeNanos, e.packet.length) ? NEXT : BREAK;
    }

    static final class Limit extends Step {
        private final int index;

        Limit(int index) {
            this.index = index;
        }

        @Override
        int run(Evaluation e) {
            return meet(e, e.state.limit(index), "a limit");
        }

        @Override
        void writeTo(RuleBlob.Writer out) {
            out.step(this);
        }
    }

    static final class Quota extends Step {
        private final int index;

        Quota(int index) {
            this.index = index;
        }

        @Override
        int run(Evaluation e) {
            return meet(e, e.state.quota(index), "a quota");
        }

        @Override
        void writeTo(RuleBlob.Writer out) {
            out.step(this);
        }
    }
}
