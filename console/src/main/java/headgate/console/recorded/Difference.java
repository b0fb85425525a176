package headgate.console.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// One key under which what the kernel did and what was predicted are not the same.
///
/// @param kernel empty if the recording does not have the key
/// @param ours empty if the prediction does not have it
public record Difference(String key, String kernel, String ours) {
    /// Said of the recording itself, not of the frame.
    private static final String UNSTABLE = "unstable";

    private static final String MASK = "mask";

    /// All differences, by key. Bytes of egress frames that the recording masks, because they are
    /// drawn at random or from a clock, are not compared.
    public static List<Difference> between(JsonNode kernel, ObjectNode ours) {
        var differences = new ArrayList<Difference>();
        var keys = new TreeSet<String>();
        kernel.fieldNames().forEachRemaining(keys::add);
        ours.fieldNames().forEachRemaining(keys::add);
        keys.remove(UNSTABLE);
        for (String key : keys) {
            JsonNode theirs = key.equals("drops") ? named(kernel.path(key)) : kernel.path(key);
            JsonNode mine = ours.path(key);
            boolean frames = key.equals("egress") || key.equals("on_neigh_failed");
            if (frames ? !areFramesEqual(theirs, mine) : !areEqual(theirs, mine)) {
                differences.add(new Difference(key, text(theirs), text(mine)));
            }
        }
        return differences;
    }

    /// Where packets are freed, without what the compiler adds to the names of its copies of a
    /// function.
    private static JsonNode named(JsonNode drops) {
        JsonNode copy = drops.deepCopy();
        for (JsonNode drop : copy) {
            if (drop instanceof ObjectNode object && drop.path("at").asText().contains(".")) {
                object.put("at", drop.path("at").asText().replaceFirst("[.].*", ""));
            }
        }
        return copy;
    }

    /// Numbers by their value: how wide they were read does not matter.
    private static boolean areEqual(JsonNode kernel, JsonNode ours) {
        return kernel.equals(Difference::compare, ours);
    }

    private static int compare(JsonNode kernel, JsonNode ours) {
        if (kernel.isNumber() && ours.isNumber()) {
            return kernel.decimalValue().compareTo(ours.decimalValue());
        }
        return kernel.equals(ours) ? 0 : 1;
    }

    private static String text(JsonNode node) {
        return node.isMissingNode() ? "" : node.toString();
    }

    private static boolean areFramesEqual(JsonNode kernel, JsonNode ours) {
        if (!(kernel instanceof ArrayNode) || !(ours instanceof ArrayNode)) {
            return areEqual(kernel, ours);
        }
        if (kernel.size() != ours.size()) {
            return false;
        }
        for (int i = 0; i < kernel.size(); i++) {
            if (!isFrameEqual((ObjectNode) kernel.get(i), (ObjectNode) ours.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFrameEqual(ObjectNode kernel, ObjectNode ours) {
        ObjectNode theirs = kernel.deepCopy();
        ObjectNode mine = ours.deepCopy();
        JsonNode mask = theirs.remove(MASK);
        if (mask != null) {
            theirs.put("hex", masked(theirs.path("hex").asText(), mask));
            mine.put("hex", masked(mine.path("hex").asText(), mask));
        }
        return areEqual(theirs, mine);
    }

    private static String masked(String hex, JsonNode mask) {
        var text = new StringBuilder(hex);
        for (JsonNode range : mask) {
            int from = range.path(0).asInt() * 2;
            int to = from + range.path(1).asInt() * 2;
            for (int i = Math.max(0, from); i < Math.min(to, text.length()); i++) {
                text.setCharAt(i, '?');
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return key + ": kernel " + kernel + ", ours " + ours;
    }
}
