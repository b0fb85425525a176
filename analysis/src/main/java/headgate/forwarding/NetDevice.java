package headgate.forwarding;

import java.util.List;

/// One network device of the host, from `ip -j -d link` and `ip -j addr`.
///
/// @param mac 48 bits, first byte on the wire highest; -1 if the device has no such address
/// @param mtuBytes largest IP packet that it sends whole
/// @param flags those of `struct net_device` that play a part: [#UP], [#LOOPBACK], [#NOARP], and
///   [#NO_CARRIER]
/// @param kind `info_kind`: `vlan`, `bridge`, `vrf` …; empty for plain devices
/// @param master the bridge, bond or VRF that it belongs to; empty if none
/// @param link the device below, for VLAN devices; empty if none
/// @param vlanIdentifier of a VLAN device; -1 for others
/// @param group `default` unless set; rules with `suppress_ifgroup` ask for it
/// @param addresses its IPv4 addresses, primary first
/// @param multicastGroups the IPv4 groups it has joined
/// @param conf its IPv4 settings
/// @param inet6 what IPv6 keeps of it
public record NetDevice(
        int index,
        String name,
        long mac,
        int mtuBytes,
        int flags,
        String kind,
        String master,
        String link,
        int vlanIdentifier,
        String group,
        List<Address> addresses,
        List<Integer> multicastGroups,
        InDevice conf,
        Inet6Device inet6) {

    /// Kernel: `IFF_UP`, `IFF_LOOPBACK`, `IFF_NOARP`.
    static final int UP = 1;

    static final int LOOPBACK = 8;
    static final int NOARP = 0x80;

    /// It is up, but its link is not.
    static final int NO_CARRIER = 1 << 20;

    /// One IPv4 address of a device.
    ///
    /// @param local the address itself
    /// @param peer the other end on point-to-point devices, otherwise the same as `local`
    /// @param secondary whether another address of the same subnet is preferred as source
    public record Address(int local, int peer, int prefixLength, int scope, boolean secondary) {
        /// Whether `other` lies in this address's subnet (kernel: `inet_ifa_match`).
        boolean matches(int other) {
            return ((other ^ peer) & Prefix.mask(prefixLength)) == 0;
        }
    }

    public NetDevice {
        addresses = List.copyOf(addresses);
        multicastGroups = List.copyOf(multicastGroups);
    }

    /// Whether nothing leaves by it, although routes lead there (kernel: `dev_deactivate`).
    public boolean lacksCarrier() {
        return (flags & NO_CARRIER) != 0;
    }

    public boolean isUp() {
        return (flags & UP) != 0;
    }

    public boolean isLoopback() {
        return (flags & LOOPBACK) != 0;
    }

    /// Whether packets leave without asking for the next hop's link address.
    public boolean isNoArp() {
        return (flags & (NOARP | LOOPBACK)) != 0;
    }

    /// Whether `a`, and `b` unless it is 0, lie in one subnet of this device (`inet_addr_onlink`).
    public boolean isOnLink(int a, int b) {
        for (int i = 0; i < addresses.size(); i++) {
            Address address = addresses.get(i);
            if (address.matches(a) && (b == 0 || address.matches(b))) {
                return true;
            }
        }
        return false;
    }

    /// The address that the host uses on this device towards `destination`, 0 for anybody: the
    /// first primary one whose subnet has it, or else the first (kernel: `inet_select_addr`); 0 if
    /// there is none.
    ///
    /// @param scope no address of a narrower scope is taken
    public int selectAddress(int destination, int scope) {
        int first = 0;
        for (int i = 0; i < addresses.size(); i++) {
            Address address = addresses.get(i);
            if (address.secondary() || address.scope() > scope) {
                continue;
            }
            if (destination == 0 || address.matches(destination)) {
                return address.local();
            }
            first = first == 0 ? address.local() : first;
        }
        return first;
    }

    /// A snapshot has one object for each device, so that devices are compared by identity.
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return index;
    }

    @Override
    public String toString() {
        return name;
    }
}
