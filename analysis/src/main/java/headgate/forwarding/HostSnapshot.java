package headgate.forwarding;

import headgate.forwarding.nft.Ruleset;
import headgate.packet.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a host's standard tools say about how it treats packets: devices, addresses, routes, rules,
/// neighbours, settings, packet filter. Immutable; several [ForwardingPath]s may share one.
///
/// The documents, each named as below, are what these commands print:
///
/// | name | command |
/// |---|---|
/// | `link.json` | `ip -j -d link` |
/// | `addr.json` | `ip -j addr` |
/// | `route4.json` | `ip -j route show table all` |
/// | `rule4.json` | `ip -j rule` |
/// | `route6.json` | `ip -6 -j route show table all` |
/// | `rule6.json` | `ip -6 -j rule` |
/// | `neigh.json` | `ip -j neigh` |
/// | `maddr.json` | `ip -j maddr` |
/// | `nexthop.json` | `ip -j nexthop` |
/// | `nft.json` | `nft -j list ruleset`; absent where there are no rules |
/// | `iptables-save.txt`, `ip6tables-save.txt` | `iptables-save -c`, `ip6tables-save -c` |
/// | `sysctl.txt` | `sysctl -a`, or the `net.` part of it |
/// | `sockets.txt` | `/proc/net/tcp`, `udp`, `raw` …, each behind a line `== /proc/net/NAME` |
///
/// What a document says that is not known is listed in [#unmodelled]; what a document that is
/// absent would have said is missed only by answers that depend on it, which are then incomplete.
public final class HostSnapshot {
    /// Hooks of the packet filter that a packet meets on its way, in that order.
    public enum Hook {
        INGRESS,
        PREROUTING,
        INPUT,
        FORWARD,
        OUTPUT,
        POSTROUTING,
        EGRESS;

        /// As rule sets name it.
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int LOCAL_TABLE = 255;

    private final Map<String, NetDevice> devices;
    private final NetDevice loopback;

    /// All addresses of all devices, ascending.
    private final int[] addresses;

    /// Prefixes of the local table's routes of type `local`, besides [#addresses].
    private final List<Prefix> localPrefixes;

    /// Broadcast addresses of the local table, ascending.
    private final int[] broadcasts;

    private final Neighbours neighbours;

    /// Addresses that the host answers for (`ip neigh add proxy`).
    private final Neighbours proxied;

    private final Neighbours6 proxied6;

    private final Neighbours6 neighbours6;
    private final boolean neighboursKnown;
    private final FibRules<Flowi4, FibResult> rules;
    private final List<Fib> tables;
    private final FibRules<Flowi6, Fib6Result> rules6;
    private final List<Fib6> tables6;
    private final List<Route6> anycast6;
    private final boolean customLocalRoutes;
    private final boolean realms;
    private final Set<Hook> hooks;
    private final Ruleset ruleset;
    private final boolean multicastGroupsKnown;
    private final Sysctls sysctls;
    private final boolean forwardUsesPmtu;
    private final List<Unmodelled> unmodelled;
    private final long unmodelledCount;
    private final String noRoutes;
    private final Sockets sockets;
    private final String noRoutes6;

    HostSnapshot(SnapshotReader read) {
        this.devices = Collections.unmodifiableMap(read.devices);
        this.loopback = read.loopback;
        this.addresses =
                devices.values().stream()
                        .flatMap(device -> device.addresses().stream())
                        .mapToInt(NetDevice.Address::local)
                        .sorted()
                        .toArray();
        this.localPrefixes =
                read.localPrefixes.stream()
                        .filter(it -> it.length() < 32 || !hasAddress(it.address()))
                        .toList();
        this.broadcasts = read.broadcasts.stream().mapToInt(Integer::intValue).sorted().toArray();
        this.neighbours = read.neighbours;
        this.proxied = read.proxied;
        this.proxied6 = read.proxied6;
        this.neighbours6 = read.neighbours6;
        this.neighboursKnown = read.neighboursKnown;
        this.rules = read.rules;
        this.tables = List.copyOf(read.tables.values());
        this.rules6 = read.rules6;
        this.tables6 = List.copyOf(read.tables6.values());
        this.anycast6 = anycast6(tables6);
        this.customLocalRoutes = read.customLocalRoutes;
        this.realms = read.realms;
        this.ruleset = read.ruleset;
        this.hooks = Collections.unmodifiableSet(NftDocument.hooks(read.ruleset));
        this.multicastGroupsKnown = read.multicastGroupsKnown;
        this.sysctls = read.sysctls;
        this.forwardUsesPmtu = sysctls.get("net.ipv4.ip_forward_use_pmtu") == 1;
        this.unmodelled = List.copyOf(read.unmodelled);
        this.unmodelledCount = read.unmodelledCount;
        this.noRoutes = read.noRoutes;
        this.sockets = read.sockets;
        this.noRoutes6 = read.noRoutes6;
    }

    /// The kernel joins an anycast address with a route of its own.
    private static List<Route6> anycast6(List<Fib6> tables) {
        var anycast = new ArrayList<Route6>();
        for (Fib6 table : tables) {
            if (table.id() == LOCAL_TABLE) {
                for (Route6 route : table.routes()) {
                    Fib6Info info = route.info();
                    if (info.type() == RouteType.ANYCAST
                            && info.kernelProtocol()
                            && !info.nextHops().isEmpty()) {
                        anycast.add(route);
                    }
                }
            }
        }
        return List.copyOf(anycast);
    }

    /// Reads the documents that lie as files in `sources`: directories, where files bear the names
    /// above (or end in `.txt`, printed without `-j`), and single files, whose content says what
    /// they are (see [headgate.forwarding.syntax.Format]).
    ///
    /// @throws IOException if there is no such file, or it cannot be read
    /// @throws SnapshotException if a document is broken, too large, or not known
    public static HostSnapshot read(List<Path> sources) throws IOException, SnapshotException {
        return new SnapshotReader(SnapshotFiles.of(sources)).read();
    }

    /// Reads `base` with some of its documents changed: those that `changes` have. A directory
    /// among the changes is a snapshot of its own, of which `base` is no part.
    ///
    /// @throws IOException as [#read]
    /// @throws SnapshotException as [#read]
    public static HostSnapshot readChanged(List<Path> base, List<Path> changes)
            throws IOException, SnapshotException {
        return new SnapshotReader(SnapshotFiles.changed(base, changes)).read();
    }

    /// As [#read] of one directory or file.
    public static HostSnapshot read(Path source) throws IOException, SnapshotException {
        return read(List.of(source));
    }

    /// The text of one document among those that lie as files in `sources`, as [#read] finds it;
    /// empty if there is none.
    public static String text(List<Path> sources, String document)
            throws IOException, SnapshotException {
        try (BufferedReader reader = SnapshotFiles.of(sources).open(document)) {
            return reader == null ? "" : reader.readAllAsString();
        }
    }

    /// Reads documents from memory.
    ///
    /// @param documents by name
    /// @throws SnapshotException if a document is broken or too large
    public static HostSnapshot of(Map<String, String> documents) throws SnapshotException {
        try {
            return new SnapshotReader(SnapshotFiles.inMemory(documents)).read();
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
    }

    public Collection<NetDevice> devices() {
        return devices.values();
    }

    /// The device of that name; null if there is none.
    public NetDevice device(String name) {
        return devices.get(name);
    }

    /// The device of that number; null if the snapshot does not have it.
    NetDevice device(int index) {
        for (NetDevice device : devices.values()) {
            if (device.index() == index) {
                return device;
            }
        }
        return null;
    }

    /// The loopback device; null if the snapshot has none.
    public NetDevice loopback() {
        return loopback;
    }

    /// Whether `address` is one of the host's own (kernel: `inet_lookup_ifaddr_rcu`).
    public boolean hasAddress(int address) {
        return Arrays.binarySearch(addresses, address) >= 0;
    }

    /// Whether the address is one of the host's own, seen from `device`: link-local addresses and
    /// `::1` belong to one device alone (kernel: `ipv6_chk_addr`).
    public boolean hasAddress6(NetDevice device, long high, long low) {
        if (Inet6.needsDevice(high, low)) {
            return device.inet6().has(high, low);
        }
        for (NetDevice any : devices.values()) {
            if (any.inet6().has(high, low)) {
                return true;
            }
        }
        return false;
    }

    /// Whether `device` takes packets to that anycast address of the host's own; null for any
    /// device.
    public boolean hasAnycast6(NetDevice device, long high, long low) {
        for (int i = 0; i < anycast6.size(); i++) {
            Route6 route = anycast6.get(i);
            NetDevice joined = route.info().nextHops().getFirst().device();
            if (route.prefix().low() == low
                    && route.prefix().high() == high
                    && (device == null || device == joined)) {
                return true;
            }
        }
        return false;
    }

    /// Whether the table `local` has `address` as one of the host's (kernel: `inet_addr_type` is
    /// RTN_LOCAL).
    public boolean isLocal(int address) {
        return hasAddress(address) || isInLocalPrefix(address);
    }

    private boolean isInLocalPrefix(int address) {
        for (int i = 0; i < localPrefixes.size(); i++) {
            if (localPrefixes.get(i).contains(address)) {
                var flow = new Flowi4();
                flow.destination = address;
                var result = new FibResult();
                return lookupLocal(flow, result) == Errno.NONE
                        && result.info().type() == RouteType.LOCAL;
            }
        }
        return false;
    }

    /// Asks the table `local`, which is one with `main` while there are no rules of the user's own.
    ///
    /// @return [Errno#EAGAIN] if it has nothing for that destination
    Errno lookupLocal(Flowi4 flow, FibResult result) {
        result.clear();
        FibTable<Flowi4, FibResult, ?> table = rules.isCustom() ? localTable() : rules.first();
        return table == null ? Errno.EAGAIN : table.lookup(flow, true, result);
    }

    private Fib localTable() {
        for (Fib table : tables) {
            if (table.id() == LOCAL_TABLE) {
                return table;
            }
        }
        return null;
    }

    /// The address that the host uses on `device` towards `destination`, 0 for anybody; where the
    /// device has none, the first of another device that is known beyond its link (kernel:
    /// `inet_select_addr`). 0 if there is none.
    ///
    /// @param scope no address of a narrower scope is taken
    int selectAddress(NetDevice device, int destination, int scope) {
        int own = device.selectAddress(destination, scope);
        if (own != 0) {
            return own;
        }
        for (NetDevice other : devices.values()) {
            for (int i = 0; i < other.addresses().size(); i++) {
                NetDevice.Address address = other.addresses().get(i);
                if (!address.secondary()
                        && address.scope() != FibInfo.SCOPE_LINK
                        && address.scope() <= scope) {
                    return address.local();
                }
            }
        }
        return 0;
    }

    /// Whether `address` is a broadcast address of one of the host's subnets, or of all networks.
    public boolean isBroadcast(int address) {
        return address == Inet4.LIMITED_BROADCAST || Arrays.binarySearch(broadcasts, address) >= 0;
    }

    /// The address that a packet to `high`, `low` bears which leaves by `output`; null if there is
    /// none.
    IpAddress sourceAddress6(NetDevice output, long high, long low) {
        return new SourceAddress6(output, high, low).choose(devices.values());
    }

    public Neighbours neighbours() {
        return neighbours;
    }

    /// Whether the host answers on `device` for that address, which is not its own.
    public boolean isProxied6(NetDevice device, long high, long low) {
        return proxied6.size() > 0 && proxied6.mac(device, high, low) != Neighbours.ABSENT;
    }

    /// Whether it says of that address that it is a router's.
    boolean isProxiedRouter6(NetDevice device, long high, long low) {
        return proxied6.mac(device, high, low) == 1;
    }

    /// As [#isProxied6], for IPv4.
    boolean isProxied(NetDevice device, int address) {
        return proxied.mac(device, address) != Neighbours.ABSENT;
    }

    /// Whether the snapshot has a neighbour table at all.
    public boolean neighboursKnown() {
        return neighboursKnown;
    }

    public Neighbours6 neighbours6() {
        return neighbours6;
    }

    /// As [Neighbours6#mac], for the IPv6 gateway of a route.
    public long gatewayMac(NextHop hop) {
        return neighbours6.mac(hop.device(), hop.gateway6High(), hop.gateway6Low());
    }

    public FibRules<Flowi4, FibResult> rules() {
        return rules;
    }

    /// The IPv4 routing tables that have routes.
    public List<Fib> tables() {
        return tables;
    }

    public FibRules<Flowi6, Fib6Result> rules6() {
        return rules6;
    }

    /// The IPv6 routing tables that have routes.
    public List<Fib6> tables6() {
        return tables6;
    }

    /// Whether somebody other than the kernel added a route of type `local`.
    public boolean customLocalRoutes() {
        return customLocalRoutes;
    }

    /// Whether routes or rules of IPv4 give realms (kernel: `fib_num_tclassid_users`).
    public boolean hasRealms() {
        return realms;
    }

    /// The packet-filter rules.
    public Ruleset ruleset() {
        return ruleset;
    }

    /// Hooks at which packets meet packet-filter rules, or connection tracking.
    public Set<Hook> hooks() {
        return hooks;
    }

    /// Whether the snapshot says which multicast groups the host has joined.
    public boolean multicastGroupsKnown() {
        return multicastGroupsKnown;
    }

    /// A setting as an unsigned 32-bit number; -1 if the snapshot does not have it.
    public long sysctl(String key) {
        return sysctls.get(key);
    }

    /// Whether packets that pass through are held to learned path MTUs (`ip_forward_use_pmtu`).
    public boolean forwardUsesPmtu() {
        return forwardUsesPmtu;
    }

    /// Whether the rate of these ICMPv6 messages is limited.
    boolean limitsIcmp6(int type) {
        return sysctls.limitsIcmp6(type);
    }

    /// As the one above; `usual` if the snapshot does not have it.
    long sysctl(String key, long usual) {
        long value = sysctls.get(key);
        return value == Sysctls.UNKNOWN ? usual : value;
    }

    public Sockets sockets() {
        return sockets;
    }

    Multipath multipath() {
        return new Multipath(this, sysctls);
    }

    /// Why no lookup can be answered; null if lookups can be.
    public String noRoutes() {
        return noRoutes;
    }

    /// As [#noRoutes], for IPv6.
    public String noRoutes6() {
        return noRoutes6;
    }

    /// What is not known or not modelled: the first thousand such things.
    public List<Unmodelled> unmodelled() {
        return unmodelled;
    }

    /// How many such things there are.
    public long unmodelledCount() {
        return unmodelledCount;
    }
}
