package headgate.forwarding.nft;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads the elements of one set or map.
final class SetReader {
    private final RulesetReader ruleset;
    private final NftSet set;
    private final ExpressionReader expressions;

    SetReader(RulesetReader ruleset, NftSet set) {
        this.ruleset = ruleset;
        this.set = set;
        expressions = new ExpressionReader(ruleset);
    }

    static List<String> texts(JsonNode node) {
        var texts = new ArrayList<String>();
        if (node.isTextual()) {
            texts.add(node.asText());
        }
        node.forEach(name -> texts.add(name.asText()));
        return texts;
    }

    void read(JsonNode elements, boolean map) {
        if (!elements.isArray()) {
            return;
        }
        for (JsonNode element : elements) {
            boolean pair = map && element.isArray() && element.size() == 2;
            JsonNode key = pair ? element.get(0) : element;
            JsonNode data = pair ? element.get(1) : null;
            if (pair != map || !readElement(key, data)) {
                set.markLacking();
                ruleset.note(
                        "element "
                                + RulesetReader.shortened(element.toString())
                                + " of set "
                                + set
                                + " is not known");
            }
        }
    }

    /// @return false if it is not known
    private boolean readElement(JsonNode node, JsonNode data) {
        JsonNode body = node.path("elem");
        JsonNode key = body.isMissingNode() ? node : body.path("val");
        var meters = new ArrayList<Meter.Spec>();
        boolean doubt = body.has("expires") || !readMeters(body, meters);
        boolean catchAll = key.isTextual() && key.asText().equals("*");
        Interval[] parts = catchAll ? null : constants(key, set.keys());
        if (!catchAll && parts == null) {
            return false;
        }
        Interval[] value = null;
        NftVerdict verdict = null;
        if (data != null && set.data().length == 0) {
            verdict = verdict(data, ruleset);
        } else if (data != null) {
            value = constants(data, set.data());
        }
        if (data != null && verdict == null && (value == null || !isSingle(value))) {
            return false;
        }
        set.add(parts, value, verdict, doubt);
        set.meterLast(meters);
        return true;
    }

    /// @return false if one of them is not known
    private boolean readMeters(JsonNode element, List<Meter.Spec> meters) {
        boolean known = true;
        for (var field : element.properties()) {
            known &=
                    Set.of("val", "timeout", "expires", "comment").contains(field.getKey())
                            || ruleset.readMeter(field.getKey(), field.getValue(), meters);
        }
        return known;
    }

    private static boolean isSingle(Interval[] values) {
        for (Interval value : values) {
            if (!value.isSingle()) {
                return false;
            }
        }
        return true;
    }

    private Interval[] constants(JsonNode node, Datatype[] types) {
        JsonNode concat = node.path("concat");
        if (types.length == 1) {
            Interval only = expressions.constant(node, types[0]);
            return only == null ? null : new Interval[] {only};
        }
        if (concat.size() != types.length) {
            return null;
        }
        var parts = new Interval[types.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = expressions.constant(concat.get(i), types[i]);
            if (parts[i] == null) {
                return null;
            }
        }
        return parts;
    }

    /// @return null if it is no verdict
    static NftVerdict verdict(JsonNode node, RulesetReader ruleset) {
        String kind = node.isObject() && !node.isEmpty() ? node.fieldNames().next() : "";
        JsonNode target = node.path(kind).path("target");
        return switch (kind) {
            case "accept" -> new NftVerdict(Step.ACCEPT, null);
            case "drop" -> new NftVerdict(Step.DROP, null);
            // The rule goes on behind the map.
            case "continue" -> new NftVerdict(Step.NEXT, null);
            case "return" -> new NftVerdict(Step.RETURN, null);
            case "jump" -> new NftVerdict(Step.JUMP, ruleset.chain(target.asText()));
            case "goto" -> new NftVerdict(Step.GOTO, ruleset.chain(target.asText()));
            default -> null;
        };
    }
}
