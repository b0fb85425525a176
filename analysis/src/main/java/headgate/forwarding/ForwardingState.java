package headgate.forwarding;

import headgate.forwarding.conntrack.Conntrack;
import headgate.forwarding.conntrack.ConntrackSettings;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Set;

/// What a host keeps from packet to packet: fragments that wait for others, link addresses that
/// neighbours told, first segments of connections that it answered, tracked connections. Everything
/// has a limit, and every limit a counter. May be saved entry by entry for a changelog, and
/// restored from it.
///
/// Not for use by several threads at once.
public final class ForwardingState {
    /// Takes entries that changed.
    @FunctionalInterface
    public interface Sink {
        /// Takes one entry: the latest state under a key, or null when the key is gone. Both arrays
        /// belong to the receiver.
        void put(byte[] key, byte[] stateOrNull);
    }

    private static final byte FRAGMENTS = 'r';
    private static final byte FRAGMENTS_6 = 'R';
    private static final byte TRACKED_FRAGMENTS_6 = 'T';
    private static final byte REDIRECTS_6 = 'p';
    private static final byte OLD_QUERIER = 'q';
    private static final byte NEIGHBOUR = 'n';
    private static final byte HALF_OPEN = 'h';

    private static final int MOST_HALF_OPEN = 4096;

    /// The kernel's `gc_thresh3`, unless it was raised.
    private static final int MOST_NEIGHBOURS = 1024;

    /// Addresses and ports of a connection that is not one yet.
    private record HalfOpen(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int ports) {
        static final int BYTES = 4 * Long.BYTES + Integer.BYTES;

        /// @param at where the TCP header starts
        static HalfOpen of(Skb skb, int at) {
            return skb.protocolType == Skb.ETH_P_IPV6
                    ? new HalfOpen(
                            skb.i64(Ip6Header.SOURCE),
                            skb.i64(Ip6Header.SOURCE + 8),
                            skb.i64(Ip6Header.DESTINATION),
                            skb.i64(Ip6Header.DESTINATION + 8),
                            skb.i32(at))
                    : new HalfOpen(0, skb.source, 0, skb.destination, skb.i32(at));
        }

        static HalfOpen read(ByteBuffer from) {
            return new HalfOpen(
                    from.getLong(), from.getLong(), from.getLong(), from.getLong(), from.getInt());
        }

        ByteBuffer write(ByteBuffer to) {
            return to.putLong(sourceHigh)
                    .putLong(sourceLow)
                    .putLong(destinationHigh)
                    .putLong(destinationLow)
                    .putInt(ports);
        }
    }

    private final Set<Long> changedNeighbours = new LinkedHashSet<>();
    private final Set<HalfOpen> changedHalfOpen = new LinkedHashSet<>();
    private final Set<String> changedQueriers = new LinkedHashSet<>();

    final IpReassembly reassembly = new IpReassembly();
    final Ip6Reassembly reassembly6 = new Ip6Reassembly();

    /// Whether fragments wait for others of their packet.
    boolean hasFragments() {
        return !reassembly.fragments.isEmpty()
                || !reassembly6.fragments.isEmpty()
                || !reassembly6.tracked.isEmpty();
    }

    private Neighbours learned = new Neighbours();
    private long neighboursRefused;

    /// First segments that the host answered, and their sequence numbers.
    private final LinkedHashMap<HalfOpen, Integer> halfOpen = new LinkedHashMap<>();

    private long halfOpenForgotten;

    // ---- Neighbours ----

    /// As [Neighbours#mac], with what neighbours told since the snapshot.
    long mac(HostSnapshot host, NetDevice device, int address) {
        if (learned.size() > 0) {
            long mac = learned.mac(device, address);
            if (mac != Neighbours.ABSENT) {
                return mac;
            }
        }
        return host.neighbours().mac(device, address);
    }

    /// Takes up a link address; false if there are too many.
    boolean learn(NetDevice device, int address, long mac) {
        if (learned.size() == MOST_NEIGHBOURS
                && learned.mac(device, address) == Neighbours.ABSENT) {
            neighboursRefused++;
            return false;
        }
        learned.put(device, address, mac);
        changedNeighbours.add(Neighbours.key(device, address));
        return true;
    }

    /// Link addresses that were not taken up because there were too many.
    public long neighboursRefused() {
        return neighboursRefused;
    }

    /// Forgets what neighbours told.
    public void forgetNeighbours() {
        if (learned.size() > 0) {
            learned.forEachKey(changedNeighbours::add);
            learned = new Neighbours();
        }
    }

    // ---- Connections that are not ones yet ----

    /// Whether the host answered a first segment of this connection, and waits.
    ///
    /// @param at where the TCP header starts
    boolean isHalfOpen(Skb skb, int at) {
        return !halfOpen.isEmpty() && halfOpen.containsKey(HalfOpen.of(skb, at));
    }

    /// The sequence number of that first segment.
    int halfOpenSequence(Skb skb, int at) {
        return halfOpen.get(HalfOpen.of(skb, at));
    }

    void openHalf(Skb skb, int at, int sequence) {
        if (halfOpen.size() == MOST_HALF_OPEN) {
            changedHalfOpen.add(halfOpen.pollFirstEntry().getKey());
            halfOpenForgotten++;
        }
        HalfOpen opened = HalfOpen.of(skb, at);
        halfOpen.put(opened, sequence);
        changedHalfOpen.add(opened);
    }

    void closeHalfOpen(Skb skb, int at) {
        HalfOpen closed = HalfOpen.of(skb, at);
        halfOpen.remove(closed);
        changedHalfOpen.add(closed);
    }

    /// First segments that were forgotten because too many waited.
    public long halfOpenForgotten() {
        return halfOpenForgotten;
    }

    // ---- Fragments ----

    /// Datagrams that were given up because their fragments waited too long.
    public long fragmentsExpired() {
        return reassembly.fragments.expired()
                + reassembly6.fragments.expired()
                + reassembly6.tracked.expired();
    }

    /// Fragments that were refused because too many bytes wait.
    public long fragmentsRefused() {
        return reassembly.fragments.refused()
                + reassembly6.fragments.refused()
                + reassembly6.tracked.refused();
    }

    // ---- State transfer ----

    final RedirectBudget redirects6 = new RedirectBudget();
    private final Conntrack conntrack = new Conntrack(ConntrackSettings.of(_ -> -1));

    /// Devices on whose link a querier of the first version of multicast listener discovery was
    /// heard.
    private final Set<String> oldListenerQueriers = new HashSet<>();

    void noteOldListenerQuerier(NetDevice device) {
        if (oldListenerQueriers.add(device.name())) {
            changedQueriers.add(device.name());
        }
    }

    boolean hasOldListenerQuerier(NetDevice device) {
        return oldListenerQueriers.contains(device.name());
    }

    /// The connections that are tracked.
    public Conntrack conntrack() {
        return conntrack;
    }

    /// Hands over every entry that changed since the last call.
    public void drainChanged(Sink sink) {
        conntrack.drainChanged(sink::put);
        reassembly.fragments.drainChanged(FRAGMENTS, sink);
        reassembly6.fragments.drainChanged(FRAGMENTS_6, sink);
        reassembly6.tracked.drainChanged(TRACKED_FRAGMENTS_6, sink);
        redirects6.drainChanged(REDIRECTS_6, sink);
        for (String each : changedQueriers) {
            byte[] name = each.getBytes(StandardCharsets.UTF_8);
            sink.put(
                    ByteBuffer.allocate(1 + name.length).put(OLD_QUERIER).put(name).array(),
                    new byte[0]);
        }
        changedQueriers.clear();
        for (long each : changedNeighbours) {
            byte[] key = ByteBuffer.allocate(9).put(NEIGHBOUR).putLong(each).array();
            long mac = learned.mac(each);
            sink.put(key, mac == Neighbours.ABSENT ? null : toBytes(mac));
        }
        changedNeighbours.clear();
        for (HalfOpen each : changedHalfOpen) {
            byte[] key = each.write(ByteBuffer.allocate(1 + HalfOpen.BYTES).put(HALF_OPEN)).array();
            Integer sequence = halfOpen.get(each);
            sink.put(key, sequence == null ? null : toBytes(sequence));
        }
        changedHalfOpen.clear();
    }

    private static byte[] toBytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    /// Takes back what [#drainChanged] gave, in the order given or only the latest of each key.
    ///
    /// @throws IllegalArgumentException if it is not such an entry
    public void restore(byte[] key, byte[] stateOrNull) {
        if (key.length > 0 && key[0] == Conntrack.KEY) {
            conntrack.restore(key, stateOrNull);
            return;
        }
        try {
            ByteBuffer words = ByteBuffer.wrap(key);
            switch (words.get()) {
                case FRAGMENTS -> reassembly.fragments.restore(words, stateOrNull);
                case FRAGMENTS_6 -> reassembly6.fragments.restore(words, stateOrNull);
                case TRACKED_FRAGMENTS_6 -> reassembly6.tracked.restore(words, stateOrNull);
                case REDIRECTS_6 -> redirects6.restore(words, stateOrNull);
                case OLD_QUERIER ->
                        oldListenerQueriers.add(
                                new String(key, 1, key.length - 1, StandardCharsets.UTF_8));
                case NEIGHBOUR ->
                        learned.put(
                                words.getLong(),
                                stateOrNull == null ? Neighbours.ABSENT : toLong(stateOrNull));
                case HALF_OPEN -> {
                    var connection = HalfOpen.read(words);
                    if (stateOrNull == null) {
                        halfOpen.remove(connection);
                    } else {
                        halfOpen.put(connection, (int) toLong(stateOrNull));
                    }
                }
                default -> throw new IllegalArgumentException("a key of unknown kind " + key[0]);
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a key or state that is too short", e);
        }
    }

    private static long toLong(byte[] state) {
        return ByteBuffer.wrap(state).getLong();
    }
}
