package headgate.forwarding.nft;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.forwarding.nft.FibOperand.Question;
import headgate.forwarding.nft.Operand.Bitwise;
import headgate.forwarding.nft.PayloadField.Base;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Reads expressions: what of a packet a rule reads, and the constants beside it.
final class ExpressionReader {
    private static final int DEEPEST = 32;
    private static final int MOST_RAW_BITS = 128;

    private static final Map<String, Bitwise.Operator> OPERATORS =
            Map.of(
                    "&", Bitwise.Operator.AND,
                    "|", Bitwise.Operator.OR,
                    "^", Bitwise.Operator.XOR,
                    "<<", Bitwise.Operator.SHIFT_LEFT,
                    ">>", Bitwise.Operator.SHIFT_RIGHT);

    private final RulesetReader ruleset;

    ExpressionReader(RulesetReader ruleset) {
        this.ruleset = ruleset;
    }

    /// What a rule reads from a packet; an [Operand.Unknown] if it is not known.
    ///
    /// @param constants type of the constants that may stand in it
    Operand operand(JsonNode node, Datatype constants) {
        return operand(node, constants, 0);
    }

    private Operand operand(JsonNode node, Datatype constants, int depth) {
        if (depth > DEEPEST) {
            return unknown("an expression that is nested too deep");
        }
        if (!node.isObject() || node.has("prefix") || node.has("range")) {
            Interval constant = constant(node, constants);
            return constant == null
                    ? unknown("constant " + RulesetReader.shortened(node.toString()))
                    : new Operand.Constant(constants, constant);
        }
        String kind = node.isEmpty() ? "" : node.fieldNames().next();
        JsonNode body = node.path(kind);
        return switch (kind) {
            case "payload" -> payload(body);
            case "meta" -> meta(body.path("key").asText());
            case "ct" -> ct(body);
            case "fib" -> fib(body);
            case "exthdr" -> exthdr(body);
            case "tcp option" ->
                    known(
                            HeaderOption.tcpOption(
                                    body.path("name").asText(), body.path("field").asText()),
                            node);
            case "rt" ->
                    body.path("key").asText().equals("mtu")
                            ? new MaximumSegment()
                            : unknown("rt " + RulesetReader.shortened(body.toString()));
            case "concat" -> concat(body, depth);
            case "map" -> map(body, depth);
            case "&", "|", "^", "<<", ">>" -> bitwise(kind, body, constants, depth);
            default -> unknown("expression " + RulesetReader.shortened(node.toString()));
        };
    }

    private Operand unknown(String what) {
        return new Operand.Unknown(ruleset.note(what + " is not known"), what.startsWith("ct "));
    }

    private Operand known(Operand operand, JsonNode node) {
        return operand != null
                ? operand
                : unknown("expression " + RulesetReader.shortened(node.toString()));
    }

    private Operand payload(JsonNode body) {
        if (body.has("base")) {
            return rawPayload(body);
        }
        String protocol = body.path("protocol").asText();
        String name = body.path("field").asText();
        if (protocol.equals("vlan")) {
            return switch (name) {
                case "id" -> new Operand.Vlan(0, 12);
                case "cfi", "dei" -> new Operand.Vlan(12, 1);
                case "pcp" -> new Operand.Vlan(13, 3);
                default -> unknown("header field " + RulesetReader.shortened(body.toString()));
            };
        }
        PayloadField field = PayloadField.of(protocol, name);
        return field == null
                ? unknown("header field " + RulesetReader.shortened(body.toString()))
                : new Operand.Payload(field, PayloadField.typesWith(protocol, name));
    }

    private Operand rawPayload(JsonNode body) {
        Base base =
                switch (body.path("base").asText()) {
                    case "ll" -> Base.LINK;
                    case "nh" -> Base.NETWORK;
                    case "th" -> Base.TRANSPORT;
                    case "ih" -> Base.INNER;
                    default -> null;
                };
        int bit = body.path("offset").asInt(-1);
        int bits = body.path("len").asInt();
        boolean aligned = bit % 8 == 0 && bits % 8 == 0;
        if (base == null
                || bit < 0
                || bit > 1 << 20
                || bits < 1
                || bits > (aligned ? MOST_RAW_BITS : MOST_RAW_BITS - 8)) {
            return unknown("header field " + RulesetReader.shortened(body.toString()));
        }
        return new Operand.Payload(PayloadField.raw(base, bit, bits));
    }

    private Operand meta(String key) {
        try {
            var known = MetaOperand.Key.valueOf(key.toUpperCase(Locale.ROOT));
            return key.equals(key.toLowerCase(Locale.ROOT))
                    ? new MetaOperand(known)
                    : unknown("meta " + RulesetReader.shortened(key));
        } catch (IllegalArgumentException e) {
            return unknown("meta " + RulesetReader.shortened(key));
        }
    }

    private Operand ct(JsonNode body) {
        int direction =
                switch (body.path("dir").asText()) {
                    case "original" -> 0;
                    case "reply" -> 1;
                    default -> -1;
                };
        boolean ipv6 = body.path("family").asText(ruleset.family()).equals("ip6");
        String name = body.path("key").asText();
        CtOperand.Key key =
                switch (name) {
                    case "state" -> CtOperand.Key.STATE;
                    case "direction" -> CtOperand.Key.DIRECTION;
                    case "status" -> CtOperand.Key.STATUS;
                    case "mark" -> CtOperand.Key.MARK;
                    case "zone" -> CtOperand.Key.ZONE;
                    case "l3proto" -> CtOperand.Key.L3PROTO;
                    case "protocol" -> CtOperand.Key.PROTOCOL;
                    case "proto-src" -> CtOperand.Key.PROTO_SRC;
                    case "proto-dst" -> CtOperand.Key.PROTO_DST;
                    case "saddr" -> ipv6 ? CtOperand.Key.SADDR6 : CtOperand.Key.SADDR;
                    case "daddr" -> ipv6 ? CtOperand.Key.DADDR6 : CtOperand.Key.DADDR;
                    case "ip saddr" -> CtOperand.Key.SADDR;
                    case "ip daddr" -> CtOperand.Key.DADDR;
                    case "ip6 saddr" -> CtOperand.Key.SADDR6;
                    case "ip6 daddr" -> CtOperand.Key.DADDR6;
                    default -> null;
                };
        return key == null
                ? unknown("ct " + RulesetReader.shortened(name))
                : new CtOperand(key, direction);
    }

    private Operand fib(JsonNode body) {
        Set<String> flags = Set.copyOf(SetReader.texts(body.path("flags")));
        FibOperand.Result result =
                switch (body.path("result").asText()) {
                    case "type" -> FibOperand.Result.TYPE;
                    case "oif" -> FibOperand.Result.OIF;
                    case "oifname" -> FibOperand.Result.OIFNAME;
                    case "check" -> FibOperand.Result.PRESENT;
                    default -> null;
                };
        if (result == null || flags.contains("saddr") == flags.contains("daddr")) {
            return unknown("fib " + RulesetReader.shortened(body.toString()));
        }
        return new FibOperand(
                new Question(
                        flags.contains("saddr"),
                        flags.contains("iif"),
                        flags.contains("oif"),
                        flags.contains("mark")),
                result);
    }

    private Operand exthdr(JsonNode body) {
        return known(
                HeaderOption.extensionHeader(
                        body.path("name").asText(), body.path("field").asText()),
                body);
    }

    private Operand concat(JsonNode body, int depth) {
        if (body.isEmpty() || body.size() > Evaluation.REGISTERS / 2) {
            return unknown("a concatenation of " + body.size() + " values");
        }
        var parts = new Operand[body.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = operand(body.get(i), Datatype.INTEGER, depth + 1);
            if (parts[i].width() != 1) {
                return unknown("a concatenation within a concatenation");
            }
        }
        return new Operand.Concat(parts);
    }

    private Operand map(JsonNode body, int depth) {
        Operand key = operand(body.path("key"), Datatype.INTEGER, depth + 1);
        JsonNode data = body.path("data");
        if (data.isTextual() && data.asText().startsWith("@")) {
            return new Operand.MapLookup(key, ruleset.set(data.asText().substring(1)));
        }
        // The values of a map in a rule have the type of what it is given to, which only that
        // knows.
        return unknown("a map whose values have no type");
    }

    /// As [#operand], where the type of what a map in the rule gives is known.
    Operand value(JsonNode node, Datatype... types) {
        JsonNode map = node.path("map");
        JsonNode data = map.path("data");
        if (data.has("set") || data.isArray()) {
            Operand key = operand(map.path("key"), Datatype.INTEGER);
            JsonNode elements = data.has("set") ? data.path("set") : data;
            return new Operand.MapLookup(
                    key, ruleset.anonymous(elements, key.types(), types, true));
        }
        return operand(node, types[0]);
    }

    private Operand bitwise(String kind, JsonNode body, Datatype constants, int depth) {
        if (body.size() < 2) {
            return unknown("expression " + kind);
        }
        Interval folded = constant(body, kind, constants);
        if (folded != null) {
            return new Operand.Constant(constants, folded);
        }
        Operand result = operand(body.get(0), constants, depth + 1);
        for (int i = 1; i < body.size(); i++) {
            Datatype type = kind.length() == 2 ? Datatype.INTEGER : result.type();
            Operand right = operand(body.get(i), type, depth + 1);
            if (result.width() != 1 || right.width() != 1) {
                return unknown("expression " + kind + " of several values");
            }
            result = new Bitwise(OPERATORS.get(kind), result, right);
        }
        return result;
    }

    /// The constant that `|` of constants is; null if it is something else.
    private Interval constant(JsonNode parts, String operator, Datatype type) {
        return operator.equals("|") ? constant(parts, type) : null;
    }

    /// A constant: one value, a range, a prefix, or names of bits.
    ///
    /// @return null if it is not one of that type
    Interval constant(JsonNode node, Datatype type) {
        return constant(node, type, 0);
    }

    private Interval constant(JsonNode node, Datatype type, int depth) {
        if (depth > DEEPEST) {
            return null;
        }
        if (node.isBoolean()) {
            return Interval.of(0, node.asBoolean() ? 1 : 0);
        }
        if (node.isTextual() || node.isNumber()) {
            return type.parse(node.asText(), ruleset.devices());
        }
        if (node.isArray()) {
            return anyOf(node, type, depth);
        }
        if (node.has("|")) {
            return anyOf(node.get("|"), type, depth);
        }
        if (node.has("range")) {
            Interval first = constant(node.path("range").path(0), type, depth + 1);
            Interval last = constant(node.path("range").path(1), type, depth + 1);
            if (first == null || last == null) {
                return null;
            }
            var range =
                    new Interval(
                            first.firstHigh(), first.firstLow(), last.lastHigh(), last.lastLow());
            return range.isOrdered() ? range : null;
        }
        return node.has("prefix") ? prefix(node.get("prefix"), type, depth) : null;
    }

    private Interval anyOf(JsonNode names, Datatype type, int depth) {
        long high = 0;
        long low = 0;
        for (JsonNode name : names) {
            Interval bit = constant(name, type, depth + 1);
            if (bit == null || !bit.isSingle()) {
                return null;
            }
            high |= bit.firstHigh();
            low |= bit.firstLow();
        }
        return names.isEmpty() ? null : Interval.of(high, low);
    }

    private Interval prefix(JsonNode body, Datatype type, int depth) {
        Interval address = constant(body.path("addr"), type, depth + 1);
        int length = body.path("len").asInt(-1);
        if (address == null || length < 0 || length > type.bits()) {
            return null;
        }
        return Interval.prefix(address.firstHigh(), address.firstLow(), length, type.bits());
    }
}
