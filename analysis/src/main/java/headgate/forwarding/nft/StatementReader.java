package headgate.forwarding.nft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.nft.Action.Assign;
import headgate.forwarding.nft.Match.Lookup;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the statements of one rule.
final class StatementReader {
    private final RulesetReader ruleset;
    private final ExpressionReader expressions;
    private final NftChain chain;
    private final long handle;

    StatementReader(RulesetReader ruleset, NftChain chain, long handle) {
        this.ruleset = ruleset;
        this.chain = chain;
        this.handle = handle;
        expressions = new ExpressionReader(ruleset);
    }

    Step read(JsonNode statement) {
        if (statement.isTextual()) {
            return text(statement);
        }
        if (statement.size() != 1) {
            return unknown(statement);
        }
        String kind = statement.fieldNames().next();
        return read(kind, statement.get(kind));
    }

    /// Verdicts may be written so, and what nft has no JSON for.
    private Step text(JsonNode statement) {
        Matcher filled = FILLED_SET.matcher(statement.asText());
        if (filled.find()) {
            NftSet set = named(filled.group(1));
            return unknownFill(set, "what a rule puts into set " + set, statement);
        }
        return read(statement.asText(), statement);
    }

    private Step read(String kind, JsonNode body) {
        return switch (kind) {
            case "match" -> match(body);
            case "vmap" -> verdictMap(body);
            case "accept", "drop", "continue", "return", "jump", "goto" -> verdict(kind, body);
            case "counter" -> counter(body);
            case "limit" -> limit(body);
            case "quota" -> quota(body);
            case "mangle" -> mangle(body);
            case "reject" -> reject(body);
            case "notrack" -> new Action.Notrack();
            case "log", "comment", "last" -> new Assign(Assign.Field.NOTHING, NOTHING);
            case "set", "map" -> setUpdate(kind, body);
            case "meter" -> meter(body);
            case "snat", "dnat", "masquerade", "redirect" -> nat(kind, body);
            case "xt" -> unknown("a match or target of iptables", body);
            case "ct helper", "ct timeout", "ct expectation", "ct count" -> unknown(kind, body);
            default -> unknown("statement " + RulesetReader.shortened(kind), body);
        };
    }

    private static final Pattern FILLED_SET = Pattern.compile("^(?:add|update|delete) @(\\S+)");

    private static final Operand NOTHING =
            new Operand.Constant(Datatype.INTEGER, Interval.of(0, 0));

    private Step unknown(JsonNode statement) {
        return unknown("statement", statement);
    }

    private Step unknown(String what, JsonNode body) {
        return new Step.Unknown(
                ruleset.note(
                        chain.place()
                                + " handle "
                                + handle
                                + ": "
                                + what
                                + " "
                                + RulesetReader.shortened(body.toString())
                                + " is not known"),
                what.startsWith("ct ") || body.toString().contains("{\"ct\""));
    }

    private Step verdict(String kind, JsonNode body) {
        JsonNode target = body.path("target");
        return new Step.Verdict(
                switch (kind) {
                    case "accept" -> new NftVerdict(Step.ACCEPT, null);
                    case "drop" -> new NftVerdict(Step.DROP, null);
                    case "return" -> new NftVerdict(Step.RETURN, null);
                    case "jump" -> new NftVerdict(Step.JUMP, ruleset.chain(target.asText()));
                    case "goto" -> new NftVerdict(Step.GOTO, ruleset.chain(target.asText()));
                    default -> new NftVerdict(Step.NEXT, null);
                });
    }

    private Step match(JsonNode body) {
        Operand left = expressions.operand(body.path("left"), Datatype.INTEGER);
        JsonNode right = body.path("right");
        String operator = body.path("op").asText("==");
        boolean negated = operator.equals("!=");
        if (right.isTextual() && right.asText().startsWith("@")) {
            return new Lookup(left, ruleset.set(right.asText().substring(1)), negated);
        }
        if (right.has("set")) {
            NftSet set = ruleset.anonymous(right.get("set"), left.types(), new Datatype[0], false);
            return new Lookup(left, set, negated);
        }
        if (right.isBoolean() && left instanceof FibOperand question) {
            left = question.presence();
        }
        if (left.width() > 1) {
            return concatMatch(left, right, negated, body);
        }
        Interval constant = expressions.constant(right, left.type());
        if (constant == null) {
            return right.isObject() && !right.has("range") && !right.has("prefix")
                    ? new Match.Same(left, expressions.operand(right, left.type()), negated)
                    : unknown("match", body);
        }
        return compare(left, operator, constant, body);
    }

    private Step concatMatch(Operand left, JsonNode right, boolean negated, JsonNode body) {
        JsonNode values = right.path("concat");
        Datatype[] types = left.types();
        if (values.size() != types.length) {
            return unknown("match", body);
        }
        var intervals = new Interval[types.length];
        for (int i = 0; i < intervals.length; i++) {
            intervals[i] = expressions.constant(values.get(i), types[i]);
            if (intervals[i] == null) {
                return unknown("match", body);
            }
        }
        return new Match.AllWithin(left, intervals, negated);
    }

    private Step compare(Operand left, String operator, Interval right, JsonNode body) {
        boolean bits = left.type().kind() == Datatype.Kind.BITS;
        var from = new Interval(right.firstHigh(), right.firstLow(), -1, -1);
        var upTo = new Interval(0, 0, right.lastHigh(), right.lastLow());
        return switch (operator) {
            case "==" -> new Match.Within(left, right, false);
            case "!=" -> new Match.Within(left, right, true);
            case "in" ->
                    bits
                            ? new Match.Bits(left, right.firstLow(), false)
                            : new Match.Within(left, right, false);
            case "!" -> new Match.Bits(left, right.firstLow(), true);
            case "<" -> new Match.Within(left, from, true);
            case ">=" -> new Match.Within(left, from, false);
            case ">" -> new Match.Within(left, upTo, true);
            case "<=" -> new Match.Within(left, upTo, false);
            default -> unknown("operator", body);
        };
    }

    private Step verdictMap(JsonNode body) {
        Operand key = expressions.operand(body.path("key"), Datatype.INTEGER);
        JsonNode data = body.path("data");
        if (data.isTextual() && data.asText().startsWith("@")) {
            return new Match.VerdictMap(key, ruleset.set(data.asText().substring(1)));
        }
        JsonNode elements = data.has("set") ? data.get("set") : data;
        return new Match.VerdictMap(
                key, ruleset.anonymous(elements, key.types(), new Datatype[0], true));
    }

    private Step counter(JsonNode body) {
        if (!body.isTextual()) {
            return body.has("map")
                    ? unknown("counter", body)
                    : new Step.Counter(ruleset.addCounter(null, body));
        }
        Integer named = ruleset.namedCounter(body.asText());
        return named == null ? unknown("counter", body) : new Step.Counter(named);
    }

    private Step limit(JsonNode body) {
        Integer index =
                body.isTextual() ? ruleset.namedLimit(body.asText()) : ruleset.addLimit(body);
        return index == null ? unknown("limit", body) : new Step.Limit(index);
    }

    private Step quota(JsonNode body) {
        Integer index =
                body.isTextual()
                        ? ruleset.namedQuota(body.asText())
                        : Integer.valueOf(ruleset.addQuota(body, false));
        return index == null ? unknown("quota", body) : new Step.Quota(index);
    }

    private Step mangle(JsonNode body) {
        JsonNode key = body.path("key");
        String meta = key.path("meta").path("key").asText();
        String ct = key.path("ct").path("key").asText();
        if (meta.equals("mark")) {
            return new Assign(
                    Assign.Field.MARK, expressions.value(body.path("value"), Datatype.MARK));
        }
        if (meta.equals("priority")) {
            return new Assign(
                    Assign.Field.PRIORITY,
                    expressions.value(body.path("value"), Datatype.CLASS_ID));
        }
        if (meta.equals("nftrace") || meta.equals("secmark")) {
            return new Assign(Assign.Field.NOTHING, NOTHING);
        }
        if (ct.equals("mark")) {
            return new Assign(
                    Assign.Field.CT_MARK, expressions.value(body.path("value"), Datatype.MARK));
        }
        if (ct.equals("zone")) {
            int directions =
                    switch (key.path("ct").path("dir").asText()) {
                        case "original" -> NfPacket.ORIGINAL;
                        case "reply" -> NfPacket.REPLY;
                        default -> NfPacket.ORIGINAL | NfPacket.REPLY;
                    };
            Operand zone = expressions.value(body.path("value"), Datatype.number(16));
            return new Action.SetZone(zone, directions);
        }
        Operand place = expressions.operand(key, Datatype.INTEGER);
        if (place instanceof Operand.Payload payload && payload.isWritable()) {
            return new Action.Mangle(
                    payload, expressions.value(body.path("value"), payload.type()));
        }
        if (place instanceof HeaderOption option && option.isWritable()) {
            return new Action.SetTcpOption(
                    option, expressions.value(body.path("value"), option.type()));
        }
        return unknown("assignment", body);
    }

    private Step setUpdate(String kind, JsonNode body) {
        NftSet set = named(body.path(kind).asText());
        SetUpdate.Operation operation =
                switch (body.path("op").asText()) {
                    case "add" -> SetUpdate.Operation.ADD;
                    case "update" -> SetUpdate.Operation.UPDATE;
                    case "delete" -> SetUpdate.Operation.DELETE;
                    default -> null;
                };
        return setUpdate(operation, set, body.path("elem"), body.path("data"), body.path("stmt"));
    }

    private NftSet named(String name) {
        return ruleset.set(name.startsWith("@") ? name.substring(1) : name);
    }

    private Step setUpdate(
            SetUpdate.Operation operation,
            NftSet set,
            JsonNode element,
            JsonNode data,
            JsonNode statements) {
        JsonNode body = element.has("elem") ? element.get("elem") : element;
        JsonNode key = element.has("elem") ? body.path("val") : element;
        var meters = new ArrayList<Meter.Spec>();
        boolean known = operation != null && set.isDeclared();
        known &= !body.path("timeout").isIntegralNumber() || body.path("timeout").asLong() > 0;
        for (JsonNode statement : statements) {
            for (var each : statement.properties()) {
                known &= ruleset.readMeter(each.getKey(), each.getValue(), meters);
            }
        }
        if (!known) {
            return unknownFill(set, "what a rule puts into set " + set, body);
        }
        set.markFilled();
        Operand values = data.isMissingNode() ? null : expressions.operand(data, set.dataType(0));
        var update =
                new SetUpdate(
                        operation,
                        set,
                        expressions.operand(key, Datatype.INTEGER),
                        values,
                        RulesetReader.nanos(body.path("timeout")),
                        meters);
        ruleset.tallies.setUpdates.add(update);
        return update;
    }

    /// What such a rule did to the set cannot be told either.
    private Step unknownFill(NftSet set, String what, JsonNode body) {
        set.markUnknown(what + " is not known");
        return unknown(what, body);
    }

    /// The set of a meter is not listed apart from it.
    private Step meter(JsonNode body) {
        JsonNode key = body.path("key");
        JsonNode element = key.has("elem") ? key.get("elem").path("val") : key;
        NftSet set = ruleset.set("meter " + body.path("name").asText());
        set.declare(expressions.operand(element, Datatype.INTEGER).types(), new Datatype[0]);
        set.declareGrowth(body.path("size").asLong(), 0, List.of());
        JsonNode statement = body.path("stmt");
        return setUpdate(
                SetUpdate.Operation.UPDATE,
                set,
                key,
                MissingNode.getInstance(),
                statement.isArray()
                        ? statement
                        : JsonNodeFactory.instance.arrayNode().add(statement));
    }

    private Step nat(String kind, JsonNode body) {
        Step step = new NatReader(expressions).read(kind, body, ruleset.family());
        return step == null ? unknown(kind, body) : step;
    }

    private Step reject(JsonNode body) {
        String type = body.path("type").asText();
        JsonNode code = body.path("expr");
        if (type.equals("tcp reset")) {
            return new Action.RejectStep(Reject.TCP_RESET, Reject.TCP_RESET);
        }
        if (type.isEmpty()) {
            return new Action.RejectStep(new Reject(3), new Reject(4));
        }
        Datatype codes =
                switch (type) {
                    case "icmp" -> Datatype.ICMP_CODE;
                    case "icmpv6" -> Datatype.ICMPV6_CODE;
                    case "icmpx" -> Datatype.ICMPX_CODE;
                    default -> null;
                };
        Interval value = codes == null ? null : expressions.constant(code, codes);
        if (value == null || !value.isSingle()) {
            return unknown("reject", body);
        }
        int number = (int) value.firstLow();
        return switch (type) {
            case "icmp" -> new Action.RejectStep(new Reject(number), null);
            case "icmpv6" -> new Action.RejectStep(null, new Reject(number));
            default -> eitherFamily(number, body);
        };
    }

    /// Kernel: `nft_reject_icmp_code`, `nft_reject_icmpv6_code`.
    private Step eitherFamily(int icmpx, JsonNode body) {
        return switch (icmpx) {
            case 0 -> new Action.RejectStep(new Reject(0), new Reject(0));
            case 1 -> new Action.RejectStep(new Reject(3), new Reject(4));
            case 2 -> new Action.RejectStep(new Reject(1), new Reject(3));
            case 3 -> new Action.RejectStep(new Reject(13), new Reject(1));
            default -> unknown("reject", body);
        };
    }
}
