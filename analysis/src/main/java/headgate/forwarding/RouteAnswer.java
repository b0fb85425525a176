package headgate.forwarding;

import java.util.List;

/// What `ip route get` answers, and with it what `ip route get fibmatch` does.
///
/// @param error [Errno#NONE], or what the command fails with; nothing else then has a meaning
/// @param type of the route
/// @param table that answered: 254 also for `local` while the host has no rules of its own, 0 for
///   broadcasts and multicasts that need no route
/// @param device by which the packet leaves; the loopback device for what stays
/// @param via gateway; empty if there is none
/// @param preferredSource source address that the host would choose; empty if the query names one,
///   or an input device
/// @param flags `local`, `broadcast`, `multicast`, `doredirect`
/// @param match the route as the table has it; null if no route was needed
/// @param rule the rule that decided; null while the host has no rules of its own
/// @param incomplete why the answer cannot be known; empty if it is known
public record RouteAnswer(
        Errno error,
        RouteType type,
        int table,
        String device,
        String via,
        String preferredSource,
        List<String> flags,
        Route match,
        FibRule<?, ?> rule,
        String incomplete) {

    public RouteAnswer {
        flags = List.copyOf(flags);
    }

    static RouteAnswer failed(Errno error, FibRule<?, ?> rule) {
        return new RouteAnswer(
                error, RouteType.UNREACHABLE, 0, "", "", "", List.of(), null, rule, "");
    }

    static RouteAnswer incomplete(String why) {
        return new RouteAnswer(
                Errno.NONE, RouteType.UNREACHABLE, 0, "", "", "", List.of(), null, null, why);
    }
}
