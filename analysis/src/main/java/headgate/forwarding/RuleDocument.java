package headgate.forwarding;

import headgate.packet.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The policy rules of `rule4.json` or `rule6.json`.
final class RuleDocument<F extends Flowi, A extends FibAnswer<?, ?>> {
    /// What the two families do not share.
    interface Family<F extends Flowi, A extends FibAnswer<?, ?>> {
        /// The rules that every host starts with.
        List<String> alwaysThere();

        /// The table of that name; null if it has no routes.
        FibTable<F, A, ?> table(String name);

        /// Whether a table that has no routes here has none on the host.
        boolean allTables();

        /// The table asked first, and the one asked then, while there are no others rules.
        FibRules<F, A> rules(List<FibRule<F, A>> rules, boolean custom);

        /// Reads `src`, `srclen`, `dst` and `dstlen`, and prints them; null if it cannot.
        FibRule.AddressSelector<F> addresses(SnapshotElement element, StringBuilder text);

        /// Bits that `tos` is compared under.
        int tosMask();
    }

    /// IPv4, with its tables `local` and `main` in one while nobody added rules.
    record Family4(RouteDocument routes, boolean allTables) implements Family<Flowi4, FibResult> {
        @Override
        public List<String> alwaysThere() {
            return List.of(
                    "0: from all lookup local",
                    "32766: from all lookup main",
                    "32767: from all lookup default");
        }

        @Override
        public Fib table(String name) {
            return routes.table(name);
        }

        @Override
        public FibRules<Flowi4, FibResult> rules(
                List<FibRule<Flowi4, FibResult>> rules, boolean custom) {
            return new FibRules<>(
                    rules, custom, routes.merged(), routes.table(RouteDocument.DEFAULT));
        }

        @Override
        public FibRule.AddressSelector<Flowi4> addresses(
                SnapshotElement element, StringBuilder text) {
            Prefix source = prefix(element, "src");
            Prefix destination = prefix(element, "dst");
            appendPrefixes(element, text, source, destination);
            return source == null || destination == null
                    ? null
                    : flow ->
                            source.contains(flow.source) && destination.contains(flow.destination);
        }

        private static Prefix prefix(SnapshotElement element, String key) {
            String address = element.text(key, ALL);
            if (address.equals(ALL) || address.equals(RouteDocument.DEFAULT)) {
                return Prefix.DEFAULT;
            }
            long length = element.number(key + "len", 32);
            Integer parsed = Inet4.parse(address);
            return parsed == null || length < 0 || length > 32
                    ? null
                    : new Prefix(parsed, (int) length);
        }

        @Override
        public int tosMask() {
            return Fib.TOS_MASK;
        }
    }

    /// IPv6.
    record Family6(Route6Document routes, boolean allTables) implements Family<Flowi6, Fib6Result> {
        @Override
        public List<String> alwaysThere() {
            return List.of("0: from all lookup local", "32766: from all lookup main");
        }

        @Override
        public Fib6 table(String name) {
            return routes.table(name);
        }

        @Override
        public FibRules<Flowi6, Fib6Result> rules(
                List<FibRule<Flowi6, Fib6Result>> rules, boolean custom) {
            return new FibRules<>(
                    rules,
                    custom,
                    routes.table(RouteDocument.LOCAL),
                    routes.table(RouteDocument.MAIN));
        }

        @Override
        public FibRule.AddressSelector<Flowi6> addresses(
                SnapshotElement element, StringBuilder text) {
            Prefix6 source = prefix(element, "src");
            Prefix6 destination = prefix(element, "dst");
            appendPrefixes(element, text, source, destination);
            return source == null || destination == null
                    ? null
                    : flow ->
                            source.contains(flow.sourceHigh, flow.sourceLow)
                                    && destination.contains(
                                            flow.destinationHigh, flow.destinationLow);
        }

        private static Prefix6 prefix(SnapshotElement element, String key) {
            String address = element.text(key, ALL);
            if (address.equals(ALL) || address.equals(RouteDocument.DEFAULT)) {
                return Prefix6.DEFAULT;
            }
            long length = element.number(key + "len", 128);
            IpAddress parsed = Inet6.parse(address);
            return parsed == null || length < 0 || length > 128
                    ? null
                    : new Prefix6(parsed.high(), parsed.low(), (int) length);
        }

        @Override
        public int tosMask() {
            return DSCP_MASK;
        }
    }

    private static final String ALL = "all";
    private static final int DSCP_MASK = 0xfc;

    private final SnapshotReader reader;
    private final Family<F, A> family;
    private final List<FibRule<F, A>> rules = new ArrayList<>();
    private boolean realms;

    RuleDocument(SnapshotReader reader, Family<F, A> family) {
        this.reader = reader;
        this.family = family;
    }

    /// Whether a rule gives realms, which no answer tells.
    boolean realms() {
        return realms;
    }

    /// Rules are listed in the order in which they are evaluated; sorting keeps the order of equal
    /// priorities.
    FibRules<F, A> build() {
        rules.sort(Comparator.comparingLong(FibRule::priority));
        List<String> texts = rules.stream().map(FibRule::toString).toList();
        return family.rules(rules, !texts.equals(family.alwaysThere()));
    }

    void read(SnapshotElement element) {
        var text = new StringBuilder();
        long priority = element.number("priority", 0);
        text.append(priority).append(':');
        boolean inverted = element.has("not");
        text.append(inverted ? " not" : "");
        FibRule.AddressSelector<F> addresses = family.addresses(element, text);
        int tos = RouteDocument.dsfield(element, "tos");
        int dscp = RouteDocument.dsfield(element, "dscp");
        appendKey(text, element, "tos");
        appendKey(text, element, "dscp");
        boolean hasMark = element.has("fwmark");
        int mark = (int) element.number("fwmark", 0);
        int markMask = (int) element.number("fwmask", hasMark ? 0xffff_ffffL : 0);
        appendKey(text, element, "fwmark");
        text.append(element.has("fwmask") ? "/" + element.text("fwmask") : "");
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
        text.append(suppressLength < 0 ? "" : " suppress_prefixlength " + suppressLength);
        appendKey(text, element, "suppress_ifgroup");
        realms |= element.has("flow_to") || element.has("flow_from");
        element.ignore("flow_to", "flow_from", "protocol", "srclen", "dstlen", "unresolved");
        if (action == FibRule.Action.TABLE && !isListed(table)) {
            element.note("table", "the routes of table " + table + " are not listed");
        }
        if (addresses == null || tos < 0 || dscp < 0 || action == null) {
            element.note("", "has a selector or action that is not known");
        }
        rules.add(
                new FibRule<>(
                        priority,
                        inverted,
                        addresses == null ? _ -> true : addresses,
                        element.has("dscp") ? dscpBits(element, dscp) : Math.max(0, tos),
                        element.has("dscp") ? DSCP_MASK : tos > 0 ? family.tosMask() : 0,
                        inputDevice,
                        outputDevice,
                        mark,
                        markMask,
                        protocol,
                        sourcePorts,
                        destinationPorts,
                        never,
                        action == null ? FibRule.Action.NOP : action,
                        action == FibRule.Action.TABLE ? family.table(table) : null,
                        target,
                        suppressLength,
                        suppressGroup,
                        element.noteUnread(),
                        text.toString()));
    }

    /// Those that cannot be read are null, and print as `?`.
    private static void appendPrefixes(
            SnapshotElement element, StringBuilder text, Record source, Record destination) {
        text.append(" from ").append(name(source));
        text.append(element.has("dst") ? " to " + name(destination) : "");
    }

    private static String name(Record prefix) {
        String text = prefix == null ? "?" : prefix.toString();
        return text.equals(RouteDocument.DEFAULT) ? ALL : text;
    }

    /// `default` is empty on all but the oddest hosts.
    private boolean isListed(String table) {
        return family.allTables()
                || family.table(table) != null
                || table.equals(RouteDocument.DEFAULT);
    }

    private static void appendKey(StringBuilder text, SnapshotElement element, String key) {
        if (element.has(key)) {
            text.append(' ').append(key).append(' ').append(element.text(key));
        }
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
            case "ipv6-icmp", "icmpv6" -> 58;
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
        if (element.has("l3mdev")) {
            // Which table that is, the device says; no packet here has such a one.
            text.append(" lookup [l3mdev-table]");
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
