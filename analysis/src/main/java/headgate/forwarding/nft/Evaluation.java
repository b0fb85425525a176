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

    final long[] high = new long[REGISTERS];
    final long[] low = new long[REGISTERS];

    final RuleState state;
    final Conntrack conntrack;
    final RouteQuestions routes;
    NfPacket packet;

    /// Family that the hook is registered for (kernel: `nft_pf`).
    int hookFamily;

    Hook hook;

    /// Where a jump or goto leads.
    NftChain target;

    /// Why the answer is incomplete.
    String why;

    /// How the source is told; null if it is not.
    Reject reject;

    /// What a NAT statement wants.
    final NatRange natRange = new NatRange();

    Evaluation(RuleState state, Conntrack conntrack, RouteQuestions routes) {
        this.state = state;
        this.conntrack = conntrack;
        this.routes = routes;
    }

    /// Notes why nothing can be said; for returning it.
    int unknown(String reason) {
        why = reason;
        return Operand.UNKNOWN;
    }

    void set(int at, long value) {
        high[at] = 0;
        low[at] = value;
    }
}
