package headgate.forwarding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headgate.forwarding.nft.Ruleset;
import headgate.packet.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Reads the documents of one snapshot in the order in which they refer to each other. Elements are
/// read one by one, so that memory grows with what is kept, not with how it is written.
final class SnapshotReader {
    private static final int MOST_LISTED = 1000;
    private static final int MOST_SYSCTLS = 100_000;
    private static final int LONGEST_LINE = 1 << 16;

    private static final ObjectMapper JSON =
            new ObjectMapper(
                    JsonFactory.builder()
                            .streamReadConstraints(
                                    StreamReadConstraints.builder()
                                            .maxNestingDepth(200)
                                            .maxStringLength(1 << 20)
                                            .maxNumberLength(100)
                                            .maxDocumentLength(1L << 31)
                                            .build())
                            .build());

    /// Opens a document by its name; null if the snapshot does not have it.
    interface Documents {
        Reader open(String name) throws IOException;
    }

    /// Takes one element of a JSON array.
    private interface ElementReader {
        void read(SnapshotElement element);
    }

    private final Documents documents;

    final Map<String, NetDevice> devices = new LinkedHashMap<>();
    final Neighbours6 neighbours6 = new Neighbours6();
    final Neighbours neighbours = new Neighbours();
    final Neighbours proxied = new Neighbours();
    final List<Unmodelled> unmodelled = new ArrayList<>();
    final Map<String, Fib> tables = new TreeMap<>();
    final Map<String, Fib6> tables6 = new TreeMap<>();
    NetDevice loopback;
    FibRules<Flowi4, FibResult> rules;
    FibRules<Flowi6, Fib6Result> rules6;
    Sysctls sysctls;
    boolean customLocalRoutes;
    Set<Integer> broadcasts = Set.of();
    Set<Prefix> localPrefixes = Set.of();
    boolean neighboursKnown;
    boolean multicastGroupsKnown;
    long unmodelledCount;
    String noRoutes;
    Sockets sockets;
    String noRoutes6;
    Ruleset ruleset;

    SnapshotReader(Documents documents) {
        this.documents = documents;
    }

    HostSnapshot read() throws IOException, SnapshotException {
        sysctls = new Sysctls(readSysctls());
        readDevices();
        neighboursKnown = elements("neigh.json", this::readNeighbour);
        var nextHopObjects = new NextHopObjects(this);
        elements("nexthop.json", nextHopObjects::read);
        var routes = new RouteDocument(this, nextHopObjects);
        boolean routesKnown = elements("route4.json", routes::read);
        customLocalRoutes = routes.customLocalRoutes();
        broadcasts = routes.broadcasts();
        localPrefixes = routes.localPrefixes();
        var ruleDocument = new RuleDocument<>(this, new RuleDocument.Family4(routes));
        boolean rulesKnown = elements("rule4.json", ruleDocument::read);
        rules = ruleDocument.build();
        tables.putAll(routes.tables());
        noRoutes = missing("4", routesKnown, rulesKnown);
        var routes6 = new Route6Document(nextHopObjects);
        boolean routes6Known = elements("route6.json", routes6::read);
        var rule6Document = new RuleDocument<>(this, new RuleDocument.Family6(routes6));
        boolean rules6Known = elements("rule6.json", rule6Document::read);
        rules6 = rule6Document.build();
        tables6.putAll(routes6.tables());
        noRoutes6 = missing("6", routes6Known, rules6Known);
        var filter = new NftDocument(this);
        readIptables(NftDocument.IPTABLES, filter);
        readIptables(NftDocument.IP6TABLES, filter);
        elements(NftDocument.NAME, filter::read);
        ruleset = filter.build();
        sockets = readSockets();
        return new HostSnapshot(this);
    }

    private void readIptables(String document, NftDocument filter)
            throws IOException, SnapshotException {
        try (Reader reader = documents.open(document)) {
            if (reader != null) {
                filter.readIptables(document, (BufferedReader) reader);
            }
        } catch (MalformedInputException e) {
            throw new SnapshotException(document, 0, 0, "is not UTF-8 text");
        }
    }

    private Sockets readSockets() throws IOException, SnapshotException {
        try (Reader reader = documents.open("sockets.txt")) {
            return reader == null ? Sockets.unknown() : Sockets.read((BufferedReader) reader, this);
        } catch (MalformedInputException e) {
            throw new SnapshotException("sockets.txt", 0, 0, "is not UTF-8 text");
        }
    }

    private static String missing(String version, boolean routesKnown, boolean rulesKnown) {
        if (!routesKnown) {
            return "the snapshot has no route" + version + ".json";
        }
        return rulesKnown ? null : "the snapshot has no rule" + version + ".json";
    }

    /// Lists something that is not known, and says so in words that an answer can carry.
    String note(String document, String place, String what) {
        var entry = new Unmodelled(document, place, what);
        if (unmodelledCount++ < MOST_LISTED) {
            unmodelled.add(entry);
        }
        return entry.toString();
    }

    /// Hands each element of the document's array to `reader`.
    ///
    /// @return whether the snapshot has the document
    private boolean elements(String document, ElementReader reader)
            throws IOException, SnapshotException {
        try (Reader text = documents.open(document)) {
            if (text == null) {
                return false;
            }
            JsonParser parser = JSON.getFactory().createParser(text);
            return readElements(document, parser, reader);
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            int line = place == null ? 0 : place.getLineNr();
            int column = place == null ? 0 : place.getColumnNr();
            throw new SnapshotException(document, line, column, e.getOriginalMessage());
        } catch (MalformedInputException e) {
            throw new SnapshotException(document, 0, 0, "is not UTF-8 text");
        }
    }

    private boolean readElements(String document, JsonParser parser, ElementReader reader)
            throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            note(document, "", "is empty");
            return false;
        }
        String place = "";
        if (token == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.FIELD_NAME) {
            place = "/" + parser.currentName();
            token = parser.nextToken();
        }
        if (token != JsonToken.START_ARRAY) {
            note(document, place, "is not an array");
            return false;
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            JsonNode node = JSON.readTree(parser);
            // `ip -j` prints {} for entries of families that it was not asked for.
            if (node.isObject() && node.isEmpty()) {
                continue;
            }
            var element = new SnapshotElement(this, document, place + "/" + i, node);
            reader.read(element);
            element.noteUnread();
        }
        return true;
    }

    private Map<String, String> readSysctls() throws IOException, SnapshotException {
        var values = new HashMap<String, String>();
        try (Reader reader = documents.open("sysctl.txt")) {
            if (reader == null) {
                return values;
            }
            var lines = (BufferedReader) reader;
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (values.size() >= MOST_SYSCTLS || line.length() > LONGEST_LINE) {
                    throw new SnapshotException(
                            "sysctl.txt", number, 0, "more than a kernel has settings");
                }
                readSysctl(line, number, values);
            }
        } catch (MalformedInputException e) {
            throw new SnapshotException("sysctl.txt", 0, 0, "is not UTF-8 text");
        }
        return values;
    }

    private void readSysctl(String line, int number, Map<String, String> values) {
        int equals = line.indexOf('=');
        if (equals > 0) {
            values.put(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
        } else if (!line.isBlank()) {
            note("sysctl.txt", "line " + number, "is not 'key = value'");
        }
    }

    private void readDevices() throws IOException, SnapshotException {
        var document = new DeviceDocument();
        elements("link.json", document::readLink);
        elements("addr.json", document::readAddresses);
        multicastGroupsKnown = elements("maddr.json", document::readGroups);
        for (NetDevice device : document.build(sysctls)) {
            devices.put(device.name(), device);
            if (loopback == null && device.isLoopback()) {
                loopback = device;
            }
        }
    }

    private void readNeighbour(SnapshotElement element) {
        String destination = element.text("dst");
        String name = element.text("dev");
        String mac = element.text("lladdr");
        List<String> states = element.texts("state");
        boolean proxy = element.has("proxy");
        element.ignore(
                "router",
                "extern_learn",
                "offload",
                "extern_valid",
                "managed",
                "used",
                "confirmed",
                "updated",
                "refcnt",
                "probes",
                "protocol",
                "nud");
        NetDevice device = devices.get(name);
        if (destination.isEmpty()) {
            return;
        }
        if (device == null) {
            element.note("dev", "device '" + name + "' is not in the snapshot");
            return;
        }
        long address = SnapshotElement.mac(mac);
        boolean valid =
                address >= 0
                        && states.stream()
                                .noneMatch(Set.of("INCOMPLETE", "FAILED", "NONE")::contains);
        Integer ipv4 = Inet4.parse(destination);
        IpAddress ipv6 = Inet6.parse(destination);
        long known = valid ? address : Neighbours.INVALID;
        if (proxy) {
            if (ipv4 != null) {
                proxied.put(device, ipv4, 0);
            }
        } else if (ipv4 != null && valid && states.contains("PERMANENT")) {
            neighbours.putPermanent(device, ipv4, address);
        } else if (ipv4 != null) {
            neighbours.put(device, ipv4, known);
        } else if (ipv6 != null) {
            neighbours6.put(device, ipv6.high(), ipv6.low(), known);
        } else {
            element.note("dst", "is not an address");
        }
    }
}
