package headgate.forwarding;

import java.util.List;

/// The route of a packet of the host's own (kernel: `ip_route_output_key_hash_rcu`), as far as
/// unicast destinations go.
final class OutputRoute {
    private final HostSnapshot host;

    OutputRoute(HostSnapshot host) {
        this.host = host;
    }

    RouteAnswer answer(RouteQuery query) {
        int destination = (int) query.destination().low();
        if (destination == 0
                || destination == Inet4.LIMITED_BROADCAST
                || Inet4.isMulticast(destination)) {
            return RouteAnswer.incomplete(
                    "broadcasts and multicasts of the host's own are not modelled");
        }
        if (source(query) != 0 && !host.hasAddress(source(query))) {
            return RouteAnswer.failed(Errno.EINVAL, null);
        }
        var result = new FibResult();
        Errno error = host.rules().lookup(flow(query), false, result);
        if (result.incomplete != null) {
            return RouteAnswer.incomplete(result.incomplete);
        }
        if (error != Errno.NONE) {
            return RouteAnswer.failed(error, result.rule);
        }
        return switch (result.info.type()) {
            case LOCAL -> local(query, result);
            case UNICAST -> unicast(query, result);
            case BROADCAST, ANYCAST, MULTICAST, BLACKHOLE, UNREACHABLE, PROHIBIT, THROW ->
                    RouteAnswer.incomplete(
                            "routes of type "
                                    + result.info.type().label()
                                    + " are not modelled for packets of the host's own");
        };
    }

    private static int source(RouteQuery query) {
        return (int) query.source().low();
    }

    private Flowi4 flow(RouteQuery query) {
        var flow = new Flowi4();
        flow.inputDevice = host.loopback();
        flow.source = source(query);
        flow.destination = (int) query.destination().low();
        flow.tos = query.tos();
        flow.mark = query.mark();
        flow.protocol = query.protocol() < 0 ? Skb.UDP : query.protocol();
        flow.sourcePort = query.sourcePort();
        flow.destinationPort = query.destinationPort();
        return flow;
    }

    private RouteAnswer local(RouteQuery query, FibResult result) {
        String device = host.loopback() == null ? "lo" : host.loopback().name();
        int destination = (int) query.destination().low();
        int source = source(query) != 0 ? source(query) : destination;
        return answer(result, device, "", Inet4.format(source), List.of("local"));
    }

    private RouteAnswer unicast(RouteQuery query, FibResult result) {
        if (result.info.isMultipath()) {
            return RouteAnswer.incomplete(
                    "multipath is not modelled for packets of the host's own");
        }
        NextHop hop = result.nextHop();
        int source = source(query) != 0 ? source(query) : source(result.info, hop);
        if (source == 0) {
            return RouteAnswer.incomplete("no source address to choose on " + hop.device());
        }
        return answer(result, hop.device().name(), hop.via(), Inet4.format(source), List.of());
    }

    /// The route's own choice, or the primary address in the next hop's subnet, or the first.
    private static int source(FibInfo info, NextHop hop) {
        if (info.preferredSource() != 0) {
            return info.preferredSource();
        }
        List<NetDevice.Address> addresses = hop.device().addresses();
        for (NetDevice.Address address : addresses) {
            if (!address.secondary() && hop.gateway() != 0 && address.matches(hop.gateway())) {
                return address.local();
            }
        }
        return addresses.isEmpty() ? 0 : addresses.getFirst().local();
    }

    private static RouteAnswer answer(
            FibResult result, String device, String via, String source, List<String> flags) {
        return new RouteAnswer(
                Errno.NONE,
                result.info.type(),
                result.table.id(),
                device,
                via,
                source,
                flags,
                result.route(),
                result.rule,
                "");
    }
}
