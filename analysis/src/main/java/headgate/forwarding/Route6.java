package headgate.forwarding;

/// One IPv6 route, printed as `ip -6 route` prints it.
///
/// @param table number of its table, as lookups report it
public record Route6(Prefix6 prefix, int table, Fib6Info info) implements Route {
    @Override
    public String toString() {
        var text = new StringBuilder();
        if (info.type() != RouteType.UNICAST) {
            text.append(info.type().label()).append(' ');
        }
        text.append(prefix);
        if (info.source().length() > 0) {
            text.append(" from ").append(info.source());
        }
        for (NextHop hop : info.nextHops()) {
            text.append(info.isMultipath() ? " nexthop " : " ").append(hop);
            if (info.isMultipath()) {
                text.append(" weight ").append(hop.weight());
            }
        }
        text.append(" table ").append(table);
        text.append(" metric ").append(Integer.toUnsignedString(info.metric()));
        return text.toString();
    }
}
