package headgate.capture;

import java.util.List;

/// One interface of this host.
///
/// @param index the kernel's number, `ifindex`
/// @param up whether it was set up (IFF_UP)
/// @param running whether it has a carrier
/// @param mac 48 bits, first byte on the wire highest; -1 if it has none
/// @param addresses IP addresses with prefix length
/// @param linkType LINKTYPE_ number of its frames, see [headgate.packet.LinkType]; -1 if the ring
///   source does not read them
/// @param mtu bytes; 0 where unknown
/// @param kind what it is: `loopback`, `vlan`, `bridge`, `bond`, `tun`, `veth`, `wlan`, … as the
///   kernel calls it (DEVTYPE), `ethernet` for a plain one
/// @param driver as `ethtool -i` says; empty if it says none
/// @param speedMegabits link speed; 0 where unknown
/// @param receiveQueues of the device
public record HostInterface(
        String name,
        int index,
        boolean up,
        boolean running,
        boolean loopback,
        boolean promiscuous,
        long mac,
        List<String> addresses,
        int linkType,
        int mtu,
        String kind,
        String driver,
        int speedMegabits,
        int receiveQueues) {
    public HostInterface {
        addresses = List.copyOf(addresses);
    }
}
