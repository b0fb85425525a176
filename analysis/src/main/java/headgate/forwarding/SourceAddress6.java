package headgate.forwarding;

import headgate.packet.IpAddress;
import java.util.Collection;

/// Which address of the host a packet to a destination bears (RFC 6724, section 5; kernel:
/// `ipv6_dev_get_saddr`).
final class SourceAddress6 {
    private final NetDevice output;
    private final long high;
    private final long low;
    private final int scope;
    private final int label;

    private NetDevice bestDevice;
    private Inet6Device.Address best;

    /// @param output by which the packet leaves; null if that is open
    SourceAddress6(NetDevice output, long high, long low) {
        this.output = output;
        this.high = high;
        this.low = low;
        this.scope = Inet6.scope(high, low);
        this.label = Inet6.label(high, low);
    }

    /// Null if there is none.
    IpAddress choose(Collection<NetDevice> devices) {
        boolean outputOnly = Inet6.isMulticast(high) || scope <= 2;
        for (NetDevice device : devices) {
            if (!device.isUp() || outputOnly && output != null && device != output) {
                continue;
            }
            for (Inet6Device.Address address : device.inet6().addresses()) {
                if (!address.tentative() && isBetter(device, address)) {
                    bestDevice = device;
                    best = address;
                }
            }
        }
        return best == null ? null : new IpAddress(6, best.high(), best.low());
    }

    /// The rules in their order; the first one that tells the two apart decides.
    private boolean isBetter(NetDevice device, Inet6Device.Address address) {
        if (best == null) {
            return true;
        }
        int order = Boolean.compare(isDestination(address), isDestination(best));
        order = order != 0 ? order : Integer.compare(scopeRank(address), scopeRank(best));
        order = order != 0 ? order : Boolean.compare(best.deprecated(), address.deprecated());
        order = order != 0 ? order : Boolean.compare(device == output, bestDevice == output);
        order = order != 0 ? order : Boolean.compare(hasLabel(address), hasLabel(best));
        order = order != 0 ? order : Integer.compare(matchLength(address), matchLength(best));
        return order > 0;
    }

    private boolean isDestination(Inet6Device.Address address) {
        return address.high() == high && address.low() == low;
    }

    /// The smallest scope that reaches the destination, or else the largest there is.
    private int scopeRank(Inet6Device.Address address) {
        int own = Inet6.scope(address.high(), address.low());
        return own >= scope ? -own : own - 128;
    }

    private boolean hasLabel(Inet6Device.Address address) {
        return Inet6.label(address.high(), address.low()) == label;
    }

    private int matchLength(Inet6Device.Address address) {
        int common = Inet6.commonPrefix(address.high(), address.low(), high, low);
        return Math.min(common, address.prefixLength());
    }
}
