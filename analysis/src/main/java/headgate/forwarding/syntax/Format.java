package headgate.forwarding.syntax;

import java.util.List;

/// What a file of a snapshot is: which command printed it, how it is read, and which documents of a
/// [headgate.forwarding.HostSnapshot] it makes up.
public enum Format {
    JSON_LINK("ip -j -d link", null, "link.json"),
    JSON_ADDR("ip -j addr", null, "addr.json"),
    JSON_ROUTE("ip -j route", null, "route4.json", "route6.json"),
    JSON_RULE4("ip -j rule", null, "rule4.json"),
    JSON_RULE6("ip -6 -j rule", null, "rule6.json"),
    JSON_NEIGH("ip -j neigh", null, "neigh.json"),
    JSON_MADDR("ip -j maddr", null, "maddr.json"),
    JSON_NEXTHOP("ip -j nexthop", null, "nexthop.json"),
    JSON_NFT("nft -j list ruleset", null, "nft.json"),
    SYSCTL("sysctl -a", null, "sysctl.txt"),
    SOCKETS("/proc/net", null, "sockets.txt"),
    IPTABLES_SAVE("iptables-save", null, "iptables-save.txt"),
    IP6TABLES_SAVE("ip6tables-save", null, "ip6tables-save.txt"),
    IP_ADDR("ip addr", new IpAddrText(), "addr.json", "link.json"),
    IP_ROUTE("ip route", new IpRouteText(), "route4.json", "route6.json"),
    IP_RULE4("ip rule", new IpRuleText(), "rule4.json"),
    IP_RULE6("ip -6 rule", new IpRuleText(), "rule6.json"),
    IP_NEIGH("ip neigh", new IpNeighText(), "neigh.json"),
    IP_MADDR("ip maddr", new IpMaddrText(), "maddr.json"),
    IP_NEXTHOP("ip nexthop", new IpNexthopText(), "nexthop.json"),
    FRR("show ip route of FRRouting", new FrrRouteText(), "route4.json", "route6.json"),
    FRR_JSON("show ip route json of FRRouting", new FrrRouteJson(), "route4.json", "route6.json"),
    BIRD("show route of BIRD", new BirdRoutes(), "route4.json", "route6.json"),
    MRT("MRT TABLE_DUMP_V2", new MrtTable(), "route4.json", "route6.json");

    private final String command;
    private final Syntax syntax;
    private final List<String> documents;

    Format(String command, Syntax syntax, String... documents) {
        this.command = command;
        this.syntax = syntax;
        this.documents = List.of(documents);
    }

    /// The command that prints it.
    public String command() {
        return command;
    }

    /// How it is read; null for what the reader of the document itself reads: JSON of the standard
    /// tools, and settings.
    public Syntax syntax() {
        return syntax;
    }

    public List<String> documents() {
        return documents;
    }

    /// Whether its routes name no devices, so that other documents must be read before it.
    public boolean isLast() {
        return this == MRT;
    }
}
