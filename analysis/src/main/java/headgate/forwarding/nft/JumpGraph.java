package headgate.forwarding.nft;

import headgate.forwarding.SnapshotException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which chains lead to which. A kernel refuses loops, and more than 16 chains below one another
/// (`nft_chain_validate`); so does this, without recursion.
final class JumpGraph {
    private static final int MOST_NAMED = 20;

    /// One way from a chain to another, with a rule that takes it.
    private record Edge(NftChain target, NftRule rule) {}

    private final String document;
    private final Map<NftChain, List<Edge>> edges = new HashMap<>();

    /// How many chains lie below each, itself among them; absent until that is known.
    private final Map<NftChain, Integer> depth = new HashMap<>();

    JumpGraph(String document) {
        this.document = document;
    }

    /// Takes up where the rules of a chain lead; call before [NftChain#build].
    void add(NftChain chain) {
        var targets = new LinkedHashSet<NftChain>();
        var ways = new ArrayList<Edge>();
        for (NftChain.Reading read : chain.reading()) {
            for (Step step : read.steps()) {
                if (step.target() != null && targets.add(step.target())) {
                    ways.add(new Edge(step.target(), read.rule()));
                }
                if (step.verdicts() != null) {
                    step.verdicts()
                            .forEachTarget(target -> {
                                if (targets.add(target)) {
                                    ways.add(new Edge(target, read.rule()));
                                }
                            });
                }
            }
        }
        edges.put(chain, ways);
    }

    void refuseLoops(Collection<NftChain> chains) throws SnapshotException {
        for (NftChain chain : chains) {
            if (!depth.containsKey(chain)) {
                walk(chain);
            }
        }
    }

    /// Walks down from one chain; the way down is a stack of its own.
    private void walk(NftChain start) throws SnapshotException {
        Deque<NftChain> way = new ArrayDeque<>();
        Set<NftChain> onWay = new HashSet<>();
        Map<NftChain, Integer> next = new HashMap<>();
        way.push(start);
        onWay.add(start);
        while (!way.isEmpty()) {
            NftChain chain = way.peek();
            List<Edge> ways = edges.getOrDefault(chain, List.of());
            int at = next.merge(chain, 1, Integer::sum) - 1;
            if (at < ways.size()) {
                Edge edge = ways.get(at);
                if (onWay.contains(edge.target)) {
                    throw loop(way, edge);
                }
                if (!depth.containsKey(edge.target)) {
                    way.push(edge.target);
                    onWay.add(edge.target);
                }
                continue;
            }
            settle(chain, ways);
            way.pop();
            onWay.remove(chain);
        }
    }

    private void settle(NftChain chain, List<Edge> ways) throws SnapshotException {
        int deepest = 0;
        for (Edge edge : ways) {
            int below = depth.getOrDefault(edge.target, 0);
            if (below >= RulesetReader.JUMP_STACK) {
                throw new SnapshotException(
                        document,
                        0,
                        0,
                        edge.rule
                                + ": jumps go deeper than "
                                + RulesetReader.JUMP_STACK
                                + " chains");
            }
            deepest = Math.max(deepest, below);
        }
        depth.put(chain, deepest + 1);
    }

    private SnapshotException loop(Deque<NftChain> way, Edge edge) {
        var names = new ArrayList<String>();
        for (NftChain chain : way) {
            names.addFirst(chain.name);
            if (chain == edge.target) {
                break;
            }
        }
        names.add(edge.target.name);
        List<String> shown =
                names.size() <= MOST_NAMED
                        ? names
                        : names.subList(names.size() - MOST_NAMED, names.size());
        return new SnapshotException(
                document,
                0,
                0,
                edge.rule + ": chains jump in a loop: " + String.join(" -> ", shown));
    }
}
