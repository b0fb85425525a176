package headgate.forwarding;

/// One way out of a route.
///
/// @param gateway IPv4 gateway as an unsigned 32-bit number; 0 if there is none
/// @param gateway6 IPv6 gateway of an IPv4 route (`via inet6`); empty if there is none
/// @param weight share among the next hops of a multipath route, at least 1
/// @param usable whether a lookup may choose it: neither dead, nor without carrier where
///   `ignore_routes_with_linkdown` is set
/// @param linkdown whether only the carrier is missing; a lookup that ignores the link state may
///   then choose it all the same
/// @param upperBound of the hash values that choose it; -1 if it has no share
public record NextHop(
        NetDevice device,
        int gateway,
        String gateway6,
        int weight,
        boolean usable,
        boolean linkdown,
        int upperBound) {

    public boolean hasGateway() {
        return gateway != 0 || !gateway6.isEmpty();
    }

    NextHop withUpperBound(int bound) {
        return new NextHop(device, gateway, gateway6, weight, usable, linkdown, bound);
    }

    @Override
    public String toString() {
        String via = gateway != 0 ? Inet4.format(gateway) : gateway6;
        return via.isEmpty() ? "dev " + device : "via " + via + " dev " + device;
    }
}
