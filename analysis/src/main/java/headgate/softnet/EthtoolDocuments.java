package headgate.softnet;

import headgate.packet.ToeplitzHash;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What `ethtool` says of one interface in a snapshot: each document has a part for each interface,
/// below a line `== eth0`.
final class EthtoolDocuments {
    private static final String CURRENT = "Current hardware settings:";
    private static final Pattern TABLE_ROW = Pattern.compile("\\s*\\d+:(\\s+\\d+)+\\s*");

    private final Map<String, String> documents;
    private final String device;

    EthtoolDocuments(Map<String, String> documents, String device) {
        this.documents = documents;
        this.device = device;
    }

    /// `ethtool -g`: frames of one receive ring; null if it does not tell.
    String ring() {
        return value(current("ethtool-g.txt"), "RX");
    }

    /// `ethtool -l`: receive queues, those of their own and those combined with a sending one; 0 if
    /// it does not tell.
    int queues() {
        List<String> lines = current("ethtool-l.txt");
        return number(value(lines, "RX")) + number(value(lines, "Combined"));
    }

    /// `ethtool -c`, such as `rx-usecs`; null if it does not tell.
    String coalescing(String key) {
        return value(part("ethtool-c.txt"), key);
    }

    boolean isAdaptive() {
        return part("ethtool-c.txt").stream()
                .anyMatch(line -> line.strip().startsWith("Adaptive RX: on"));
    }

    /// `ethtool -x`: the queue of each entry of the indirection table, as a list; null if it does
    /// not tell, or if the entries name the queues in turn.
    String indirectionTable(int queues) {
        var entries = new ArrayList<String>();
        for (String line : part("ethtool-x.txt")) {
            if (TABLE_ROW.matcher(line).matches()) {
                String row = line.substring(line.indexOf(':') + 1).strip();
                entries.addAll(List.of(row.split("\\s+")));
            }
        }
        boolean isInTurn = true;
        for (int i = 0; i < entries.size(); i++) {
            isInTurn &= entries.get(i).equals(Integer.toString(i % Math.max(1, queues)));
        }
        return isInTurn ? null : entries.stream().collect(Collectors.joining(","));
    }

    /// `ethtool -x`: the key of the hash that chooses entries of the indirection table; null if it
    /// does not tell, or if the hash is no Toeplitz hash.
    byte[] rssKey() {
        List<String> lines = part("ethtool-x.txt");
        int heading = lines.indexOf("RSS hash key:");
        boolean isOther =
                lines.stream().map(String::strip).anyMatch(line -> line.equals("toeplitz: off"));
        if (heading < 0 || heading + 1 == lines.size() || isOther) {
            return null;
        }
        try {
            byte[] key = HexFormat.ofDelimiter(":").parseHex(lines.get(heading + 1).strip());
            return key.length < ToeplitzHash.KEY_LENGTH ? null : key;
        } catch (IllegalArgumentException noKey) {
            return null;
        }
    }

    private List<String> part(String document) {
        var part = new ArrayList<String>();
        boolean isOurs = false;
        for (String line : documents.getOrDefault(document, "").lines().toList()) {
            if (line.startsWith("== ")) {
                isOurs = line.substring(3).strip().equals(device);
            } else if (isOurs) {
                part.add(line);
            }
        }
        return part;
    }

    /// Below the most that the hardware could do stands what it is set to.
    private List<String> current(String document) {
        List<String> part = part(document);
        int heading = part.indexOf(CURRENT);
        return heading < 0 ? List.of() : part.subList(heading, part.size());
    }

    private static String value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.strip().startsWith(key + ":"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .filter(value -> !value.equals("n/a"))
                .findFirst()
                .orElse(null);
    }

    private static int number(String value) {
        return value != null && value.matches("\\d{1,5}") ? Integer.parseInt(value) : 0;
    }
}
