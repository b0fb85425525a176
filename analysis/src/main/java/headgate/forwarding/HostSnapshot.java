package headgate.forwarding;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
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
/// | `neigh.json` | `ip -j neigh` |
/// | `maddr.json` | `ip -j maddr` |
/// | `nexthop.json` | `ip -j nexthop` |
/// | `nft.json` | `nft -j list ruleset`; absent where there are no rules |
/// | `sysctl.txt` | `sysctl -a`, or the `net.` part of it |
/// | `sockets.txt` | `/proc/net/tcp`, `udp`, `raw` …, each behind a line `== /proc/net/NAME` |
///
/// Others are accepted and not read yet (`route6.json`, `rule6.json`). What a document says that is
/// not known is listed in [#unmodelled]; what a document that is absent would have said is missed
/// only by answers that depend on it, which are then incomplete.
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

    private final Map<String, NetDevice> devices;
    private final NetDevice loopback;

    /// All addresses of all devices, ascending.
    private final int[] addresses;

    private final Neighbours neighbours;
    private final Map<String, Long> neighbours6;
    private final boolean neighboursKnown;
    private final FibRules rules;
    private final List<Fib> tables;
    private final boolean customLocalRoutes;
    private final Set<Hook> hooks;
    private final boolean multicastGroupsKnown;
    private final Sysctls sysctls;
    private final List<Unmodelled> unmodelled;
    private final long unmodelledCount;
    private final String noRoutes;
    private final Sockets sockets;

    HostSnapshot(SnapshotReader read) {
        this.devices = Collections.unmodifiableMap(read.devices);
        this.loopback = read.loopback;
        this.addresses =
                devices.values().stream()
                        .flatMap(device -> device.addresses().stream())
                        .mapToInt(NetDevice.Address::local)
                        .sorted()
                        .toArray();
        this.neighbours = read.neighbours;
        this.neighbours6 = Map.copyOf(read.neighbours6);
        this.neighboursKnown = read.neighboursKnown;
        this.rules = read.rules;
        this.tables = List.copyOf(read.tables.values());
        this.customLocalRoutes = read.customLocalRoutes;
        this.hooks = Collections.unmodifiableSet(read.hooks);
        this.multicastGroupsKnown = read.multicastGroupsKnown;
        this.sysctls = read.sysctls;
        this.unmodelled = List.copyOf(read.unmodelled);
        this.unmodelledCount = read.unmodelledCount;
        this.noRoutes = read.noRoutes;
        this.sockets = read.sockets;
    }

    /// Reads the documents that lie as files in `directory`.
    ///
    /// @throws IOException if there is no such directory, or a file in it cannot be read
    /// @throws SnapshotException if a document is broken or too large
    public static HostSnapshot read(Path directory) throws IOException, SnapshotException {
        if (!Files.exists(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException(directory.toString());
        }
        return new SnapshotReader(name -> open(directory.resolve(name))).read();
    }

    private static Reader open(Path file) throws IOException {
        return Files.exists(file) ? Files.newBufferedReader(file) : null;
    }

    /// Reads documents from memory.
    ///
    /// @param documents by name
    /// @throws SnapshotException if a document is broken or too large
    public static HostSnapshot of(Map<String, String> documents) throws SnapshotException {
        try {
            return new SnapshotReader(name -> open(documents.get(name))).read();
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
    }

    private static Reader open(String document) {
        return document == null ? null : new BufferedReader(new StringReader(document));
    }

    public Collection<NetDevice> devices() {
        return devices.values();
    }

    /// The device of that name; null if there is none.
    public NetDevice device(String name) {
        return devices.get(name);
    }

    /// The loopback device; null if the snapshot has none.
    public NetDevice loopback() {
        return loopback;
    }

    /// Whether `address` is one of the host's own (kernel: `inet_lookup_ifaddr_rcu`).
    public boolean hasAddress(int address) {
        return Arrays.binarySearch(addresses, address) >= 0;
    }

    public Neighbours neighbours() {
        return neighbours;
    }

    /// Whether the snapshot has a neighbour table at all.
    public boolean neighboursKnown() {
        return neighboursKnown;
    }

    /// As [Neighbours#mac], for the IPv6 gateway of an IPv4 route.
    public long mac6(NetDevice device, String address) {
        return neighbours6.getOrDefault(device.name() + " " + address, Neighbours.ABSENT);
    }

    public FibRules rules() {
        return rules;
    }

    /// The IPv4 routing tables that have routes.
    public List<Fib> tables() {
        return tables;
    }

    /// Whether somebody other than the kernel added a route of type `local`.
    public boolean customLocalRoutes() {
        return customLocalRoutes;
    }

    /// Hooks at which IPv4 packets meet packet-filter rules.
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

    public Sockets sockets() {
        return sockets;
    }

    Multipath multipath() {
        return new Multipath(sysctls, neighbours);
    }

    /// Why no lookup can be answered; null if lookups can be.
    public String noRoutes() {
        return noRoutes;
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
