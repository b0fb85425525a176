package headgate.forwarding;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Set;

/// How many redirects may still be told because of an address, as destination and as source alike:
/// six at once, then one each second. ICMPv6 errors to it take from the same budget (kernel:
/// `inet_peer_xrlim_allow`).
final class RedirectBudget {
    private static final int BURST = 6;

    /// A message that costs more has no larger budget.
    private static final long MOST_NANOS = 60_000_000_000L;

    /// As many peers as a kernel keeps; the one that was met first is forgotten, and has its whole
    /// budget again.
    private static final int MOST_PEERS = 65_664;

    private record Peer(long high, long low) {
        static final int BYTES = 2 * Long.BYTES;
    }

    private static final class Tokens {
        long nanos = MOST_NANOS;
        long lastNanos;
    }

    private final LinkedHashMap<Peer, Tokens> peers = new LinkedHashMap<>();
    private final Set<Peer> changed = new LinkedHashSet<>();
    private long forgotten;

    /// Peers forgotten because there were too many.
    long forgotten() {
        return forgotten;
    }

    /// Takes one message from the address's budget; false if that is spent.
    ///
    /// @param costNanos after which there is room for another; six of them are saved at most
    boolean allows(long high, long low, long nowNanos, long costNanos) {
        var peer = new Peer(high, low);
        Tokens tokens = peers.computeIfAbsent(peer, _ -> new Tokens());
        changed.add(peer);
        long gained = Math.clamp(nowNanos - tokens.lastNanos, 0, MOST_NANOS);
        tokens.nanos = Math.min(BURST * costNanos, tokens.nanos + gained);
        tokens.lastNanos = nowNanos;
        if (peers.size() > MOST_PEERS) {
            changed.add(peers.pollFirstEntry().getKey());
            forgotten++;
        }
        boolean allowed = tokens.nanos >= costNanos;
        tokens.nanos -= allowed ? costNanos : 0;
        return allowed;
    }

    /// Hands over the budgets that changed since the last call.
    ///
    /// @param kind first byte of the keys
    void drainChanged(byte kind, ForwardingState.Sink sink) {
        for (Peer each : changed) {
            byte[] key =
                    ByteBuffer.allocate(1 + Peer.BYTES)
                            .put(kind)
                            .putLong(each.high)
                            .putLong(each.low)
                            .array();
            Tokens tokens = peers.get(each);
            sink.put(
                    key,
                    tokens == null
                            ? null
                            : ByteBuffer.allocate(2 * Long.BYTES)
                                    .putLong(tokens.nanos)
                                    .putLong(tokens.lastNanos)
                                    .array());
        }
        changed.clear();
    }

    /// @param key behind its first byte
    /// @throws BufferUnderflowException if it, or the state, is too short
    void restore(ByteBuffer key, byte[] stateOrNull) {
        var peer = new Peer(key.getLong(), key.getLong());
        peers.remove(peer);
        if (stateOrNull != null) {
            ByteBuffer state = ByteBuffer.wrap(stateOrNull);
            var tokens = new Tokens();
            tokens.nanos = state.getLong();
            tokens.lastNanos = state.getLong();
            peers.put(peer, tokens);
        }
    }
}
