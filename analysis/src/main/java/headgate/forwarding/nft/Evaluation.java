package headgate.forwarding.nft;

import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.conntrack.Conntrack;
import headgate.forwarding.conntrack.NatRange;
import headgate.forwarding.conntrack.NfPacket;

/// What one walk through the rules has at hand (kernel: `struct nft_regs` with the packet): reused,
/// and valid only during the walk.
final class Evaluation {
    /// 128-bit registers; the longest concatenation that the kernel takes has fewer parts.
    static final int REGISTERS = 40;

    /// The registers, and behind them the fields.
    final long[] high = new long[REGISTERS + Fields.MOST];

    final long[] low = new long[REGISTERS + Fields.MOST];

    /// What the rule set reads again and again.
    private final Operand[] fields;

    /// By number, which fields were loaded, and which of them the packet has.
    private long loaded;

    private long present;

    final RuleState state;
    final Conntrack conntrack;
    final RouteQuestions routes;
    NfPacket packet;

    /// Family that the hook is registered for (kernel: `nft_pf`).
    int hookFamily;

    Hook hook;

    /// The rule that decided, and where the one behind it starts.
    NftRule rule;

    int next;

    /// Where a jump or goto leads.
    NftChain target;

    /// Why the answer is incomplete.
    String why;

    /// How the source is told; null if it is not.
    Reject reject;

    /// The element of a set that a lookup found, where the set changes while packets pass.
    SetElements.Element element;

    /// What a NAT statement wants.
    final NatRange natRange = new NatRange();

    Evaluation(Operand[] fields, RuleState state, Conntrack conntrack, RouteQuestions routes) {
        this.fields = fields;
        this.state = state;
        this.conntrack = conntrack;
        this.routes = routes;
    }

    /// Notes why nothing can be said; for returning it.
    int unknown(String reason) {
        why = reason;
        return Operand.UNKNOWN;
    }

    /// Sees to it that a field is in its register; the code is that of [Operand#load].
    int loadField(int field) {
        long bit = 1L << field;
        if ((present & bit) != 0) {
            return Operand.OK;
        }
        return (loaded & bit) != 0 ? Operand.ABSENT : loadAnew(field, bit);
    }

    private int loadAnew(int field, long bit) {
        int code = fields[field].load(this, REGISTERS + field);
        loaded |= code == Operand.UNKNOWN ? 0 : bit;
        present |= code == Operand.OK ? bit : 0;
        return code;
    }

    /// The packet, or what is known of it, has changed.
    void forgetFields() {
        loaded = present = 0;
    }

    void set(int at, long value) {
        high[at] = 0;
        low[at] = value;
    }
}
