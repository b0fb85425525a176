package headgate.forwarding;

import headgate.packet.IpAddress;
import java.util.List;

/// Routes of IPv6 packets (kernel: `net/ipv6/route.c`): rules and tables, then the next hop of
/// several.
public final class Ip6Route {
    private final HostSnapshot host;
    private final Multipath6 multipath;

    Ip6Route(HostSnapshot host) {
        this.host = host;
        this.multipath = new Multipath6(host);
    }

    /// Routes a packet that came in (kernel: `ip6_route_input`).
    ///
    /// @param skb the packet; null for a question
    /// @return [Errno#NONE] or the error; where `result.incomplete` is set, neither is known
    public Errno input(Flowi6 flow, Skb skb, Fib6Result result) {
        flow.strict = Inet6.needsDevice(flow.destinationHigh, flow.destinationLow);
        return lookup(flow, skb, result);
    }

    /// Routes a packet of the host's own (kernel: `ip6_route_output_flags`).
    public Errno output(Flowi6 flow, Fib6Result result) {
        flow.inputDevice = host.loopback();
        flow.strict =
                Inet6.needsDevice(flow.destinationHigh, flow.destinationLow)
                        || flow.outputDevice != null
                                && Inet6.isUnspecified(flow.sourceHigh, flow.sourceLow);
        flow.ownPacket = true;
        Errno error = lookup(flow, null, result);
        flow.ownPacket = false;
        return error;
    }

    private Errno lookup(Flowi6 flow, Skb skb, Fib6Result result) {
        if (host.noRoutes6() != null) {
            result.clear();
            result.incomplete = host.noRoutes6();
            return Errno.ENETUNREACH;
        }
        Errno error = host.rules6().lookup(flow, false, result);
        if (result.incomplete != null || result.info() == null || !result.info().isMultipath()) {
            return error;
        }
        if (multipath.incomplete() != null) {
            result.incomplete = multipath.incomplete();
            return Errno.ENETUNREACH;
        }
        multipath.select(flow, result, hash(flow, skb));
        return error;
    }

    private int hash(Flowi6 flow, Skb skb) {
        if (flow.multipathHash >= 0) {
            return flow.multipathHash;
        }
        return skb == null ? multipath.hash(flow) : multipath.hash(skb, host.rules6().dissect());
    }

    /// The hash that an error about `skb` takes, as nobody dissected it before.
    int hashOfError(Skb skb) {
        return multipath.hash(skb, false);
    }

    /// Answers what `ip -6 route get` would.
    RouteAnswer answer(RouteQuery query) {
        var flow = new Flowi6();
        var result = new Fib6Result();
        fill(flow, query);
        if (query.inputDevice().isEmpty()) {
            return outputAnswer(flow, result, output(flow, result));
        }
        flow.inputDevice = host.device(query.inputDevice());
        if (flow.inputDevice == null) {
            return RouteAnswer.incomplete(
                    "device " + query.inputDevice() + " is not in the snapshot");
        }
        Errno error = input(flow, null, result);
        if (result.incomplete != null) {
            return RouteAnswer.incomplete(result.incomplete);
        }
        if (error != Errno.NONE) {
            return RouteAnswer.failed(error, result.rule);
        }
        // Without multicast routing the kernel finds no words for such a route (rt6_fill_node).
        return Inet6.isMulticast(result.prefix().high()) && result.prefixLength() > 0
                ? RouteAnswer.failed(Errno.EMSGSIZE, result.rule)
                : answer(result, "");
    }

    private static void fill(Flowi6 flow, RouteQuery query) {
        flow.sourceHigh = query.source().high();
        flow.sourceLow = query.source().low();
        flow.destinationHigh = query.destination().high();
        flow.destinationLow = query.destination().low();
        flow.tos = query.tos();
        flow.mark = query.mark();
        flow.protocol = query.protocol() < 0 ? Skb.UDP : query.protocol();
        flow.sourcePort = query.sourcePort();
        flow.destinationPort = query.destinationPort();
    }

    private RouteAnswer outputAnswer(Flowi6 flow, Fib6Result result, Errno error) {
        if (result.incomplete != null) {
            return RouteAnswer.incomplete(result.incomplete);
        }
        if (error != Errno.NONE) {
            return RouteAnswer.failed(error, result.rule);
        }
        IpAddress source =
                Inet6.isUnspecified(flow.sourceHigh, flow.sourceLow)
                        ? preferredSource(flow, result)
                        : new IpAddress(6, flow.sourceHigh, flow.sourceLow);
        return source == null
                ? RouteAnswer.incomplete("no source address to choose")
                : answer(result, source.toString());
    }

    private RouteAnswer answer(Fib6Result result, String preferredSource) {
        return new RouteAnswer(
                Errno.NONE,
                result.info().type(),
                result.table().id(),
                outputDevice(result).name(),
                result.info().nextHops().isEmpty() ? "" : result.nextHop().via(),
                preferredSource,
                List.of(),
                result.route(),
                result.rule,
                "");
    }

    /// Where the packet goes: for addresses of the host's own to the loopback device (kernel:
    /// `ip6_rt_get_dev_rcu`).
    NetDevice outputDevice(Fib6Result result) {
        return result.info().isOwnAddress() && host.loopback() != null
                ? host.loopback()
                : result.nextHop().device();
    }

    /// The source address that the host gives a packet of its own: the route's, or else the one
    /// that RFC 6724 chooses; null if there is none.
    IpAddress preferredSource(Flowi6 flow, Fib6Result result) {
        return result.info().preferredSource() != null
                ? result.info().preferredSource()
                : host.sourceAddress6(
                        outputDevice(result), flow.destinationHigh, flow.destinationLow);
    }
}
