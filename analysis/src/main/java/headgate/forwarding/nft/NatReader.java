package headgate.forwarding.nft;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.forwarding.conntrack.NfPacket;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Reads NAT statements.
final class NatReader {
    private static final Set<String> KNOWN_FLAGS = Set.of("random", "fully-random", "persistent");

    private final ExpressionReader expressions;

    NatReader(ExpressionReader expressions) {
        this.expressions = expressions;
    }

    /// @return null if it says something that is not known
    Step read(String kind, JsonNode body, String tableFamily) {
        List<String> flags = SetReader.texts(body.path("flags"));
        if (!KNOWN_FLAGS.containsAll(flags) || body.has("type_flags")) {
            return null;
        }
        int family = family(body.path("family").asText(tableFamily));
        var range = new Operand[4];
        if (body.has("addr")) {
            Datatype type = family == NfPacket.IPV6 ? Datatype.IPV6_ADDR : Datatype.IPV4_ADDR;
            readRange(body.path("addr"), range, 0, body.has("port"), type);
        }
        if (body.has("port")) {
            readRange(body.path("port"), range, 2, true, Datatype.INET_SERVICE);
        }
        boolean random = flags.contains("random") || flags.contains("fully-random");
        return new NatStep(
                NatStep.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), family, range, random);
    }

    private static int family(String name) {
        return switch (name) {
            case "ip" -> NfPacket.IPV4;
            case "ip6" -> NfPacket.IPV6;
            default -> 0;
        };
    }

    /// @param alone whether a map gives this alone, and not a port with it
    private void readRange(JsonNode node, Operand[] range, int at, boolean alone, Datatype type) {
        Interval constant = expressions.constant(node, type);
        if (constant != null) {
            range[at] =
                    new Operand.Constant(
                            type, Interval.of(constant.firstHigh(), constant.firstLow()));
            if (!constant.isSingle()) {
                range[at + 1] =
                        new Operand.Constant(
                                type, Interval.of(constant.lastHigh(), constant.lastLow()));
            }
            return;
        }
        JsonNode data = node.path("map").path("data");
        boolean pairs = !alone && data.toString().contains("\"concat\"");
        range[at] =
                pairs
                        ? expressions.value(node, type, Datatype.INET_SERVICE)
                        : expressions.value(node, type);
    }
}
