package headgate.forwarding;

import java.util.List;

/// What a route of either family says besides its prefix; shared by all prefixes that say the same.
public sealed interface RouteInfo permits FibInfo, Fib6Info {
    RouteType type();

    /// Empty for a type that leads nowhere.
    List<NextHop> nextHops();

    /// What this route has that is not modelled; empty if nothing.
    String unmodelled();

    default boolean isMultipath() {
        return nextHops().size() > 1;
    }
}
