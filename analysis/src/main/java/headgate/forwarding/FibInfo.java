package headgate.forwarding;

import java.util.List;

/// What a route says besides its prefix; shared by all prefixes that say the same (kernel: `struct
/// fib_info` with the type, tos and priority of `struct fib_alias`).
///
/// @param tos 0 for any, otherwise what the packet must carry under [Fib#TOS_MASK]
/// @param metric unsigned; the smallest of one prefix is preferred
/// @param scope numbered as in rtnetlink(7): 0 universe, 253 link, 254 host
/// @param kernelProtocol whether the kernel itself added the route
/// @param preferredSource 0 if there is none
/// @param mtuBytes the route's own MTU; 0 if there is none
/// @param nextHopObject whether the next hops are objects (`ip nexthop`), whose choice always looks
///   at the neighbour
/// @param unmodelled what this route has that is not modelled; empty if nothing
public record FibInfo(
        RouteType type,
        int tos,
        int metric,
        int scope,
        boolean kernelProtocol,
        int preferredSource,
        int mtuBytes,
        boolean nextHopObject,
        List<NextHop> nextHops,
        String unmodelled)
        implements RouteInfo {

    public static final int SCOPE_UNIVERSE = 0;
    public static final int SCOPE_LINK = 253;
    public static final int SCOPE_HOST = 254;

    public FibInfo {
        nextHops = List.copyOf(nextHops);
    }

    /// The first next hop that may be used, by way of `device` unless that is null; -1 if none may.
    int usableNextHop(NetDevice device, boolean ignoreLinkState) {
        for (int i = 0; i < nextHops.size(); i++) {
            NextHop hop = nextHops.get(i);
            if ((hop.usable() || ignoreLinkState && hop.linkdown())
                    && (device == null || hop.device() == device)) {
                return i;
            }
        }
        return -1;
    }

    /// Whether any next hop leaves by way of `device` (kernel: `fib_info_nh_uses_dev`).
    public boolean uses(NetDevice device) {
        for (int i = 0; i < nextHops.size(); i++) {
            if (nextHops.get(i).device() == device) {
                return true;
            }
        }
        return false;
    }
}
