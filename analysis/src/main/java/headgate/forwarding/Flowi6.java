package headgate.forwarding;

/// What an IPv6 lookup asks for (kernel: `struct flowi6`); reused from lookup to lookup.
///
/// [#tos] is the traffic class.
public final class Flowi6 extends Flowi {
    public long sourceHigh;
    public long sourceLow;
    public long destinationHigh;
    public long destinationLow;

    /// 20 bits; counts for multipath only.
    public int flowLabel;

    /// Of a packet that is not here, if it is known: that of the packet which an error is about
    /// (kernel: `mp_hash`); -1 for the flow's own.
    int multipathHash = -1;

    /// Whether only a route by [#preferredDevice] will do (kernel: RT6_LOOKUP_F_IFACE).
    public boolean strict;

    /// Whether the host sends the packet itself.
    boolean ownPacket;

    /// The device that a route is better for (kernel: `oif` of `ip6_pol_route`): the input device
    /// for what comes in, the output device for what the host sends; null for any.
    NetDevice preferredDevice() {
        return ownPacket ? outputDevice : inputDevice;
    }
}
