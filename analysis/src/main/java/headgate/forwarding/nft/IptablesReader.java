package headgate.forwarding.nft;

import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.nft.Action.Assign;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads what `iptables-save` or `ip6tables-save` prints, with or without counters, into the same
/// form as [RulesetReader]. A match or target that is not known is listed with its line.
public final class IptablesReader {
    private static final int LONGEST_LINE = 1 << 16;
    private static final int MOST_WORDS = 1000;

    private static final Map<String, Integer> PRIORITIES =
            Map.of("raw", -300, "mangle", -150, "nat", -100, "filter", 0, "security", 50);

    private static final int NAT_SOURCE_PRIORITY = 100;

    private final RulesetReader ruleset;
    private final boolean ipv6;
    private String table = "";

    /// @param ruleset that the rules are added to
    public IptablesReader(RulesetReader ruleset, boolean ipv6) {
        this.ruleset = ruleset;
        this.ipv6 = ipv6;
    }

    /// Reads the whole text.
    public void read(BufferedReader text) throws IOException {
        int number = 0;
        for (String line = text.readLine(); line != null; line = text.readLine()) {
            number++;
            ruleset.enter(ipv6 ? "ip6" : "ip", table, "line " + number);
            if (line.length() > LONGEST_LINE) {
                ruleset.note("is longer than any rule");
            } else {
                readLine(line.strip(), number);
            }
        }
    }

    private void readLine(String line, int number) {
        if (line.isEmpty() || line.startsWith("#") || line.equals("COMMIT")) {
            return;
        }
        if (line.startsWith("*")) {
            table = line.substring(1);
            ruleset.enter(ipv6 ? "ip6" : "ip", table, "line " + number);
            ruleset.own();
            if (!PRIORITIES.containsKey(table)) {
                ruleset.note("table '" + RulesetReader.shortened(table) + "' is not known");
            }
        } else if (line.startsWith(":")) {
            readChain(line.substring(1).split(" "));
        } else {
            readRule(line, number);
        }
    }

    private void readChain(String[] words) {
        NftChain chain = ruleset.chain(words[0]);
        chain.declared = true;
        chain.xt = true;
        Hook hook =
                switch (words[0]) {
                    case "PREROUTING" -> Hook.PREROUTING;
                    case "INPUT" -> Hook.INPUT;
                    case "FORWARD" -> Hook.FORWARD;
                    case "OUTPUT" -> Hook.OUTPUT;
                    case "POSTROUTING" -> Hook.POSTROUTING;
                    default -> null;
                };
        if (hook == null || words.length < 2 || words[1].equals("-")) {
            return;
        }
        chain.hook = hook;
        boolean nat = table.equals("nat");
        chain.type = nat ? NftChain.Type.NAT : NftChain.Type.FILTER;
        boolean source = hook == Hook.INPUT || hook == Hook.POSTROUTING;
        chain.priority = nat && source ? NAT_SOURCE_PRIORITY : PRIORITIES.getOrDefault(table, 0);
        switch (words[1]) {
            case "ACCEPT" -> chain.policyDrop = false;
            case "DROP" -> chain.policyDrop = true;
            default -> chain.unknown = ruleset.note("policy is not known");
        }
    }

    private void readRule(String line, int number) {
        List<String> words = words(line);
        long packets = 0;
        long bytes = 0;
        int at = 0;
        if (line.startsWith("[") && words.getFirst().matches("\\[\\d{1,18}:\\d{1,18}\\]")) {
            String[] counts = words.getFirst().substring(1).replace("]", "").split(":");
            packets = Long.parseLong(counts[0]);
            bytes = Long.parseLong(counts[1]);
            at = 1;
        }
        if (words.size() < at + 2 || !words.get(at).equals("-A")) {
            ruleset.note("is not a rule");
            return;
        }
        NftChain chain = ruleset.chain(words.get(at + 1));
        var steps = new ArrayList<Step>();
        var rule = new Rule(words.subList(at + 2, words.size()), steps);
        rule.readMatches();
        steps.add(new Step.Counter(ruleset.addCounter(packets, bytes)));
        rule.readTarget();
        ruleset.addRule(chain, number, steps.toArray(Step[]::new));
    }

    /// Words are separated by blanks; those in quotes may have blanks.
    private static List<String> words(String line) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean quoted = false;
        boolean started = false;
        for (int i = 0; i < line.length() && words.size() < MOST_WORDS; i++) {
            char c = line.charAt(i);
            if (quoted && c == '\\' && i + 1 < line.length()) {
                word.append(line.charAt(++i));
            } else if (c == '"') {
                quoted = !quoted;
                started = true;
            } else if (c == ' ' && !quoted) {
                if (started) {
                    words.add(word.toString());
                }
                word.setLength(0);
                started = false;
            } else {
                word.append(c);
                started = true;
            }
        }
        if (started) {
            words.add(word.toString());
        }
        return words;
    }

    /// One rule being read, word by word.
    private final class Rule {
        private final List<String> words;
        private final List<Step> steps;
        private int at;
        private boolean negated;
        private String protocol = "";

        /// The match that the options at hand belong to.
        private String module = "";

        Rule(List<String> words, List<Step> steps) {
            this.words = words;
            this.steps = steps;
        }

        private String next() {
            return at < words.size() ? words.get(at++) : "";
        }

        /// The value of the option at hand.
        private String value() {
            return next();
        }

        void readMatches() {
            while (at < words.size()) {
                String word = next();
                switch (word) {
                    case "-j", "-g" -> {
                        at--;
                        return;
                    }
                    case "!" -> {
                        negated = true;
                        continue;
                    }
                    case "-m" -> module = next();
                    default -> {
                        Step step = option(word);
                        if (step == null) {
                            steps.add(unknown("match " + module + " " + word));
                            skipOption();
                        } else {
                            steps.add(step);
                        }
                    }
                }
                negated = false;
            }
        }

        /// Skips the values of an option that is not known.
        private void skipOption() {
            while (at < words.size()
                    && !words.get(at).startsWith("-")
                    && !words.get(at).equals("!")) {
                at++;
            }
        }

        private Step unknown(String what) {
            boolean tracks = what.contains("conn") || what.contains("ct");
            return new Step.Unknown(
                    ruleset.note(RulesetReader.shortened(what) + " is not known"), tracks);
        }

        private Step option(String word) {
            return switch (word) {
                case "-s" -> address("saddr", value());
                case "-d" -> address("daddr", value());
                case "-i" -> device(MetaOperand.Key.IIFNAME, value());
                case "-o" -> device(MetaOperand.Key.OIFNAME, value());
                case "-p" -> protocol(value());
                case "-f" ->
                        new Match.Within(
                                new Operand.Payload(
                                        PayloadField.raw(PayloadField.Base.NETWORK, 51, 13)),
                                Interval.of(0, 0),
                                !negated);
                default -> moduleOption(word);
            };
        }

        private Step within(Operand left, Interval interval) {
            return interval == null ? null : new Match.Within(left, interval, negated);
        }

        private Step address(String field, String text) {
            PayloadField place = PayloadField.of(ipv6 ? "ip6" : "ip", field);
            return mask(new Operand.Payload(place), text, place.type());
        }

        /// `10.0.0.0/8`, `10.0.0.0/255.0.255.0`, `0x10/0xff`.
        private Step mask(Operand left, String text, Datatype type) {
            int slash = text.indexOf('/');
            Interval value = parse(type, slash < 0 ? text : text.substring(0, slash));
            if (value == null || slash < 0) {
                return within(left, value);
            }
            String mask = text.substring(slash + 1);
            boolean address = type == Datatype.IPV4_ADDR || type == Datatype.IPV6_ADDR;
            if (address && mask.matches("\\d{1,3}")) {
                int length = Integer.parseInt(mask);
                return length > type.bits()
                        ? null
                        : within(
                                left,
                                Interval.prefix(
                                        value.firstHigh(), value.firstLow(), length, type.bits()));
            }
            Interval bits = parse(type, mask);
            return bits == null
                    ? null
                    : within(
                            new Operand.Bitwise(
                                    Operand.Bitwise.Operator.AND,
                                    left,
                                    new Operand.Constant(type, bits)),
                            Interval.of(
                                    value.firstHigh() & bits.firstHigh(),
                                    value.firstLow() & bits.firstLow()));
        }

        private Interval parse(Datatype type, String text) {
            return type.parse(text, ruleset.devices());
        }

        private Step device(MetaOperand.Key key, String name) {
            String pattern = name.endsWith("+") ? name.substring(0, name.length() - 1) + "*" : name;
            return within(new MetaOperand(key), parse(Datatype.IFNAME, pattern));
        }

        private Step protocol(String name) {
            protocol = negated ? "" : name;
            module = name;
            if (name.equals("all") || name.equals("0")) {
                return new Assign(Assign.Field.NOTHING, NOTHING);
            }
            return within(
                    new MetaOperand(MetaOperand.Key.L4PROTO), parse(Datatype.INET_PROTO, name));
        }

        private Step moduleOption(String word) {
            return switch (word) {
                case "--sport", "--source-port" -> ports("sport", value(), ":");
                case "--dport", "--destination-port" -> ports("dport", value(), ":");
                case "--sports" -> portSet("sport", value());
                case "--dports" -> portSet("dport", value());
                case "--tcp-flags" -> tcpFlags(value(), value());
                case "--syn" -> tcpFlags("FIN,SYN,RST,ACK", "SYN");
                case "--icmp-type" -> icmp("icmp", value(), Datatype.ICMP_TYPE);
                case "--icmpv6-type" -> icmp("icmpv6", value(), Datatype.ICMPV6_TYPE);
                case "--state", "--ctstate" -> state(value());
                case "--ctdir" ->
                        within(
                                new CtOperand(CtOperand.Key.DIRECTION, -1),
                                parse(Datatype.CT_DIR, value().toLowerCase(java.util.Locale.ROOT)));
                case "--ctorigdst" -> connectionAddress(false, 0, value());
                case "--ctorigsrc" -> connectionAddress(true, 0, value());
                case "--ctrepldst" -> connectionAddress(false, 1, value());
                case "--ctreplsrc" -> connectionAddress(true, 1, value());
                case "--mark" ->
                        mask(
                                module.equals("connmark")
                                        ? new CtOperand(CtOperand.Key.MARK, -1)
                                        : new MetaOperand(MetaOperand.Key.MARK),
                                value(),
                                Datatype.MARK);
                case "--comment" -> {
                    value();
                    yield new Assign(Assign.Field.NOTHING, NOTHING);
                }
                case "--limit" -> limit(value());
                case "--mac-source" ->
                        within(
                                new Operand.Payload(PayloadField.of("ether", "saddr")),
                                parse(Datatype.ETHER_ADDR, value()));
                case "--src-range" -> range("saddr", value());
                case "--dst-range" -> range("daddr", value());
                case "--src-type" -> addressType(true, value());
                case "--dst-type" -> addressType(false, value());
                case "--length" -> span(new MetaOperand(MetaOperand.Key.LENGTH), value(), ":");
                case "--ttl-eq" -> timeToLive(value(), value -> value, value -> value);
                case "--ttl-lt" -> timeToLive(value(), _ -> 0L, value -> value - 1);
                case "--ttl-gt" -> timeToLive(value(), value -> value + 1, _ -> 255L);
                case "--dscp" ->
                        within(
                                new Operand.Payload(PayloadField.of(ipv6 ? "ip6" : "ip", "dscp")),
                                parse(Datatype.DSCP, value()));
                case "--pkt-type" ->
                        within(
                                new MetaOperand(MetaOperand.Key.PKTTYPE),
                                parse(Datatype.PKT_TYPE, value()));
                default -> null;
            };
        }

        /// Rules about ports meet no later fragment, and drop a packet whose header is cut short.
        private Step ports(String field, String text, String separator) {
            String header = protocol.isEmpty() ? module : protocol;
            PayloadField place = PayloadField.of(header.equals("multiport") ? "th" : header, field);
            Step test = place == null ? null : span(new Operand.Payload(place), text, separator);
            if (test != null) {
                steps.add(new XtHeader(header.equals("tcp") ? 20 : 8));
            }
            return test;
        }

        private Step span(Operand left, String text, String separator) {
            int colon = text.indexOf(separator);
            Interval first =
                    parse(
                            left.type(),
                            colon < 0 ? text : colon == 0 ? "0" : text.substring(0, colon));
            String end = colon < 0 ? text : text.substring(colon + 1);
            Interval last = parse(left.type(), end.isEmpty() ? "65535" : end);
            if (first == null || last == null) {
                return null;
            }
            var interval =
                    new Interval(
                            first.firstHigh(), first.firstLow(), last.lastHigh(), last.lastLow());
            return within(left, interval);
        }

        private Step portSet(String field, String text) {
            PayloadField place = PayloadField.of("th", field);
            var set = new NftSet("multiport");
            set.declare(new Datatype[] {place.type()}, new Datatype[0]);
            for (String part : text.split(",")) {
                int colon = part.indexOf(':');
                Interval first = parse(place.type(), colon < 0 ? part : part.substring(0, colon));
                Interval last = parse(place.type(), colon < 0 ? part : part.substring(colon + 1));
                if (first == null || last == null) {
                    return null;
                }
                var ports = new Interval(0, first.firstLow(), 0, last.lastLow());
                set.add(new Interval[] {ports}, null, null, false);
            }
            set.build(ruleset.tallies.changingSets);
            steps.add(new XtHeader(4));
            return new Match.Lookup(new Operand.Payload(place), set, negated);
        }

        private Step tcpFlags(String mask, String set) {
            Long bits = flags(mask);
            Long wanted = flags(set);
            if (bits == null || wanted == null) {
                return null;
            }
            steps.add(new XtHeader(20));
            return within(
                    new Operand.Bitwise(
                            Operand.Bitwise.Operator.AND,
                            new Operand.Payload(PayloadField.of("tcp", "flags")),
                            new Operand.Constant(Datatype.TCP_FLAG, Interval.of(0, bits))),
                    Interval.of(0, wanted));
        }

        private Long flags(String names) {
            long bits = 0;
            for (String name : names.split(",")) {
                switch (name) {
                    case "ALL" -> bits |= 0x3f;
                    case "NONE" -> {}
                    default -> {
                        Interval bit =
                                parse(Datatype.TCP_FLAG, name.toLowerCase(java.util.Locale.ROOT));
                        if (bit == null) {
                            return null;
                        }
                        bits |= bit.firstLow();
                    }
                }
            }
            return bits;
        }

        private Step icmp(String header, String text, Datatype types) {
            if (text.equals("any")) {
                return new Assign(Assign.Field.NOTHING, NOTHING);
            }
            int slash = text.indexOf('/');
            Interval type = parse(types, slash < 0 ? text : text.substring(0, slash));
            Interval code =
                    slash < 0
                            ? new Interval(0, 0, 0, 255)
                            : parse(Datatype.number(8), text.substring(slash + 1));
            if (type == null || code == null) {
                return null;
            }
            steps.add(new XtHeader(4));
            Operand both =
                    new Operand.Concat(
                            new Operand[] {
                                new Operand.Payload(PayloadField.of(header, "type")),
                                new Operand.Payload(PayloadField.of(header, "code"))
                            });
            return new Match.AllWithin(both, new Interval[] {type, code}, negated);
        }

        private Step state(String names) {
            long bits = 0;
            for (String name : names.split(",")) {
                Interval bit = parse(Datatype.CT_STATE, name.toLowerCase(java.util.Locale.ROOT));
                if (bit == null || name.isEmpty() || Character.isDigit(name.charAt(0))) {
                    return null;
                }
                bits |= bit.firstLow();
            }
            return new Match.Bits(new CtOperand(CtOperand.Key.STATE, -1), bits, negated);
        }

        private Step connectionAddress(boolean source, int direction, String text) {
            CtOperand.Key key =
                    source
                            ? ipv6 ? CtOperand.Key.SADDR6 : CtOperand.Key.SADDR
                            : ipv6 ? CtOperand.Key.DADDR6 : CtOperand.Key.DADDR;
            Operand left = new CtOperand(key, direction);
            return mask(left, text, left.type());
        }

        private Step limit(String text) {
            long burst = 5;
            if (at + 1 < words.size() && words.get(at).equals("--limit-burst")) {
                at++;
                burst = number(next());
            }
            String[] parts = text.split("/");
            String unit = parts.length == 2 ? parts[1] : "second";
            long seconds =
                    switch (unit.isEmpty() ? ' ' : unit.charAt(0)) {
                        case 's' -> 1;
                        case 'm' -> 60;
                        case 'h' -> 3600;
                        case 'd' -> 86_400;
                        default -> 0;
                    };
            Integer index = ruleset.addLimit(number(parts[0]), seconds, burst);
            return index == null ? null : new Step.Limit(index);
        }

        private static long number(String text) {
            return text.matches("\\d{1,9}") ? Long.parseLong(text) : -1;
        }

        private Step range(String field, String text) {
            PayloadField place = PayloadField.of(ipv6 ? "ip6" : "ip", field);
            return span(new Operand.Payload(place), text, "-");
        }

        private Step addressType(boolean source, String names) {
            // In IPv6 an address of the host is unicast as well.
            if (names.indexOf(',') >= 0 || ipv6 && !names.matches("LOCAL|MULTICAST")) {
                return null;
            }
            return within(
                    new FibOperand(
                            new FibOperand.Question(source, false, false, false),
                            FibOperand.Result.TYPE),
                    parse(Datatype.FIB_ADDR, names.toLowerCase(java.util.Locale.ROOT)));
        }

        private Step timeToLive(
                String text,
                java.util.function.LongUnaryOperator first,
                java.util.function.LongUnaryOperator last) {
            long value = number(text);
            PayloadField place = PayloadField.of("ip", "ttl");
            return value < 0 || value > 255
                    ? null
                    : within(
                            new Operand.Payload(place),
                            new Interval(0, first.applyAsLong(value), 0, last.applyAsLong(value)));
        }

        // ---- Targets. ----

        void readTarget() {
            boolean jump = next().equals("-j");
            String target = next();
            if (target.isEmpty()) {
                return;
            }
            int last = steps.size();
            Step step = jump ? target(target) : lead(Step.GOTO, target);
            if (step == null || at < words.size()) {
                while (steps.size() > last) {
                    steps.removeLast();
                }
                at = words.size();
                steps.add(unknown("target " + target));
                return;
            }
            steps.add(step);
        }

        private Step lead(int code, String chain) {
            return new Step.Verdict(new NftVerdict(code, ruleset.chain(chain)));
        }

        private Step target(String target) {
            return switch (target) {
                case "ACCEPT" -> new Step.Verdict(new NftVerdict(Step.ACCEPT, null));
                case "DROP" -> new Step.Verdict(new NftVerdict(Step.DROP, null));
                case "RETURN" -> new Step.Verdict(new NftVerdict(Step.RETURN, null));
                case "LOG", "NFLOG", "ULOG", "TRACE", "AUDIT" -> {
                    at = words.size();
                    yield new Assign(Assign.Field.NOTHING, NOTHING);
                }
                case "REJECT" -> reject();
                case "NOTRACK" -> new Action.Notrack();
                case "CT" -> connectionTracking(next());
                case "MARK" -> mark(Assign.Field.MARK, new MetaOperand(MetaOperand.Key.MARK));
                case "CONNMARK" -> connectionMark();
                case "SNAT" -> nat(NatStep.Kind.SNAT, "--to-source");
                case "DNAT" -> nat(NatStep.Kind.DNAT, "--to-destination");
                case "MASQUERADE" -> nat(NatStep.Kind.MASQUERADE, "--to-ports");
                case "REDIRECT" -> nat(NatStep.Kind.REDIRECT, "--to-ports");
                default ->
                        target.chars().anyMatch(Character::isLowerCase)
                                        || ruleset.isDeclared(target)
                                ? lead(Step.JUMP, target)
                                : null;
            };
        }

        private Step connectionTracking(String option) {
            int directions =
                    switch (option) {
                        case "--zone" -> NfPacket.ORIGINAL | NfPacket.REPLY;
                        case "--zone-orig" -> NfPacket.ORIGINAL;
                        case "--zone-reply" -> NfPacket.REPLY;
                        default -> 0;
                    };
            if (directions == 0) {
                return option.equals("--notrack") ? new Action.Notrack() : null;
            }
            long zone = number(next());
            return zone < 0 || zone > 0xffff
                    ? null
                    : new Action.SetZone(
                            new Operand.Constant(Datatype.number(16), Interval.of(0, zone)),
                            directions);
        }

        private Step reject() {
            String with = at < words.size() && next().equals("--reject-with") ? next() : "";
            int code =
                    switch (with) {
                        case "icmp-net-unreachable", "icmp6-no-route", "no-route" -> 0;
                        case "icmp-host-unreachable", "icmp6-adm-prohibited", "adm-prohibited" -> 1;
                        case "icmp-proto-unreachable" -> 2;
                        case "icmp-port-unreachable", "icmp6-addr-unreachable", "addr-unreach" -> 3;
                        case "icmp6-port-unreachable", "port-unreach" -> 4;
                        case "icmp6-policy-fail" -> 5;
                        case "icmp6-reject-route" -> 6;
                        case "icmp-net-prohibited" -> 9;
                        case "icmp-host-prohibited" -> 10;
                        case "icmp-admin-prohibited" -> 13;
                        case "" -> ipv6 ? 4 : 3;
                        case "tcp-reset" -> -1;
                        default -> -2;
                    };
            if (code < -1) {
                return null;
            }
            return ipv6
                    ? new Action.RejectStep(null, new Reject(code))
                    : new Action.RejectStep(new Reject(code), null);
        }

        /// `--set-xmark VALUE/MASK`: the bits of the mask are cleared, then the value's flipped.
        private Step mark(Assign.Field field, Operand old) {
            String[] parts = next().equals("--set-xmark") ? next().split("/") : new String[0];
            Interval value = parts.length == 0 ? null : parse(Datatype.MARK, parts[0]);
            Interval mask =
                    parts.length < 2
                            ? Interval.of(0, 0xffff_ffffL)
                            : parse(Datatype.MARK, parts[1]);
            if (value == null || mask == null) {
                return null;
            }
            Operand kept =
                    new Operand.Bitwise(
                            Operand.Bitwise.Operator.AND,
                            old,
                            constant(~mask.firstLow() & 0xffff_ffffL));
            return new Assign(
                    field,
                    new Operand.Bitwise(
                            Operand.Bitwise.Operator.XOR, kept, constant(value.firstLow())));
        }

        private static Operand constant(long value) {
            return new Operand.Constant(Datatype.MARK, Interval.of(0, value));
        }

        private Step connectionMark() {
            String option = at < words.size() ? words.get(at) : "";
            if (option.equals("--set-xmark")) {
                return mark(Assign.Field.CT_MARK, new CtOperand(CtOperand.Key.MARK, -1));
            }
            at++;
            boolean plain = at == words.size() || skipsWholeMasks();
            return switch (plain ? option : "") {
                case "--save-mark" ->
                        new Assign(Assign.Field.CT_MARK, new MetaOperand(MetaOperand.Key.MARK));
                case "--restore-mark" ->
                        new Assign(Assign.Field.MARK, new CtOperand(CtOperand.Key.MARK, -1));
                default -> null;
            };
        }

        private boolean skipsWholeMasks() {
            List<String> rest = words.subList(at, words.size());
            boolean whole =
                    rest.equals(List.of("--nfmask", "0xffffffff", "--ctmask", "0xffffffff"));
            at = whole ? words.size() : at;
            return whole;
        }

        private Step nat(NatStep.Kind kind, String option) {
            var range = new Operand[4];
            boolean random = false;
            while (at < words.size()) {
                String word = next();
                switch (word) {
                    case "--random", "--random-fully" -> random = true;
                    case "--persistent" -> {}
                    default -> {
                        boolean portsAlone =
                                kind == NatStep.Kind.MASQUERADE || kind == NatStep.Kind.REDIRECT;
                        if (!word.equals(option) || !readRange(next(), portsAlone, range)) {
                            return null;
                        }
                    }
                }
            }
            return new NatStep(kind, ipv6 ? NfPacket.IPV6 : NfPacket.IPV4, range, random);
        }

        /// `10.0.0.1-10.0.0.9:80-90`; addresses of IPv6 with ports stand in brackets.
        private boolean readRange(String text, boolean portsAlone, Operand[] range) {
            String addresses = text;
            String ports = "";
            int end = text.indexOf(']');
            int colon = ipv6 ? text.indexOf(':', Math.max(0, end)) : text.indexOf(':');
            if (portsAlone) {
                addresses = "";
                ports = text;
            } else if (colon >= 0 && (!ipv6 || end >= 0)) {
                addresses = text.substring(0, colon);
                ports = text.substring(colon + 1);
            }
            Datatype type = ipv6 ? Datatype.IPV6_ADDR : Datatype.IPV4_ADDR;
            return readBounds(addresses.replace("[", "").replace("]", ""), type, range, 0)
                    && readBounds(ports, Datatype.INET_SERVICE, range, 2);
        }

        private boolean readBounds(String text, Datatype type, Operand[] range, int to) {
            if (text.isEmpty()) {
                return true;
            }
            String[] bounds = text.split("-");
            for (int i = 0; i < bounds.length; i++) {
                Interval bound = i > 1 ? null : parse(type, bounds[i]);
                if (bound == null) {
                    return false;
                }
                range[to + i] = new Operand.Constant(type, bound);
            }
            return true;
        }
    }

    private static final Operand NOTHING =
            new Operand.Constant(Datatype.INTEGER, Interval.of(0, 0));

    /// What the matches of iptables ask of the transport header before they look at it (kernel:
    /// `tcp_mt` and its like, with `par->hotdrop`).
    private static final class XtHeader extends Step {
        private static final int SECOND_EIGHT_BYTES = 8;

        private final int bytes;

        XtHeader(int bytes) {
            this.bytes = bytes;
        }

        @Override
        int run(Evaluation e) {
            NfPacket packet = e.packet;
            if (packet.fragmentOffset > 0) {
                return bytes == 20 && packet.fragmentOffset == SECOND_EIGHT_BYTES ? DROP : BREAK;
            }
            return switch (packet.presence(packet.transport, bytes)) {
                case HERE -> NEXT;
                case ABSENT -> DROP;
                case CUT -> e.unknown("the capture cuts what a rule reads");
            };
        }

        @Override
        void writeTo(RuleBlob.Writer out) {
            out.step(this);
        }
    }
}
