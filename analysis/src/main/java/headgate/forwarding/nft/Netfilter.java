package headgate.forwarding.nft;

import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.conntrack.Conntrack;
import headgate.forwarding.conntrack.CtInfo;
import headgate.forwarding.conntrack.Nat;
import headgate.forwarding.conntrack.NatRange;
import headgate.forwarding.conntrack.NatRange.Manip;
import headgate.forwarding.conntrack.NfConn;
import headgate.forwarding.conntrack.NfPacket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Takes packets through the hooks: the chains of the rule set, connection tracking and address
/// translation, in the order of their priorities (kernel: `nf_hook_slow`). Keeps what rules count
/// and which connections there are.
///
/// Not for use by several threads at once.
public final class Netfilter {
    /// What becomes of a packet at a hook.
    public enum Answer {
        ACCEPT,

        /// It is freed; [#reject] says how its source is told.
        DROP,

        /// It cannot be told; [#why] gives the reason.
        INCOMPLETE
    }

    /// Kernel: `NF_IP_PRI_CONNTRACK`, `NF_IP_PRI_NAT_DST`, `NF_IP_PRI_NAT_SRC`.
    private static final int CONNTRACK_PRIORITY = -200;

    private static final int NAT_DST_PRIORITY = -100;
    private static final int NAT_SRC_PRIORITY = 100;

    private static final int IPV4_HEADER = 20;

    /// Kernel: `NF_IP_PRI_CONNTRACK_DEFRAG`.
    private static final int DEFRAG_PRIORITY = -400;

    private enum Kind {
        CHAIN,
        TRACK,
        TRANSLATE_SOURCE,
        TRANSLATE_DESTINATION,
        CONFIRM
    }

    /// What is registered at a hook.
    private record Entry(Kind kind, int priority, NftChain chain) {}

    private static final Entry[] NOTHING = {};

    private final Ruleset rules;
    private final RuleState state;
    private final Conntrack conntrack;
    private final Evaluation evaluation;
    private final Nat nat = new Nat();
    private final NatRange nothing = new NatRange();
    private final Map<Hook, Entry[]> ipv4 = new EnumMap<>(Hook.class);
    private final Map<Hook, Entry[]> ipv6 = new EnumMap<>(Hook.class);
    private final Map<Hook, Entry[]> arp = new EnumMap<>(Hook.class);
    private final Map<Hook, Entry[]> netdev = new EnumMap<>(Hook.class);
    private final Map<Hook, List<NftChain>> natChains4 = new EnumMap<>(Hook.class);
    private final Map<Hook, List<NftChain>> natChains6 = new EnumMap<>(Hook.class);

    /// What packets that are tracked meet at prerouting before fragments are put together.
    private final Entry[] early4;

    private final Entry[] early6;

    private final NftChain[] returnChains = new NftChain[RulesetReader.JUMP_STACK];
    private final int[] returnTo = new int[RulesetReader.JUMP_STACK];

    private NftRule decidedBy;
    private NftChain decidedIn;
    private Reject reject;
    private String why;

    public Netfilter(Ruleset rules, Conntrack conntrack, RouteQuestions routes) {
        this.rules = rules;
        this.conntrack = conntrack;
        state = new RuleState(rules);
        evaluation = new Evaluation(rules.fields(), state, conntrack, routes);
        for (Hook hook : Hook.values()) {
            ipv4.put(hook, entries(NfPacket.IPV4, hook, natChains4));
            ipv6.put(hook, entries(NfPacket.IPV6, hook, natChains6));
            arp.put(hook, entries(NfPacket.ARP, hook, null));
            netdev.put(hook, entries(NfPacket.NETDEV, hook, null));
        }
        early4 = takeEarly(NfPacket.IPV4, ipv4);
        early6 = takeEarly(NfPacket.IPV6, ipv6);
    }

    private Entry[] takeEarly(int family, Map<Hook, Entry[]> registered) {
        Entry[] all = registered.get(Hook.PREROUTING);
        int early = 0;
        while (early < all.length && all[early].priority < DEFRAG_PRIORITY) {
            early++;
        }
        if (!rules.tracks(family) || early == 0) {
            return NOTHING;
        }
        registered.put(Hook.PREROUTING, Arrays.copyOfRange(all, early, all.length));
        return Arrays.copyOf(all, early);
    }

    private Entry[] entries(int family, Hook hook, Map<Hook, List<NftChain>> natChains) {
        var entries = new ArrayList<Entry>();
        if (rules.tracks(family) && natChains != null) {
            addTracking(family, hook, entries);
        }
        var nat = new ArrayList<NftChain>();
        for (NftChain chain : rules.chains(family, hook)) {
            if (chain.type == NftChain.Type.NAT && natChains != null) {
                nat.add(chain);
            } else {
                entries.add(new Entry(Kind.CHAIN, chain.priority, chain));
            }
        }
        if (natChains != null) {
            natChains.put(hook, nat);
        }
        entries.sort((a, b) -> Integer.compare(a.priority, b.priority));
        return entries.toArray(NOTHING);
    }

    /// Tracking is at the first and the last hook of every way through the host; translation too,
    /// once there is a single NAT chain.
    private void addTracking(int family, Hook hook, List<Entry> entries) {
        boolean first = hook == Hook.PREROUTING || hook == Hook.OUTPUT;
        boolean last = hook == Hook.INPUT || hook == Hook.POSTROUTING;
        if (first) {
            entries.add(new Entry(Kind.TRACK, CONNTRACK_PRIORITY, null));
        }
        if (first && rules.translates(family)) {
            entries.add(new Entry(Kind.TRANSLATE_DESTINATION, NAT_DST_PRIORITY, null));
        }
        if (last && rules.translates(family)) {
            entries.add(new Entry(Kind.TRANSLATE_SOURCE, NAT_SRC_PRIORITY, null));
        }
        if (last) {
            entries.add(new Entry(Kind.CONFIRM, Integer.MAX_VALUE, null));
        }
    }

    public Ruleset rules() {
        return rules;
    }

    public Conntrack conntrack() {
        return conntrack;
    }

    /// Takes a packet that is tracked through what comes before fragments are put together at
    /// prerouting.
    public Answer passEarly(NfPacket packet) {
        Entry[] entries = packet.family == NfPacket.IPV4 ? early4 : early6;
        return entries.length == 0
                ? Answer.ACCEPT
                : pass(entries, Hook.PREROUTING, packet, packet.family);
    }

    /// Takes a packet through one hook of its family.
    public Answer pass(Hook hook, NfPacket packet) {
        return pass(registered(packet.family).get(hook), hook, packet, packet.family);
    }

    /// Takes a packet through a hook of a device (`netdev`).
    public Answer passDevice(Hook hook, NfPacket packet) {
        return pass(netdev.get(hook), hook, packet, NfPacket.NETDEV);
    }

    private Answer pass(Entry[] entries, Hook hook, NfPacket packet, int hookFamily) {
        reject = null;
        decidedBy = null;
        decidedIn = null;
        why = null;
        if (entries.length == 0) {
            return Answer.ACCEPT;
        }
        evaluation.packet = packet;
        evaluation.hook = hook;
        evaluation.hookFamily = hookFamily;
        evaluation.reject = null;
        for (Entry entry : entries) {
            decidedIn = null;
            int code = take(entry, hook, packet);
            if (code == Step.DROP) {
                reject = evaluation.reject;
                return Answer.DROP;
            }
            if (code == Step.UNKNOWN) {
                why = evaluation.why;
                return Answer.INCOMPLETE;
            }
        }
        return Answer.ACCEPT;
    }

    private Map<Hook, Entry[]> registered(int family) {
        return switch (family) {
            case NfPacket.IPV4 -> ipv4;
            case NfPacket.IPV6 -> ipv6;
            case NfPacket.ARP -> arp;
            default -> netdev;
        };
    }

    private int take(Entry entry, Hook hook, NfPacket packet) {
        return switch (entry.kind) {
            case CHAIN -> chain(entry.chain, packet);
            case TRACK -> conntrack.in(packet, hook == Hook.PREROUTING) ? Step.ACCEPT : Step.DROP;
            case CONFIRM -> conntrack.confirm(packet) ? Step.ACCEPT : Step.DROP;
            case TRANSLATE_SOURCE -> translate(hook, packet, Manip.SOURCE);
            case TRANSLATE_DESTINATION -> translate(hook, packet, Manip.DESTINATION);
        };
    }

    /// Kernel: `nf_nat_inet_fn`. The chains are asked once for each connection.
    private int translate(Hook hook, NfPacket packet, Manip manip) {
        NfConn connection = packet.connection;
        if (packet.ctUnknown != null) {
            return evaluation.unknown(packet.ctUnknown);
        }
        if (connection == null) {
            return Step.ACCEPT;
        }
        if (packet.ctInfo == CtInfo.NEW && !Conntrack.isBound(connection, manip)) {
            var chains = packet.family == NfPacket.IPV4 ? natChains4 : natChains6;
            for (NftChain chain : chains.get(hook)) {
                int code = chain(chain, packet);
                if (code != Step.ACCEPT) {
                    return code;
                }
                if (Conntrack.isBound(connection, manip)) {
                    break;
                }
            }
            if (!Conntrack.isBound(connection, manip)) {
                String unknown = conntrack.bind(connection, nothing, manip);
                if (unknown != null) {
                    return evaluation.unknown(unknown);
                }
            }
        }
        return nat.translate(packet, manip) ? Step.ACCEPT : Step.DROP;
    }

    private int chain(NftChain base, NfPacket packet) {
        if (!isOnDevice(base, packet)) {
            return Step.ACCEPT;
        }
        boolean reroutes = base.type == NftChain.Type.ROUTE && packet.captured >= IPV4_HEADER;
        long before = reroutes ? routedBy(packet) : 0;
        packet.stopAtAuthentication(!base.xt);
        int code = run(base);
        packet.stopAtAuthentication(false);
        if (reroutes && code != Step.DROP && before != routedBy(packet)) {
            return evaluation.unknown("a chain of type route changes by what a packet is routed");
        }
        if (packet.mangled) {
            // Within a chain rules go by the transport that the packet came with.
            packet.readHeaders();
        }
        return code;
    }

    /// What a packet of the host's own is routed by, drawn together (kernel:
    /// `nf_route_table_hook4`, `nf_route_table_hook6`).
    private static long routedBy(NfPacket packet) {
        boolean ipv4 = packet.family == NfPacket.IPV4;
        long header = ipv4 ? packet.u8(1) : (long) packet.i32(0) << 8 | packet.u8(7);
        long hash = header * 31 + packet.mark;
        hash = hash * 31 + packet.sourceHigh();
        hash = hash * 31 + packet.sourceLow();
        hash = hash * 31 + packet.destinationHigh();
        return hash * 31 + packet.destinationLow();
    }

    /// Kernel: `nft_do_chain`.
    private int run(NftChain base) {
        evaluation.forgetFields();
        NftChain chain = base;
        int next = 0;
        int depth = 0;
        while (true) {
            if (chain.unknown != null) {
                return evaluation.unknown(chain.unknown);
            }
            int code = chain.rules.run(evaluation, next);
            switch (code) {
                case Step.ACCEPT, Step.DROP, Step.UNKNOWN -> {
                    decidedBy = evaluation.rule;
                    decidedIn = base;
                    return code;
                }
                case Step.JUMP, Step.GOTO -> {
                    if (code == Step.JUMP) {
                        returnChains[depth] = chain;
                        returnTo[depth++] = evaluation.next;
                    }
                    chain = evaluation.target;
                    next = 0;
                }
                default -> {
                    if (depth == 0) {
                        decidedIn = base;
                        return base.policyDrop ? Step.DROP : Step.ACCEPT;
                    }
                    depth--;
                    chain = returnChains[depth];
                    next = returnTo[depth];
                }
            }
        }
    }

    private static boolean isOnDevice(NftChain base, NfPacket packet) {
        if (base.devices.isEmpty()) {
            return true;
        }
        var device = base.hook == Hook.EGRESS ? packet.output() : packet.input();
        return device != null && base.devices.contains(device.name());
    }

    /// What became of the packet is not known: neither is its connection, if it began one, nor what
    /// rules did to sets with it.
    public void abandon(NfPacket packet) {
        if (rules.tracks(packet.family)) {
            // It may have ended before tracking saw it.
            conntrack.in(packet, true);
            conntrack.abandon(packet);
        }
        evaluation.packet = packet;
        state.doubt(packet.timeNanos, packet.length);
        rules.setUpdates().forEach(update -> update.doubt(evaluation, rules.rewrites()));
    }

    /// A packet of the host's own of no more than `length` bytes may have met rules, and may not.
    public void doubtOwn(long timeNanos, int length) {
        state.doubt(timeNanos, length);
    }

    /// Elements that packets did not get into sets because these were full.
    public long refusedElements() {
        return state.refusedElements();
    }

    /// How the source of the packet that was just dropped is told; null if it is not.
    public Reject reject() {
        return reject;
    }

    /// Kernel function that freed the packet that was just dropped.
    public String dropFunction() {
        return decidedIn != null && !decidedIn.xt ? "nft_do_chain" : "nf_hook_slow";
    }

    /// Why the last packet could not be judged.
    public String why() {
        return why;
    }

    /// The rule or chain that decided about the last packet; null if none did. Its text says so in
    /// words.
    public Object evidence() {
        return decidedBy != null ? decidedBy : decidedIn;
    }

    /// How often a rule was met, by its counter; the first, if it has several.
    ///
    /// @return -1 if it has none
    public long packets(NftRule rule) {
        return rule.counter() < 0 ? -1 : state.packets(rule.counter());
    }

    /// As [#packets], the bytes.
    public long bytes(NftRule rule) {
        return rule.counter() < 0 ? -1 : state.bytes(rule.counter());
    }
}
