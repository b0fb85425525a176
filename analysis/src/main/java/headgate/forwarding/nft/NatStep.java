package headgate.forwarding.nft;

import headgate.forwarding.conntrack.NatRange;
import headgate.forwarding.conntrack.NatRange.Manip;
import headgate.forwarding.conntrack.NfPacket;
import headgate.packet.IpAddress;

/// `snat`, `dnat`, `masquerade`, `redirect`: decides for a new connection how it is translated
/// (kernel: `nft_nat_eval`, `nft_masq_ipv4_eval`, `nft_redir_eval`).
final class NatStep extends Step {
    enum Kind {
        SNAT(Manip.SOURCE),
        DNAT(Manip.DESTINATION),
        MASQUERADE(Manip.SOURCE),
        REDIRECT(Manip.DESTINATION);

        private final Manip manip;

        Kind(Manip manip) {
            this.manip = manip;
        }
    }

    private final Kind kind;

    /// Family that the statement is for; 0 for both.
    private final int family;

    /// First and last address, and first and last port; null where the statement does not say.
    private final Operand[] range;

    private final boolean random;

    NatStep(Kind kind, int family, Operand[] range, boolean random) {
        this.kind = kind;
        this.family = family;
        this.range = range.clone();
        this.random = random;
    }

    @Override
    boolean tracksConnections() {
        return true;
    }

    @Override
    int run(Evaluation e) {
        NfPacket packet = e.packet;
        if (family != 0 && family != packet.family) {
            return BREAK;
        }
        if (packet.connection == null) {
            return e.unknown("a NAT rule meets a packet whose connection is not known");
        }
        NatRange wanted = e.natRange;
        wanted.clear();
        wanted.random = random;
        int loaded = loadAddress(e, wanted);
        loaded = loaded == NEXT ? loadPort(e, wanted) : loaded;
        if (loaded != NEXT) {
            return loaded;
        }
        String unknown = e.conntrack.bind(packet.connection, wanted, kind.manip);
        return unknown == null ? ACCEPT : e.unknown(unknown);
    }

    private int loadAddress(Evaluation e, NatRange wanted) {
        if (kind == Kind.MASQUERADE || kind == Kind.REDIRECT) {
            return loadOwnAddress(e, wanted);
        }
        if (range[0] == null) {
            return NEXT;
        }
        int loaded = range[0].load(e, 0);
        if (loaded != NEXT) {
            return loaded;
        }
        wanted.setAddress(e.high[0], e.low[0]);
        if (range[0].width() > 1 && range[2] == null) {
            wanted.hasPort = true;
            wanted.firstPort = wanted.lastPort = (int) e.low[1];
        }
        if (range[1] != null) {
            loaded = range[1].load(e, 0);
            wanted.lastHigh = e.high[0];
            wanted.lastLow = e.low[0];
        }
        return loaded;
    }

    private int loadOwnAddress(Evaluation e, NatRange wanted) {
        IpAddress address =
                kind == Kind.MASQUERADE
                        ? e.routes.masqueradeAddress(e.packet)
                        : e.routes.redirectAddress(e.packet);
        if (address == null) {
            return e.unknown("which of its addresses the host takes");
        }
        if (address == RouteQuestions.NO_ADDRESS) {
            return DROP;
        }
        wanted.setAddress(address.high(), address.low());
        return NEXT;
    }

    private int loadPort(Evaluation e, NatRange wanted) {
        if (range[2] == null) {
            return NEXT;
        }
        int loaded = range[2].load(e, 0);
        if (loaded != NEXT) {
            return loaded;
        }
        wanted.hasPort = true;
        wanted.firstPort = wanted.lastPort = (int) e.low[0];
        if (range[3] != null) {
            loaded = range[3].load(e, 0);
            wanted.lastPort = (int) e.low[0];
        }
        return loaded;
    }
}
