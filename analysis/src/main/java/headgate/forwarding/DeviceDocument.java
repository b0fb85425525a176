package headgate.forwarding;

import headgate.packet.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Devices, gathered from `link.json`, `addr.json` and `maddr.json`; the first two say much the
/// same, and either is enough.
final class DeviceDocument {
    private static final class Entry {
        int index;
        String name;
        long mac = -1;
        int mtu;
        int flags;
        String kind = "";
        String master = "";
        String link = "";
        int vlan = -1;
        String group = "default";
        final List<NetDevice.Address> addresses = new ArrayList<>();
        final List<Integer> groups = new ArrayList<>();
        final List<Inet6Device.Address> addresses6 = new ArrayList<>();
        final List<Inet6Device.Group> groups6 = new ArrayList<>();
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    void readLink(SnapshotElement element) {
        Entry entry = readCommon(element);
        SnapshotElement info = element.object("linkinfo");
        entry.kind = info.text("info_kind");
        SnapshotElement data = info.object("info_data");
        if (entry.kind.equals("vlan")) {
            entry.vlan = (int) data.number("id", -1);
        }
    }

    void readAddresses(SnapshotElement element) {
        Entry entry = readCommon(element);
        for (SnapshotElement address : element.elements("addr_info")) {
            readAddress(address, entry);
        }
    }

    /// Keys that describe the device itself change no answer unless they are read here.
    private Entry readCommon(SnapshotElement element) {
        String name = element.text("ifname");
        Entry entry = entries.computeIfAbsent(name, _ -> new Entry());
        entry.name = name;
        entry.index = (int) element.number("ifindex", 0);
        entry.mac = SnapshotElement.mac(element.text("address"));
        entry.mtu = (int) element.number("mtu", 0);
        entry.flags = flags(element.texts("flags"));
        entry.master = element.text("master");
        entry.link = element.text("link");
        entry.group = element.text("group", "default");
        element.ignoreAll();
        return entry;
    }

    private static int flags(List<String> names) {
        boolean linkDown = names.contains("NO-CARRIER") && !names.contains("LOWER_UP");
        return (names.contains("UP") ? NetDevice.UP : 0)
                | (linkDown ? NetDevice.NO_CARRIER : 0)
                | (names.contains("LOOPBACK") ? NetDevice.LOOPBACK : 0)
                | (names.contains("NOARP") ? NetDevice.NOARP : 0);
    }

    private static void readAddress(SnapshotElement address, Entry entry) {
        if (address.text("family").equals("inet6")) {
            readAddress6(address, entry);
            return;
        }
        if (!address.text("family").equals("inet")) {
            return;
        }
        Integer local = Inet4.parse(address.text("local"));
        Integer peer = Inet4.parse(address.text("address", address.text("local")));
        long length = address.number("prefixlen", 32);
        if (local == null || peer == null || length < 0 || length > 32) {
            address.note("", "is not an IPv4 address with a prefix length");
            return;
        }
        int scope = RouteDocument.scope(address.text("scope", "global"));
        boolean secondary = address.has("secondary");
        entry.addresses.add(
                new NetDevice.Address(local, peer, (int) length, Math.max(0, scope), secondary));
    }

    private static void readAddress6(SnapshotElement address, Entry entry) {
        IpAddress local = Inet6.parse(address.text("local"));
        long length = address.number("prefixlen", 128);
        if (local == null || length < 0 || length > 128) {
            address.note("", "is not an IPv6 address with a prefix length");
            return;
        }
        boolean tentative = address.has("tentative") || address.has("dadfailed");
        boolean deprecated = address.has("deprecated");
        entry.addresses6.add(
                new Inet6Device.Address(
                        local.high(), local.low(), (int) length, tentative, deprecated));
    }

    void readGroups(SnapshotElement element) {
        Entry entry = entries.get(element.text("ifname"));
        element.ignore("ifindex");
        for (SnapshotElement group : element.elements("maddr")) {
            Integer address = Inet4.parse(group.text("address"));
            IpAddress address6 = Inet6.parse(group.text("address"));
            if (entry != null && group.text("family").equals("inet") && address != null) {
                entry.groups.add(address);
            }
            if (entry != null && address6 != null) {
                entry.groups6.add(new Inet6Device.Group(address6.high(), address6.low()));
            }
        }
    }

    List<NetDevice> build(Sysctls sysctls) {
        var devices = new ArrayList<NetDevice>();
        for (Entry entry : entries.values()) {
            devices.add(
                    new NetDevice(
                            entry.index,
                            entry.name,
                            entry.mac,
                            entry.mtu,
                            entry.flags,
                            entry.kind,
                            entry.master,
                            entry.link,
                            entry.vlan,
                            entry.group,
                            entry.addresses,
                            entry.groups,
                            InDevice.of(sysctls, entry.name),
                            Inet6Device.of(sysctls, entry.name, entry.addresses6, entry.groups6)));
        }
        return devices;
    }
}
