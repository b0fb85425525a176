package headgate.forwarding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The IPv4 policy rules of `rule4.json`.
final class RuleDocument {
    private static final List<String> ALWAYS_THERE =
            List.of(
                    "0: from all lookup local",
                    "32766: from all lookup main",
                    "32767: from all lookup default");

    private static final int DSCP_MASK = 0xfc;

    private final SnapshotReader reader;
    private final RouteDocument routes;
    private final List<FibRule> rules = new ArrayList<>();

    RuleDocument(SnapshotReader reader, RouteDocument routes) {
        this.reader = reader;
        this.routes = routes;
    }

    /// Rules are listed in the order in which they are evaluated; sorting keeps the order of equal
    /// priorities.
    FibRules build() {
        rules.sort(Comparator.comparingLong(FibRule::priority));
        boolean custom = !rules.stream().map(FibRule::toString).toList().equals(ALWAYS_THERE);
        return new FibRules(rules, custom, routes.merged(), routes.table(RouteDocument.DEFAULT));
    }

    void read(SnapshotElement element) {
        var text = new StringBuilder();
        long priority = element.number("priority", 0);
        text.append(priority).append(':');
        boolean inverted = element.has("not");
        text.append(inverted ? " not" : "");
        Prefix source = prefix(element, "src");
        text.append(" from ").append(name(source));
        Prefix destination = prefix(element, "dst");
        text.append(element.has("dst") ? " to " + name(destination) : "");
        int tos = RouteDocument.dsfield(element, "tos");
        int dscp = RouteDocument.dsfield(element, "dscp");
        appendKey(text, element, "tos");
        appendKey(text, element, "dscp");
        boolean hasMark = element.has("fwmark");
        int mark = (int) element.number("fwmark", 0);
        int markMask = (int) element.number("fwmask", hasMark ? 0xffff_ffffL : 0);
        appendKey(text, element, "fwmark");
        appendKey(text, element, "fwmask");
        String inputDevice = element.text("iif");
        appendKey(text, element, "iif");
        String outputDevice = element.text("oif");
        appendKey(text, element, "oif");
        boolean never = never(element);
        int protocol = element.has("ipproto") ? protocol(element) : -1;
        appendKey(text, element, "ipproto");
        int sourcePorts = ports(element, "sport", text);
        int destinationPorts = ports(element, "dport", text);
        int suppressLength = (int) element.number("suppress_prefixlen", -1);
        String suppressGroup = element.text("suppress_ifgroup");
        FibRule.Action action = action(element, text);
        String table = element.text("table");
        long target = action == FibRule.Action.GOTO ? element.number("goto", -1) : -1;
        appendKey(text, element, "suppress_prefixlen");
        appendKey(text, element, "suppress_ifgroup");
        element.ignore("protocol", "srclen", "dstlen", "unresolved");
        if (source == null || destination == null || tos < 0 || dscp < 0 || action == null) {
            element.note("", "has a selector or action that is not known");
        }
        rules.add(
                new FibRule(
                        priority,
                        inverted,
                        source == null ? Prefix.DEFAULT : source,
                        destination == null ? Prefix.DEFAULT : destination,
                        element.has("dscp") ? dscpBits(element, dscp) : Math.max(0, tos),
                        element.has("dscp") ? DSCP_MASK : tos > 0 ? Fib.TOS_MASK : 0,
                        inputDevice,
                        outputDevice,
                        mark,
                        markMask,
                        protocol,
                        sourcePorts,
                        destinationPorts,
                        never,
                        action == null ? FibRule.Action.NOP : action,
                        action == FibRule.Action.TABLE ? routes.table(table) : null,
                        target,
                        suppressLength,
                        suppressGroup,
                        element.noteUnread(),
                        text.toString()));
    }

    private static void appendKey(StringBuilder text, SnapshotElement element, String key) {
        if (element.has(key)) {
            text.append(' ').append(key).append(' ').append(element.text(key));
        }
    }

    private static String name(Prefix prefix) {
        return prefix == null ? "?" : prefix.equals(Prefix.DEFAULT) ? "all" : prefix.toString();
    }

    /// Null if it cannot be read.
    private static Prefix prefix(SnapshotElement element, String key) {
        String address = element.text(key, "all");
        if (address.equals("all") || address.equals("default")) {
            return Prefix.DEFAULT;
        }
        long length = element.number(key + "len", 32);
        Integer parsed = Inet4.parse(address);
        return parsed == null || length < 0 || length > 32
                ? null
                : new Prefix(parsed, (int) length);
    }

    /// A number under `dscp` counts the six bits alone; a name stands for the whole byte.
    private static int dscpBits(SnapshotElement element, int value) {
        boolean number = element.text("dscp").matches("[0-9].*");
        return number ? value << 2 & DSCP_MASK : Math.max(0, value);
    }

    /// Selectors that no packet of a plain device meets.
    private boolean never(SnapshotElement element) {
        boolean l3mdev = element.has("l3mdev");
        if (l3mdev && reader.devices.values().stream().anyMatch(d -> d.kind().equals("vrf"))) {
            element.note("l3mdev", "VRF devices are not modelled");
        }
        boolean tunnel = element.number("tun_id", 0) != 0;
        // Packets without a socket count as the superuser's (kernel: sock_net_uid).
        boolean otherUsers = element.number("uid_start", 0) > 0;
        element.ignore("uid_end");
        boolean detached = element.has("iif_detached") | element.has("oif_detached");
        return l3mdev || tunnel || otherUsers || detached;
    }

    private static int protocol(SnapshotElement element) {
        String name = element.text("ipproto");
        return switch (name) {
            case "icmp" -> 1;
            case "igmp" -> 2;
            case "ipv4", "ipencap" -> 4;
            case "tcp" -> 6;
            case "udp" -> 17;
            case "dccp" -> 33;
            case "ipv6" -> 41;
            case "gre" -> 47;
            case "esp", "ipv6-crypt" -> 50;
            case "ah", "ipv6-auth" -> 51;
            case "ospf" -> 89;
            case "pim" -> 103;
            case "vrrp" -> 112;
            case "sctp" -> 132;
            case "udplite" -> 136;
            case String s when s.matches("[0-9]{1,3}") && Integer.parseInt(s) <= 255 ->
                    Integer.parseInt(s);
            default -> {
                element.note("ipproto", "protocol '" + name + "' is not known");
                yield -1;
            }
        };
    }

    /// `low << 16 | high`; 0 if absent.
    private static int ports(SnapshotElement element, String key, StringBuilder text) {
        long single = element.number(key, 0);
        long low = element.number(key + "_start", single);
        long high = element.number(key + "_end", single);
        if (low > 0xffff || high > 0xffff || low < 0 || high < 0) {
            element.note(key, "is not a range of ports");
            return 0;
        }
        if (low != 0 || high != 0) {
            text.append(' ').append(key).append(' ').append(low);
            text.append(high == low ? "" : "-" + high);
        }
        return (int) (low << 16 | high);
    }

    private static FibRule.Action action(SnapshotElement element, StringBuilder text) {
        if (element.has("goto")) {
            text.append(" goto ").append(element.text("goto"));
            return FibRule.Action.GOTO;
        }
        if (element.has("nop")) {
            text.append(" nop");
            return FibRule.Action.NOP;
        }
        if (element.has("table")) {
            text.append(" lookup ").append(element.text("table"));
            return FibRule.Action.TABLE;
        }
        String action = element.text("action");
        text.append(' ').append(action);
        return switch (action) {
            case "blackhole" -> FibRule.Action.BLACKHOLE;
            case "unreachable" -> FibRule.Action.UNREACHABLE;
            case "prohibit" -> FibRule.Action.PROHIBIT;
            default -> null;
        };
    }
}
