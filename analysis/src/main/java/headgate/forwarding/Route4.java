package headgate.forwarding;

/// One IPv4 route, printed as `ip route` prints it.
///
/// @param table number of its table, as lookups report it
public record Route4(Prefix prefix, int table, FibInfo info) implements Route {
    @Override
    public String toString() {
        var text = new StringBuilder();
        if (info.type() != RouteType.UNICAST) {
            text.append(info.type().label()).append(' ');
        }
        text.append(prefix);
        if (info.tos() != 0) {
            text.append(" tos 0x%02x".formatted(info.tos()));
        }
        for (NextHop hop : info.nextHops()) {
            text.append(info.isMultipath() ? " nexthop " : " ").append(hop);
            if (info.isMultipath()) {
                text.append(" weight ").append(hop.weight());
            }
        }
        text.append(" table ").append(table);
        if (info.metric() != 0) {
            text.append(" metric ").append(Integer.toUnsignedString(info.metric()));
        }
        return text.toString();
    }
}
