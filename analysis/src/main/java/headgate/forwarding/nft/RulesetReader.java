package headgate.forwarding.nft;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.SnapshotException;
import headgate.forwarding.nft.Meter.LimitSpec;
import headgate.forwarding.nft.Meter.QuotaSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Reads the elements of `nft -j list ruleset` one after another (libnftables-json(5)). What a rule
/// says that is not known becomes a step that makes answers incomplete, and is listed.
public final class RulesetReader {
    /// Takes what is not known.
    @FunctionalInterface
    public interface Notes {
        /// @param place of the element in the document
        /// @return the whole in words that an answer can carry
        String note(String place, String what);
    }

    /// Kernel: `NFT_JUMP_STACK_SIZE`.
    static final int JUMP_STACK = 16;

    /// Kernel: `NFT_RULE_MAXEXPRS`.
    private static final int MOST_STATEMENTS = 128;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /// A hundred years.
    private static final long LONGEST_TIMEOUT_SECONDS = 100L * 366 * 86_400;

    private static final Set<String> FAMILIES =
            Set.of("ip", "ip6", "inet", "arp", "netdev", "bridge");

    private final String document;
    private final Notes notes;
    private final Map<String, Integer> devices;

    private final Map<String, NftChain> chains = new LinkedHashMap<>();
    private final Map<String, NftSet> sets = new LinkedHashMap<>();
    private final List<NftSet> anonymousSets = new ArrayList<>();

    /// Tables that iptables keeps, which nft lists as well.
    private final Set<String> owned = new HashSet<>();

    private final Set<String> dormant = new HashSet<>();
    private final Map<String, Integer> namedCounters = new HashMap<>();
    private final Map<String, Integer> namedLimits = new HashMap<>();
    private final Map<String, Integer> namedQuotas = new HashMap<>();
    private final List<NftRule> rules = new ArrayList<>();
    final Ruleset.Tallies tallies = new Ruleset.Tallies();

    private String place = "";
    private String family = "";
    private String table = "";

    /// @param document name, for messages
    /// @param devices index by name
    public RulesetReader(String document, Map<String, Integer> devices, Notes notes) {
        this.document = document;
        this.devices = devices;
        this.notes = notes;
    }

    Map<String, Integer> devices() {
        return devices;
    }

    String family() {
        return family;
    }

    /// Lists something that is not known at the element being read.
    String note(String what) {
        return notes.note(place, what);
    }

    /// Reads one element of the listing.
    ///
    /// @param place its JSON pointer
    public void read(JsonNode element, String place) {
        this.place = place;
        if (element.size() != 1) {
            note("is not an object with one key");
            return;
        }
        String kind = element.fieldNames().next();
        JsonNode body = element.get(kind);
        family = body.path("family").asText();
        table = body.path("table").asText(body.path("name").asText());
        if (!kind.equals("metainfo") && !FAMILIES.contains(family)) {
            note("family '" + shortened(family) + "' is not known");
            return;
        }
        if (owned.contains(family + " " + table)) {
            return;
        }
        switch (kind) {
            case "metainfo" -> {}
            case "table" -> readTable(body);
            case "chain" -> readChain(body);
            case "rule" -> readRule(body);
            case "set" -> readSet(body, false);
            case "map" -> readSet(body, true);
            case "counter" -> namedCounters.put(key(body), addCounter(null, body));
            case "limit" -> {
                Integer limit = addLimit(body);
                if (limit != null) {
                    namedLimits.put(key(body), limit);
                }
            }
            case "quota" -> namedQuotas.put(key(body), addQuota(body, true));
            // Rules that name one of these are incomplete; by itself it has connections tracked.
            case "ct helper", "ct timeout", "ct expectation", "synproxy" ->
                    tallies.trackedFamilies.add(family);
            case "secmark" -> {}
            case "element" -> note("elements apart from their set are not read");
            case "flowtable" ->
                    note("flowtable: packets that it takes past the hooks are not modelled");
            default -> note("'" + shortened(kind) + "' is not known");
        }
    }

    private String key(JsonNode body) {
        return key(body.path("name").asText());
    }

    private String key(String name) {
        return family + " " + table + " " + name;
    }

    static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    private void readTable(JsonNode body) {
        if (body.path("flags").toString().contains("\"dormant\"")) {
            dormant.add(family + " " + body.path("name").asText());
        }
    }

    /// The chain of that name in the table at hand, which may be declared later.
    NftChain chain(String name) {
        return chains.computeIfAbsent(key(name), _ -> new NftChain(family, table, name));
    }

    NftSet set(String name) {
        return sets.computeIfAbsent(key(name), _ -> new NftSet(name));
    }

    private void readChain(JsonNode body) {
        NftChain chain = chain(body.path("name").asText());
        chain.declared = true;
        if (!body.has("hook")) {
            return;
        }
        chain.hook = hook(body.path("hook").asText());
        if (chain.hook == null) {
            note("hook '" + shortened(body.path("hook").asText()) + "' is not known");
            return;
        }
        chain.number = chains.size();
        chain.priority = body.path("prio").asInt();
        chain.policyDrop = body.path("policy").asText().equals("drop");
        switch (body.path("type").asText("filter")) {
            case "filter" -> chain.type = NftChain.Type.FILTER;
            case "nat" -> chain.type = NftChain.Type.NAT;
            case "route" -> chain.type = NftChain.Type.ROUTE;
            default -> chain.unknown = note("chain type is not known");
        }
        chain.devices = texts(body.path("dev"));
    }

    private static List<String> texts(JsonNode node) {
        var texts = new ArrayList<String>();
        if (node.isTextual()) {
            texts.add(node.asText());
        }
        node.forEach(name -> texts.add(name.asText()));
        return texts;
    }

    private static Hook hook(String name) {
        for (Hook hook : Hook.values()) {
            if (hook.name().toLowerCase(Locale.ROOT).equals(name)) {
                return hook;
            }
        }
        return null;
    }

    private void readRule(JsonNode body) {
        NftChain chain = chain(body.path("chain").asText());
        long handle = body.path("handle").asLong();
        JsonNode statements = body.path("expr");
        var steps = new Step[statements.size()];
        var reader = new StatementReader(this, chain, handle);
        int counted = tallies.counters.size();
        for (int i = 0; i < steps.length; i++) {
            steps[i] = reader.read(statements.get(i));
        }
        addRule(chain, handle, steps, counted);
    }

    /// @param counted how many counters there were before those of the rule
    private void addRule(NftChain chain, long handle, Step[] steps, int counted) {
        if (steps.length > MOST_STATEMENTS) {
            String why = note("a rule of more than " + MOST_STATEMENTS + " statements");
            steps = new Step[] {new Step.Unknown(why, true)};
        }
        for (int i = 0; i < steps.length; i++) {
            if (steps[i] instanceof SetUpdate update) {
                update.follow(List.of(steps).subList(0, i));
            }
            tallies.rewrites |= steps[i] instanceof Action.Mangle || steps[i] instanceof NatStep;
        }
        var rule = new NftRule(chain, handle, counter(steps));
        for (int i = counted; i < tallies.counters.size(); i++) {
            Ruleset.CounterSpec spec = tallies.counters.get(i);
            tallies.counters.set(
                    i, new Ruleset.CounterSpec(rule, "", spec.packets(), spec.bytes()));
        }
        chain.add(rule, steps);
        rules.add(rule);
    }

    private static int counter(Step[] steps) {
        for (Step step : steps) {
            if (step instanceof Step.Counter counter) {
                return counter.index();
            }
        }
        return -1;
    }

    // ---- For rules that are written otherwise. ----

    /// What follows is about this table.
    void enter(String family, String table, String place) {
        this.family = family;
        this.table = table;
        this.place = place;
    }

    /// The table at hand is not to be read a second time from the listing of nft.
    void own() {
        owned.add(family + " " + table);
    }

    boolean isDeclared(String chain) {
        return chains.containsKey(key(chain)) && chain(chain).declared;
    }

    /// A rule that counts once, as those of iptables do.
    void addRule(NftChain chain, long number, Step[] steps) {
        addRule(chain, number, steps, tallies.counters.size() - 1);
    }

    int addCounter(long packets, long bytes) {
        tallies.counters.add(new Ruleset.CounterSpec(null, "", packets, bytes));
        return tallies.counters.size() - 1;
    }

    /// @return null if it is not a limit that is known
    Integer addLimit(long rate, long seconds, long burst) {
        try {
            tallies.limits.add(new LimitSpec(rate, seconds, burst, false, false));
            return tallies.limits.size() - 1;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void readSet(JsonNode body, boolean map) {
        NftSet set = set(body.path("name").asText());
        Datatype[] keys = types(body.path("type"));
        boolean verdicts = body.path("map").asText().equals("verdict");
        Datatype[] data = map && !verdicts ? types(body.path("map")) : new Datatype[0];
        if (keys == null || data == null) {
            note("set " + set + " has a type that is not known");
            return;
        }
        set.declare(keys, data);
        readGrowth(set, body);
        new SetReader(this, set).read(body.path("elem"), map);
    }

    private void readGrowth(NftSet set, JsonNode body) {
        var meters = new ArrayList<Meter.Spec>();
        for (JsonNode statement : body.path("stmt")) {
            for (var each : statement.properties()) {
                if (!readMeter(each.getKey(), each.getValue(), meters)) {
                    set.markUnknown(note("set " + set + " has " + each.getKey() + ", not known"));
                }
            }
        }
        if (body.path("timeout").isIntegralNumber() && body.path("timeout").asLong() == 0) {
            set.markUnknown(note("set " + set + " has a timeout below one second"));
        }
        set.declareGrowth(body.path("size").asLong(), nanos(body.path("timeout")), meters);
    }

    /// Seconds as nanoseconds; 0 if there are none.
    static long nanos(JsonNode seconds) {
        return Math.clamp(seconds.asLong(), 0, LONGEST_TIMEOUT_SECONDS) * NANOS_PER_SECOND;
    }

    /// Reads one statement of an element of a set.
    ///
    /// @param meters takes it, if packets use it up
    /// @return false if it is not known
    boolean readMeter(String kind, JsonNode body, List<Meter.Spec> meters) {
        switch (kind) {
            case "counter", "last" -> {
                return true;
            }
            case "limit" -> {
                LimitSpec limit = limit(body);
                return limit != null && meters.add(limit);
            }
            case "quota" -> {
                return meters.add(quota(body, false));
            }
            default -> {
                return false;
            }
        }
    }

    /// @return null if one of them is not known
    private static Datatype[] types(JsonNode node) {
        List<String> names = texts(node);
        if (names.size() == 1) {
            // Values of maps are written `ipv4_addr . inet_service`.
            names = List.of(names.getFirst().split(" \\. "));
        }
        if (names.isEmpty() || names.size() > Evaluation.REGISTERS / 2) {
            return null;
        }
        var types = new Datatype[names.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = Datatype.of(names.get(i));
            if (types[i] == null) {
                return null;
            }
        }
        return types;
    }

    /// A set that stands in a rule.
    NftSet anonymous(JsonNode elements, Datatype[] keys, Datatype[] data, boolean map) {
        var set = new NftSet("{…}");
        set.declare(keys, data);
        new SetReader(this, set).read(elements, map);
        anonymousSets.add(set);
        return set;
    }

    int addCounter(NftRule rule, JsonNode body) {
        String name = rule == null ? body.path("name").asText() : "";
        tallies.counters.add(
                new Ruleset.CounterSpec(
                        rule, name, body.path("packets").asLong(), body.path("bytes").asLong()));
        return tallies.counters.size() - 1;
    }

    Integer namedCounter(String name) {
        return namedCounters.get(key(name));
    }

    Integer namedLimit(String name) {
        return namedLimits.get(key(name));
    }

    Integer namedQuota(String name) {
        return namedQuotas.get(key(name));
    }

    /// @return null if it is not a limit that is known
    Integer addLimit(JsonNode body) {
        LimitSpec limit = limit(body);
        if (limit == null) {
            return null;
        }
        tallies.limits.add(limit);
        return tallies.limits.size() - 1;
    }

    private LimitSpec limit(JsonNode body) {
        String unit = body.path("rate_unit").asText("packets");
        boolean bytes = !unit.equals("packets");
        long scale = scale(unit);
        long seconds =
                switch (body.path("per").asText("second")) {
                    case "second" -> 1;
                    case "minute" -> 60;
                    case "hour" -> 3600;
                    case "day" -> 86_400;
                    case "week" -> 604_800;
                    default -> 0;
                };
        long burst =
                body.path("burst").asLong(bytes ? 0 : 5)
                        * scale(body.path("burst_unit").asText("packets"));
        try {
            return new LimitSpec(
                    Math.multiplyExact(body.path("rate").asLong(), scale),
                    seconds,
                    burst,
                    bytes,
                    body.path("inv").asBoolean());
        } catch (IllegalArgumentException | ArithmeticException e) {
            note("limit that is not known: " + e.getMessage());
            return null;
        }
    }

    /// @param object whether this is a named quota, whose keys differ
    int addQuota(JsonNode body, boolean object) {
        tallies.quotas.add(quota(body, object));
        return tallies.quotas.size() - 1;
    }

    private static QuotaSpec quota(JsonNode body, boolean object) {
        long bytes = object ? body.path("bytes").asLong() : amount(body, "val", "val_unit");
        return new QuotaSpec(
                bytes, amount(body, "used", "used_unit"), body.path("inv").asBoolean());
    }

    private static long amount(JsonNode body, String value, String unit) {
        double amount = (double) body.path(value).asLong() * scale(body.path(unit).asText("bytes"));
        return (long) amount;
    }

    private static long scale(String unit) {
        return switch (unit) {
            case "kbytes" -> 1L << 10;
            case "mbytes" -> 1L << 20;
            case "gbytes" -> 1L << 30;
            default -> 1;
        };
    }

    /// The whole rule set.
    ///
    /// @throws SnapshotException if chains jump in a loop, or deeper than a kernel lets them
    public Ruleset build() throws SnapshotException {
        sets.values().forEach(set -> set.build(tallies.changingSets));
        anonymousSets.forEach(set -> set.build(tallies.changingSets));
        var jumps = new JumpGraph(document);
        var fields = new Fields();
        for (NftChain chain : chains.values()) {
            jumps.add(chain);
            chain.build(fields);
            if (!chain.declared) {
                chain.unknown = chain.place() + " is not in the rule set";
            }
        }
        jumps.refuseLoops(chains.values());
        var baseChains = new ArrayList<NftChain>();
        for (NftChain chain : chains.values()) {
            if (chain.hook != null && !dormant.contains(chain.family + " " + chain.table)) {
                baseChains.add(chain);
            }
        }
        return new Ruleset(baseChains, chains.values(), tallies, rules, fields.operands());
    }
}
