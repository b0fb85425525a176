package headgate.forwarding.syntax;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Tells the [Format] of a file by how it begins.
public final class Recognition {
    /// How much of a file is looked at.
    public static final int HEAD_BYTES = 1 << 16;

    private static final int MOST_LINES = 100;

    private static final Pattern DEVICE = Pattern.compile("[0-9]+: \\S+ <[A-Z0-9_,-]*>.*");
    private static final Pattern RULE = Pattern.compile("[0-9]+:\\s+(not )?from .*");
    private static final Pattern NEXT_HOP =
            Pattern.compile("id [0-9]+ (via|dev|group|blackhole).*");
    private static final Pattern GROUPS = Pattern.compile("[0-9]+:\t\\S+");
    private static final Pattern TABLE = Pattern.compile("\\*(filter|nat|mangle|raw|security)");
    private static final Pattern SETTING = Pattern.compile("[a-z][\\w./@:-]* ?= ?.*");
    private static final Pattern FRR_ROUTE =
            Pattern.compile("[A-Za-z][>* ][>*qrbto ]{0,2}\\s*[0-9a-fA-F.:]+/[0-9]+ .*");
    private static final Pattern BIRD_ROUTE =
            Pattern.compile("[0-9a-fA-F.:]+/[0-9]+\\s+.* \\[[^]]+\\].*");
    private static final Pattern ROUTE =
            Pattern.compile("(default|[0-9a-fA-F.:]+(/[0-9]+)?)( .*)?");

    private Recognition() {}

    /// @param head the first [#HEAD_BYTES] of the file, or all of it
    /// @return null if it is nothing that is known
    public static Format of(byte[] head) {
        if (isMrt(head)) {
            return Format.MRT;
        }
        String text = new String(head, StandardCharsets.UTF_8);
        String start = text.stripLeading();
        return start.startsWith("{") || start.startsWith("[") ? ofJson(start) : ofText(text);
    }

    private static boolean isMrt(byte[] head) {
        return head.length >= 12 && head[4] == 0 && head[5] == MrtTable.TABLE_DUMP_V2;
    }

    // ---- JSON ----

    private static Format ofJson(String text) {
        var keys = new HashSet<String>();
        var values = new HashSet<String>();
        try (JsonParser json = SnapshotJson.MAPPER.getFactory().createParser(text)) {
            gather(json, keys, values);
        } catch (IOException e) {
            // The head of a longer file ends somewhere; a broken one is told by its reader.
        }
        return ofKeys(keys, values);
    }

    /// Keys of the outermost objects, and texts.
    private static void gather(JsonParser json, Set<String> keys, Set<String> values)
            throws IOException {
        int depth = 0;
        for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.FIELD_NAME && depth <= 3) {
                keys.add(json.currentName());
            } else if (token == JsonToken.VALUE_STRING && depth <= 2) {
                values.add(json.getText());
            }
        }
    }

    private static Format ofKeys(Set<String> keys, Set<String> values) {
        if (keys.contains("nftables")) {
            return Format.JSON_NFT;
        }
        if (keys.contains("addr_info")) {
            return Format.JSON_ADDR;
        }
        if (keys.contains("maddr")) {
            return Format.JSON_MADDR;
        }
        if (keys.contains("ifname")) {
            return Format.JSON_LINK;
        }
        if (keys.contains("priority")) {
            return isIpv6(values) ? Format.JSON_RULE6 : Format.JSON_RULE4;
        }
        if (keys.contains("prefixLen") || keys.contains("vrfName")) {
            return Format.FRR_JSON;
        }
        if (keys.contains("dst")) {
            return keys.contains("state") || keys.contains("lladdr")
                    ? Format.JSON_NEIGH
                    : Format.JSON_ROUTE;
        }
        return keys.contains("id") ? Format.JSON_NEXTHOP : null;
    }

    /// Rules of a host with no address in them: only for IPv4 is there one that asks `default`.
    private static boolean isIpv6(Set<String> values) {
        return values.stream().anyMatch(value -> value.indexOf(':') >= 0)
                || !values.contains("default")
                        && values.stream().noneMatch(value -> value.matches("[0-9]+\\..*"));
    }

    // ---- Text ----

    private static Format ofText(String text) {
        List<String> lines = text.lines().limit(MOST_LINES).toList();
        Format known = null;
        for (int i = 0; i < lines.size() && known == null; i++) {
            known = lines.get(i).isBlank() ? null : ofLine(lines.get(i));
        }
        return known == Format.IP_RULE4 && isIpv6(lines) ? Format.IP_RULE6 : known;
    }

    private static boolean isIpv6(List<String> rules) {
        boolean isIpv4 = false;
        for (String rule : rules) {
            String rest = rule.substring(rule.indexOf(':') + 1);
            if (rest.indexOf(':') >= 0) {
                return true;
            }
            isIpv4 |= rest.contains("lookup default") || rest.matches(".* [0-9]+\\..*");
        }
        return !isIpv4;
    }

    private static Format ofLine(String line) {
        if (DEVICE.matcher(line).matches()) {
            return Format.IP_ADDR;
        }
        if (RULE.matcher(line).matches()) {
            return Format.IP_RULE4;
        }
        if (NEXT_HOP.matcher(line).matches()) {
            return Format.IP_NEXTHOP;
        }
        if (GROUPS.matcher(line).matches()) {
            return Format.IP_MADDR;
        }
        if (line.startsWith("== /proc/net/")) {
            return Format.SOCKETS;
        }
        if (line.startsWith("# Generated by ip6tables-save")) {
            return Format.IP6TABLES_SAVE;
        }
        if (line.startsWith("# Generated by iptables-save") || TABLE.matcher(line).matches()) {
            return Format.IPTABLES_SAVE;
        }
        if (line.startsWith("Codes: ") || FRR_ROUTE.matcher(line).matches()) {
            return Format.FRR;
        }
        if (line.startsWith("BIRD ") || BIRD_ROUTE.matcher(line).matches()) {
            return Format.BIRD;
        }
        return SETTING.matcher(line).matches() ? Format.SYSCTL : ofIpLine(line.split("\\s+"));
    }

    private static Format ofIpLine(String[] words) {
        boolean type = IpRouteText.TYPES.contains(words[0]);
        String destination = type && words.length > 1 ? words[1] : words[0];
        if (!ROUTE.matcher(destination).matches()) {
            return null;
        }
        for (String word : words) {
            if (word.equals("lladdr") || IpNeighText.STATES.contains(word)) {
                return Format.IP_NEIGH;
            }
        }
        return Format.IP_ROUTE;
    }
}
