package headgate.console;

import headgate.forwarding.Errno;
import headgate.forwarding.RouteAnswer;
import headgate.forwarding.Verdict;
import headgate.packet.FlowKey;

/// Verdicts and route answers in words, on one line each.
final class VerdictText {
    private VerdictText() {}

    /// No `default`: a new verdict must not compile until it has its words here.
    static String explain(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Forward f ->
                    "forward out %s to %s%s%s%s by %s"
                            .formatted(
                                    f.device(),
                                    f.nextHop(),
                                    f.nextHopMac().isEmpty() ? "" : " (" + f.nextHopMac() + ")",
                                    f.fragments() > 1 ? " in " + f.fragments() + " fragments" : "",
                                    f.redirect() ? ", source redirected," : "",
                                    f.route());
            case Verdict.Pending p ->
                    "wait out %s for the link address of %s by %s"
                            .formatted(p.device(), p.nextHop(), p.route());
            case Verdict.Local l -> "deliver here (" + l.type() + ")";
            case Verdict.Reassembling _ -> "keep the fragment until the others are here";
            case Verdict.Consumed _ -> "taken up by the host itself";
            case Verdict.Refused r ->
                    "%s: dropped in %s, %s%s"
                            .formatted(
                                    r.reason(), r.function(), r.dropReason(), answer(r.answer()));
            case Verdict.Incomplete i -> "incomplete: " + i.why();
        };
    }

    private static String answer(Verdict.IcmpError answer) {
        if (answer == null) {
            return ", silently";
        }
        String way = answer.device().isEmpty() ? "" : " out " + answer.device();
        return ", source told by ICMP " + answer.type() + "/" + answer.code() + way;
    }

    static String explain(RouteAnswer answer) {
        if (!answer.incomplete().isEmpty()) {
            return "incomplete: " + answer.incomplete();
        }
        String rule = answer.rule() == null ? "" : "; rule " + answer.rule();
        if (answer.error() != Errno.NONE) {
            return answer.error() + rule;
        }
        return answer.type().label()
                + (answer.via().isEmpty() ? "" : " via " + answer.via())
                + " dev "
                + answer.device()
                + " table "
                + answer.table()
                + (answer.preferredSource().isEmpty() ? "" : " src " + answer.preferredSource())
                + (answer.flags().isEmpty() ? "" : " <" + String.join(",", answer.flags()) + ">")
                + (answer.match() == null ? "" : "; route " + answer.match())
                + rule;
    }

    static String flow(FlowKey flow) {
        if (flow == null) {
            return "not IP";
        }
        String protocol =
                switch (flow.protocol()) {
                    case 1 -> "icmp";
                    case 6 -> "tcp";
                    case 17 -> "udp";
                    case 58 -> "icmp6";
                    default -> "protocol " + flow.protocol();
                };
        return endpoint(flow, flow.source(), flow.sourcePort())
                + " > "
                + endpoint(flow, flow.destination(), flow.destinationPort())
                + " "
                + protocol;
    }

    private static String endpoint(FlowKey flow, String address, int port) {
        boolean ports = flow.hasPorts() && flow.protocol() != 1 && flow.protocol() != 58;
        if (!ports) {
            return address;
        }
        return flow.ipVersion() == 6 ? "[" + address + "]:" + port : address + ":" + port;
    }
}
