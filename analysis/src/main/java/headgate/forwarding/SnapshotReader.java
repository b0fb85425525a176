package headgate.forwarding;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.nft.Ruleset;
import headgate.forwarding.syntax.Lines;
import headgate.forwarding.syntax.SnapshotJson;
import headgate.forwarding.syntax.Syntax;
import headgate.packet.IpAddress;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.zip.ZipException;

/// Reads the documents of one snapshot in the order in which they refer to each other. Elements are
/// read one by one, so that memory grows with what is kept, not with how it is written.
final class SnapshotReader {
    private static final int MOST_LISTED = 1000;
    private static final int MOST_SYSCTLS = 100_000;

    /// Eight times as many as the Internet has routes.
    private static final int MOST_ELEMENTS = 1 << 23;

    /// Takes one element of a JSON array.
    private interface ElementReader {
        void read(SnapshotElement element);
    }

    private final SnapshotFiles files;

    final Map<String, NetDevice> devices = new LinkedHashMap<>();
    final Neighbours6 neighbours6 = new Neighbours6();
    final Neighbours neighbours = new Neighbours();
    final Neighbours proxied = new Neighbours();

    /// Their values are 1 for routers.
    final Neighbours6 proxied6 = new Neighbours6();

    final List<Unmodelled> unmodelled = new ArrayList<>();
    final Map<String, Fib> tables = new TreeMap<>();
    final Map<String, Fib6> tables6 = new TreeMap<>();
    NetDevice loopback;
    FibRules<Flowi4, FibResult> rules;
    FibRules<Flowi6, Fib6Result> rules6;
    Sysctls sysctls;
    boolean customLocalRoutes;
    boolean realms;
    Set<Integer> broadcasts = Set.of();
    Set<Prefix> localPrefixes = Set.of();
    boolean neighboursKnown;
    boolean multicastGroupsKnown;
    long unmodelledCount;
    private int elementCount;
    String noRoutes;
    Sockets sockets;
    String noRoutes6;
    Ruleset ruleset;

    SnapshotReader(SnapshotFiles files) {
        this.files = files;
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
        boolean all = routes.isOfAllTables() || areNone(LocalRoutes::of);
        var ruleDocument = new RuleDocument<>(this, new RuleDocument.Family4(routes, all));
        if (routesKnown && !all) {
            readLocalRoutes("route4.json", LocalRoutes::of, routes::read);
        }
        broadcasts = routes.broadcasts();
        localPrefixes = routes.localPrefixes();
        boolean rulesKnown = elements("rule4.json", ruleDocument::read);
        realms = routes.realms() || ruleDocument.realms();
        rules = ruleDocument.build();
        tables.putAll(routes.tables());
        noRoutes = missing("4", routesKnown, rulesKnown);
        var routes6 = new Route6Document(nextHopObjects);
        boolean routes6Known = elements("route6.json", routes6::read);
        boolean all6 = routes6.isOfAllTables() || areNone(LocalRoutes::of6);
        var rule6Document = new RuleDocument<>(this, new RuleDocument.Family6(routes6, all6));
        if (routes6Known && !all6) {
            readLocalRoutes("route6.json", LocalRoutes::of6, routes6::read);
        }
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
        try (BufferedReader reader = files.open(document)) {
            if (reader != null) {
                filter.readIptables(document, reader);
            }
        } catch (MalformedInputException e) {
            throw new SnapshotException(document, 0, 0, "is not UTF-8 text");
        }
    }

    private Sockets readSockets() throws IOException, SnapshotException {
        try (BufferedReader reader = files.open("sockets.txt")) {
            return reader == null ? Sockets.unknown() : Sockets.read(reader, this);
        } catch (MalformedInputException e) {
            throw new SnapshotException("sockets.txt", 0, 0, "is not UTF-8 text");
        }
    }

    /// `ip route` alone lists `main`; the routes in `local` follow from the addresses.
    private void readLocalRoutes(
            String document, Function<NetDevice, List<ObjectNode>> ofDevice, ElementReader routes) {
        note(document, "", "lists no table local; taken from the addresses");
        for (NetDevice device : devices.values()) {
            for (ObjectNode route : ofDevice.apply(device)) {
                routes.read(new SnapshotElement(this, "addr.json", device.name(), route));
            }
        }
    }

    /// A family without addresses has no routes in `local` that could be missing.
    private boolean areNone(Function<NetDevice, List<ObjectNode>> ofDevice) {
        return devices.values().stream().allMatch(device -> ofDevice.apply(device).isEmpty());
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

    /// Hands each element of the document to `reader`, from all files that it is made up of.
    ///
    /// @return whether the snapshot has the document
    private boolean elements(String document, ElementReader reader)
            throws IOException, SnapshotException {
        SnapshotFiles base = files.base();
        if (base == null) {
            return readFiles(files, document, reader);
        }
        if (files.onlyAddsTo(document)) {
            return readFiles(base, document, reader) | readFiles(files, document, reader);
        }
        return readFiles(files, document, reader) || readFiles(base, document, reader);
    }

    private boolean readFiles(SnapshotFiles from, String document, ElementReader reader)
            throws IOException, SnapshotException {
        boolean known = false;
        for (SnapshotFiles.File file : from.of(document)) {
            if (file.format() == null) {
                known |= readFile(file, reader);
                continue;
            }
            int[] taken = {0};
            readFile(
                    file,
                    ofFamily(
                            document,
                            element -> {
                                taken[0]++;
                                reader.read(element);
                            }));
            known |= taken[0] > 0;
        }
        return known;
    }

    /// One file may list routes of both families.
    private static ElementReader ofFamily(String document, ElementReader reader) {
        return switch (document) {
            case "route4.json" -> element -> readUnless(element.isIpv6Route(), element, reader);
            case "route6.json" -> element -> readUnless(!element.isIpv6Route(), element, reader);
            default -> reader;
        };
    }

    private static void readUnless(boolean other, SnapshotElement element, ElementReader reader) {
        if (other) {
            element.ignoreAll();
        } else {
            reader.read(element);
        }
    }

    private boolean readFile(SnapshotFiles.File file, ElementReader reader)
            throws IOException, SnapshotException {
        Syntax syntax = file.format() == null ? null : file.format().syntax();
        try {
            if (syntax == null) {
                try (Reader text = file.reader()) {
                    JsonParser parser = SnapshotJson.MAPPER.getFactory().createParser(text);
                    return readElements(file, parser, reader);
                }
            }
            try (InputStream bytes = file.bytes()) {
                syntax.read(file.name(), bytes, (place, node) -> take(file, place, node, reader));
            }
            return true;
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            int line = place == null ? 0 : place.getLineNr();
            int column = place == null ? 0 : place.getColumnNr();
            throw new SnapshotException(file.name(), line, column, e.getOriginalMessage());
        } catch (MalformedInputException e) {
            throw new SnapshotException(file.name(), 0, 0, "is not UTF-8 text");
        } catch (ZipException | EOFException e) {
            throw SnapshotFiles.brokenPacking(file.name(), e);
        }
    }

    private void take(SnapshotFiles.File file, String place, JsonNode node, ElementReader reader)
            throws SnapshotException {
        if (++elementCount > MOST_ELEMENTS) {
            throw new SnapshotException(
                    file.name(), 0, 0, "the snapshot has more than " + MOST_ELEMENTS + " entries");
        }
        var element = new SnapshotElement(this, file.name(), place, node);
        reader.read(element);
        element.noteUnread();
    }

    private boolean readElements(SnapshotFiles.File file, JsonParser parser, ElementReader reader)
            throws IOException, SnapshotException {
        String document = file.name();
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
            JsonNode node = SnapshotJson.MAPPER.readTree(parser);
            // `ip -j` prints {} for entries of families that it was not asked for.
            if (node.isObject() && node.isEmpty()) {
                continue;
            }
            take(file, place + "/" + i, node, reader);
        }
        return true;
    }

    private Map<String, String> readSysctls() throws IOException, SnapshotException {
        var values = new HashMap<String, String>();
        if (files.base() != null) {
            readSysctls(files.base(), values);
        }
        readSysctls(files, values);
        return values;
    }

    private void readSysctls(SnapshotFiles from, Map<String, String> values)
            throws IOException, SnapshotException {
        for (SnapshotFiles.File file : from.of("sysctl.txt")) {
            try (Reader text = file.reader()) {
                readSysctls(file.name(), text, values);
            }
        }
    }

    private void readSysctls(String name, Reader text, Map<String, String> values)
            throws IOException, SnapshotException {
        var lines = new Lines(name, text);
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (values.size() >= MOST_SYSCTLS) {
                throw new SnapshotException(
                        name, lines.number(), 0, "more than a kernel has settings");
            }
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
            } else if (!line.isBlank()) {
                note(name, "line " + lines.number(), "is not 'key = value'");
            }
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
            } else if (ipv6 != null) {
                proxied6.put(device, ipv6.high(), ipv6.low(), element.has("router") ? 1 : 0);
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
