package headgate.forwarding;

import java.util.List;

/// What IPv6 keeps of one device (kernel: `struct inet6_dev`): addresses, groups, and the settings
/// `net.ipv6.conf.DEVICE.X`, combined with those of `all` where the kernel does. -1 stands for a
/// setting that the snapshot does not have.
///
/// @param addresses its IPv6 addresses, in the kernel's order
/// @param groups the multicast groups that it has joined
/// @param mtuBytes IPv6's own idea of the device's MTU
/// @param forwarding of the device alone; makes it a router to its neighbours
/// @param forceForwarding forwards even while `all.forwarding` is off
/// @param acceptSourceRoute the smaller of the device's and `all`'s
/// @param dropUnicastInL2Multicast of the device alone
/// @param disableIpv6 either
/// @param hopLimit of packets that leave by it
/// @param proxyNdp either
/// @param acceptRedirects of the device alone
/// @param acceptRa of the device alone
/// @param ignoreRoutesWithLinkdown of the device alone
public record Inet6Device(
        List<Address> addresses,
        List<Group> groups,
        int mtuBytes,
        int forwarding,
        int forceForwarding,
        int acceptSourceRoute,
        int dropUnicastInL2Multicast,
        int disableIpv6,
        int hopLimit,
        int proxyNdp,
        int acceptRedirects,
        int acceptRa,
        int ignoreRoutesWithLinkdown) {

    /// A multicast group.
    public record Group(long high, long low) {}

    /// One address.
    ///
    /// @param tentative whether it may not be used yet
    /// @param deprecated whether another should be used where there is one
    public record Address(
            long high, long low, int prefixLength, boolean tentative, boolean deprecated) {}

    public Inet6Device {
        addresses = List.copyOf(addresses);
        groups = List.copyOf(groups);
    }

    static Inet6Device of(
            Sysctls sysctls, String device, List<Address> addresses, List<Group> groups) {
        var conf =
                new Object() {
                    int own(String key) {
                        return (int) sysctls.get("net.ipv6.conf." + device + "." + key);
                    }

                    int all(String key) {
                        return (int) sysctls.get("net.ipv6.conf.all." + key);
                    }
                };
        return new Inet6Device(
                addresses,
                groups,
                conf.own("mtu"),
                conf.own("forwarding"),
                conf.own("force_forwarding"),
                Math.min(conf.own("accept_source_route"), conf.all("accept_source_route")),
                conf.own("drop_unicast_in_l2_multicast"),
                Math.max(conf.own("disable_ipv6"), conf.all("disable_ipv6")),
                conf.own("hop_limit"),
                Math.max(conf.own("proxy_ndp"), conf.all("proxy_ndp")),
                conf.own("accept_redirects"),
                conf.own("accept_ra"),
                conf.own("ignore_routes_with_linkdown"));
    }

    /// Whether the device has joined the group (kernel: `ipv6_chk_mcast_addr`).
    public boolean hasJoined(long high, long low) {
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            if (group.low() == low && group.high() == high) {
                return true;
            }
        }
        return false;
    }

    /// Whether the address is one of the device's.
    public boolean has(long high, long low) {
        for (int i = 0; i < addresses.size(); i++) {
            Address address = addresses.get(i);
            if (address.low() == low && address.high() == high) {
                return true;
            }
        }
        return false;
    }

    /// Its link-local address, of several the one that it has had for longest, which `ip` lists
    /// last; null if it has none that may be used (kernel: `ipv6_get_lladdr`).
    public Address linkLocal() {
        for (int i = addresses.size() - 1; i >= 0; i--) {
            Address address = addresses.get(i);
            if (Inet6.isLinkLocal(address.high()) && !address.tentative()) {
                return address;
            }
        }
        return null;
    }
}
