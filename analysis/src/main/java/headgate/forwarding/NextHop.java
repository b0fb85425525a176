package headgate.forwarding;

/// One way out of a route of either family (kernel: `struct fib_nh_common`).
///
/// @param gateway IPv4 gateway as an unsigned 32-bit number; 0 if there is none
/// @param gateway6High upper half of an IPv6 gateway, which IPv4 routes may have too (`via inet6`);
///   both halves 0 if there is none
/// @param weight share among the next hops of a multipath route, at least 1
/// @param usable whether a lookup may choose it: neither dead, nor without carrier where
///   `ignore_routes_with_linkdown` is set
/// @param linkdown whether only the carrier is missing; a lookup that ignores the link state may
///   then choose it all the same
/// @param upperBound of the hash values that choose it; -1 if it has no share
public record NextHop(
        NetDevice device,
        int gateway,
        long gateway6High,
        long gateway6Low,
        int weight,
        boolean usable,
        boolean linkdown,
        int upperBound) {

    public boolean hasGateway() {
        return gateway != 0 || hasGateway6();
    }

    public boolean hasGateway6() {
        return (gateway6High | gateway6Low) != 0;
    }

    /// The gateway as text; empty if there is none.
    public String via() {
        return hasGateway6()
                ? Inet6.format(gateway6High, gateway6Low)
                : gateway == 0 ? "" : Inet4.format(gateway);
    }

    NextHop withUpperBound(int bound) {
        return new NextHop(
                device, gateway, gateway6High, gateway6Low, weight, usable, linkdown, bound);
    }

    NextHop withWeight(int weight) {
        return new NextHop(
                device, gateway, gateway6High, gateway6Low, weight, usable, linkdown, -1);
    }

    @Override
    public String toString() {
        return hasGateway() ? "via " + via() + " dev " + device : "dev " + device;
    }
}
