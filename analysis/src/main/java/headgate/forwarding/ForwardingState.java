package headgate.forwarding;

import headgate.forwarding.conntrack.Conntrack;
import headgate.forwarding.conntrack.ConntrackSettings;
import java.util.HashSet;
import java.util.Set;

/// What a host keeps from packet to packet: fragments that wait for others, and link addresses that
/// neighbours told. Everything has a limit, and every limit a counter. May be saved entry by entry
/// for a changelog, and restored from it.
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

    final RedirectBudget redirects6 = new RedirectBudget();
    private final Ip6Reassembly fragments6 = new Ip6Reassembly();
    private final Conntrack conntrack = new Conntrack(ConntrackSettings.of(_ -> -1));

    /// Devices on whose link a querier of the first version of multicast listener discovery was
    /// heard.
    private final Set<String> oldListenerQueriers = new HashSet<>();

    /// IPv6 fragments that wait for others.
    public Ip6Reassembly fragments6() {
        return fragments6;
    }

    void noteOldListenerQuerier(NetDevice device) {
        oldListenerQueriers.add(device.name());
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
    }

    /// Takes back what [#drainChanged] gave, in the order given or only the latest of each key.
    ///
    /// @throws IllegalArgumentException if it is not such an entry
    public void restore(byte[] key, byte[] stateOrNull) {
        if (key.length == 0) {
            throw new IllegalArgumentException("an empty key");
        }
        if (key[0] == Conntrack.KEY) {
            conntrack.restore(key, stateOrNull);
            return;
        }
        throw new IllegalArgumentException("a key of unknown kind " + key[0]);
    }
}
