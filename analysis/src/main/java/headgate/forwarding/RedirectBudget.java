package headgate.forwarding;

import java.util.LinkedHashMap;
import java.util.Map;

/// How many redirects may still be told because of an address, as destination and as source alike:
/// six at once, then one each second (kernel: `inet_peer_xrlim_allow`).
final class RedirectBudget {
    private static final long COST_NANOS = 1_000_000_000L;
    private static final long MOST_NANOS = 6 * COST_NANOS;

    /// As many peers as a kernel keeps; the one that was met first is forgotten, and has its whole
    /// budget again.
    private static final int MOST_PEERS = 65_664;

    private record Peer(long high, long low) {}

    private static final class Tokens {
        long nanos = MOST_NANOS;
        long lastNanos;
    }

    private final Map<Peer, Tokens> peers = new LinkedHashMap<>();
    private long forgotten;

    /// Peers forgotten because there were too many.
    long forgotten() {
        return forgotten;
    }

    /// Takes one redirect from the address's budget; false if that is spent.
    boolean allows(long high, long low, long nowNanos) {
        Tokens tokens = peers.computeIfAbsent(new Peer(high, low), _ -> new Tokens());
        long gained = Math.clamp(nowNanos - tokens.lastNanos, 0, MOST_NANOS);
        tokens.nanos = Math.min(MOST_NANOS, tokens.nanos + gained);
        tokens.lastNanos = nowNanos;
        if (peers.size() > MOST_PEERS) {
            peers.remove(peers.keySet().iterator().next());
            forgotten++;
        }
        boolean allowed = tokens.nanos >= COST_NANOS;
        tokens.nanos -= allowed ? COST_NANOS : 0;
        return allowed;
    }
}
