package headgate.forwarding;

import headgate.packet.IpAddress;
import java.util.List;

/// What an IPv6 route says besides its destination; shared by all prefixes that say the same
/// (kernel: `struct fib6_info`).
///
/// @param source prefix that the packet's source must be in (`from`); the default prefix for any
/// @param metric unsigned; the smallest of one prefix is preferred
/// @param preference of the router (RFC 4191): 1 low, 2 medium, 3 high
/// @param kernelProtocol whether the kernel itself added the route
/// @param preferredSource null if there is none
/// @param mtuBytes the route's own MTU; 0 if there is none
/// @param nextHopObject whether the next hops are objects (`ip nexthop`)
/// @param unmodelled what this route has that is not modelled; empty if nothing
public record Fib6Info(
        RouteType type,
        Prefix6 source,
        int metric,
        int preference,
        boolean kernelProtocol,
        IpAddress preferredSource,
        int mtuBytes,
        boolean nextHopObject,
        List<NextHop> nextHops,
        String unmodelled)
        implements RouteInfo {

    public static final int MEDIUM = 2;

    public Fib6Info {
        nextHops = List.copyOf(nextHops);
    }

    /// Whether a packet to `prefix` is delivered to the loopback device, as it is for addresses of
    /// the host's own (kernel: `ip6_rt_get_dev_rcu`).
    public boolean isOwnAddress() {
        return type == RouteType.LOCAL || type == RouteType.ANYCAST && kernelProtocol;
    }
}
