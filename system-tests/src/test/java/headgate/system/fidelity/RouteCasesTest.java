package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.forwarding.Errno;
import headgate.forwarding.Fib6Info;
import headgate.forwarding.FibInfo;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.NextHop;
import headgate.forwarding.Prefix;
import headgate.forwarding.Prefix6;
import headgate.forwarding.Route4;
import headgate.forwarding.Route6;
import headgate.forwarding.RouteAnswer;
import headgate.forwarding.RouteQuery;
import headgate.forwarding.RouteType;
import headgate.packet.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every recorded answer of `ip route get` and `ip -6 route get`, plain and with `fibmatch`.
class RouteCasesTest {
    private static final String ENDING = ".routes.jsonl.gz";

    @TestFactory
    Stream<DynamicTest> answersAsTheKernelDid() {
        return ForwardingCases.scenarios(ENDING).stream()
                .map(s -> DynamicTest.dynamicTest(s, () -> answersAsTheKernelDid(s)));
    }

    private static void answersAsTheKernelDid(String scenario) throws Exception {
        var path = new ForwardingPath(ForwardingCases.snapshot(scenario));
        List<JsonNode> lines = ForwardingCases.lines(scenario + ENDING);
        var differences = new ArrayList<String>();
        for (JsonNode line : lines) {
            RouteAnswer answer = path.route(query(line.get("q")));
            compare(differences, line, "get", get(answer), getOf(line.get("get")));
            compare(differences, line, "fibmatch", match(answer), matchOf(line.get("fibmatch")));
        }
        assertTrue(lines.size() >= 100, "only " + lines.size() + " lines in " + scenario);
        assertEquals(List.of(), differences.stream().limit(10).toList(), scenario);
    }

    private static void compare(
            List<String> differences, JsonNode line, String what, String ours, String kernel) {
        if (!ours.equals(kernel)) {
            differences.add(
                    what + " of " + line.get("q") + ": ours " + ours + ", kernel " + kernel);
        }
    }

    static RouteQuery query(JsonNode q) {
        IpAddress destination = IpAddress.parse(q.get("dst").asText());
        return new RouteQuery(
                destination,
                q.has("src")
                        ? IpAddress.parse(q.get("src").asText())
                        : new IpAddress(destination.version(), 0, 0),
                q.path("iif").asText(""),
                q.path("tos").asInt(0),
                0,
                q.path("proto").asInt(-1),
                q.path("sport").asInt(0),
                q.path("dport").asInt(0));
    }

    /// type, table, device, gateway, preferred source, flags.
    static String get(RouteAnswer answer) {
        if (!answer.incomplete().isEmpty()) {
            return "incomplete: " + answer.incomplete();
        }
        return answer.error() != Errno.NONE
                ? answer.error().name()
                : "%s table %d dev %s via %s src %s %s"
                        .formatted(
                                answer.type().label(),
                                answer.table(),
                                answer.device(),
                                answer.via(),
                                answer.preferredSource(),
                                answer.flags());
    }

    static String getOf(JsonNode get) {
        if (get.has("err")) {
            return get.get("err").asText();
        }
        var flags = new ArrayList<String>();
        get.path("flags").forEach(flag -> flags.add(flag.asText()));
        return "%s table %d dev %s via %s src %s %s"
                .formatted(
                        get.get("type").asText(),
                        get.get("table").asInt(),
                        get.get("dev").asText(),
                        get.path("via").asText(""),
                        get.path("prefsrc").asText(""),
                        flags);
    }

    /// prefix, table, metric, tos, next hops with their weights.
    private static String match(RouteAnswer answer) {
        if (!answer.incomplete().isEmpty()) {
            return "incomplete: " + answer.incomplete();
        }
        if (answer.error() != Errno.NONE) {
            return answer.error().name();
        }
        return switch (answer.match()) {
            case Route4(Prefix prefix, int table, FibInfo info) ->
                    match(info.type(), prefix, table, info.metric(), info.tos(), info.nextHops());
            case Route6(Prefix6 prefix, int table, Fib6Info info) ->
                    match(info.type(), prefix, table, info.metric(), 0, info.nextHops());
        };
    }

    private static String match(
            RouteType type, Record prefix, int table, int metric, int tos, List<NextHop> hops) {
        var ways = new ArrayList<String>();
        for (NextHop hop : hops) {
            ways.add(hop(hop.device().name(), hop.via(), hops.size() > 1 ? hop.weight() : 1));
        }
        return "%s %s table %d metric %d tos %d %s"
                .formatted(type.label(), prefix, table, metric, tos, ways);
    }

    private static String matchOf(JsonNode match) {
        if (match.has("err")) {
            return match.get("err").asText();
        }
        var hops = new ArrayList<String>();
        for (JsonNode hop : match.path("nexthops")) {
            hops.add(hopOf(hop));
        }
        if (match.has("dev")) {
            hops.add(hopOf(match));
        }
        return "%s %s table %d metric %d tos %d %s"
                .formatted(
                        match.get("type").asText(),
                        match.get("match")
                                .asText()
                                .replaceFirst("^(0.0.0.0|::)/0$", "default")
                                .replaceFirst("([.].*)/32$", "$1")
                                .replaceFirst("/128$", ""),
                        match.get("table").asInt(),
                        match.path("metric").asInt(0),
                        match.path("tos").asInt(0),
                        hops);
    }

    private static String hopOf(JsonNode hop) {
        return hop(
                hop.get("dev").asText(), hop.path("via").asText(""), hop.path("weight").asInt(1));
    }

    private static String hop(String device, String via, int weight) {
        return "dev " + device + " via " + via + " weight " + weight;
    }
}
