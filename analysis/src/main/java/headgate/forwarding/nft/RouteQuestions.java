package headgate.forwarding.nft;

import headgate.forwarding.NetDevice;
import headgate.forwarding.conntrack.NfPacket;
import headgate.packet.IpAddress;

/// What rules ask of the host's routes and sockets.
public interface RouteQuestions {
    /// The answer is not known.
    int UNKNOWN = -1;

    /// Type of an address of the packet, as `fib … type` has it: 1 unicast, 2 local, 3 broadcast, 5
    /// multicast, 7 unreachable …
    ///
    /// @param ofSource whether its source is asked for, not its destination
    /// @param device that the answer is restricted to; null for any
    /// @return [#UNKNOWN] if it is not known
    int addressType(NfPacket packet, boolean ofSource, NetDevice device);

    /// Index of the device by which a packet to the packet's destination, or back to its source,
    /// would leave, as `fib … oif` has it.
    ///
    /// @param device that the answer is restricted to; null for any
    /// @param mark whether the packet's mark counts
    /// @return 0 if there is none; [#UNKNOWN] if it is not known
    int outputIndex(NfPacket packet, boolean toSource, NetDevice device, boolean mark);

    /// Bytes of the largest TCP segment that fits the route of a packet that passes through, and
    /// the route back to its source, without options.
    ///
    /// @return [#UNKNOWN] if it is not known
    int maximumSegment(NfPacket packet);

    /// There is no such address.
    IpAddress NO_ADDRESS = new IpAddress(4, 0, 0);

    /// Address that `masquerade` gives a packet on its way out (kernel: `inet_select_addr`,
    /// `ipv6_dev_get_saddr`).
    ///
    /// @return [#NO_ADDRESS] if there is none, so that the packet is dropped; null if it is not
    ///   known
    IpAddress masqueradeAddress(NfPacket packet);

    /// Address that `redirect` sends a packet to: the first of the device that it came in by.
    ///
    /// @return as [#masqueradeAddress]
    IpAddress redirectAddress(NfPacket packet);
}
