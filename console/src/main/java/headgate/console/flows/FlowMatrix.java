package headgate.console.flows;

import headgate.flow.FlowListener;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/// Who talks to whom, or to what: flows, frames and bytes of each pair, both ways.
public final class FlowMatrix implements FlowListener {
    /// Pairs enough for people, and some 200 MB.
    public static final int MAX_PAIRS = 1_000_000;

    /// Whom the rest is between.
    private static final Pair OTHERS = new Pair("others", "others");

    /// What the two ends are, as `--matrix` has it.
    ///
    /// @param ofA the end that begins
    /// @param ofB the other end
    /// @param isMutual whether both ends are of a kind, so that either may begin
    public record Ends(
            Function<FlowRecord, String> ofA, Function<FlowRecord, String> ofB, boolean isMutual) {

        private static final String NETWORKS = "/(?<v4>[0-9]{1,2})(,/(?<v6>[0-9]{1,3}))?";
        private static final int DEFAULT_IPV6_LENGTH = 64;

        /// Reads `address`, `port`, `app`, or lengths of networks: `/24` or `/24,/48`.
        ///
        /// @throws IllegalArgumentException if it is none of these
        public static Ends parse(String text) {
            Function<FlowRecord, String> originator =
                    record -> FlowField.address(record, record.originator());
            return switch (text) {
                case "address" ->
                        new Ends(
                                originator,
                                record -> FlowField.address(record, record.responder()),
                                true);
                case "port" -> new Ends(originator, Ends::port, false);
                case "app" -> new Ends(originator, Ends::application, false);
                default -> networks(text);
            };
        }

        private static Ends networks(String text) {
            var lengths = Pattern.compile(NETWORKS).matcher(text);
            if (!lengths.matches()) {
                throw new IllegalArgumentException(
                        "'"
                                + text
                                + "': there are address, port, app, and networks as /24 or"
                                + " /24,/48 (of IPv6)");
            }
            int ipv4 = Integer.parseInt(lengths.group("v4"));
            String longer = lengths.group("v6");
            int ipv6 = longer == null ? DEFAULT_IPV6_LENGTH : Integer.parseInt(longer);
            if (ipv4 > 32 || ipv6 > 128) {
                throw new IllegalArgumentException(
                        "'" + text + "': at most /32 and, of IPv6, /128");
            }
            return new Ends(
                    record -> network(record, record.originator(), ipv4, ipv6),
                    record -> network(record, record.responder(), ipv4, ipv6),
                    true);
        }

        private static String network(FlowRecord record, Side side, int ipv4, int ipv6) {
            return Network.of(
                            FlowField.ipAddress(record, side),
                            record.ipVersion() == 4 ? ipv4 : ipv6)
                    .toString();
        }

        private static String port(FlowRecord record) {
            String protocol = FlowField.protocol(record.protocol());
            return FlowField.hasPorts(record)
                    ? protocol + "/" + record.responder().port()
                    : protocol;
        }

        private static String application(FlowRecord record) {
            return record.application().isEmpty() ? "-" : record.application();
        }
    }

    /// What went between two ends.
    ///
    /// @param a who began first
    /// @param flows conversations, whoever began them
    /// @param packetsOfA frames that a sent
    /// @param bytesOfA bytes of these on the wire
    public record Row(
            String a,
            String b,
            long flows,
            long packetsOfA,
            long packetsOfB,
            long bytesOfA,
            long bytesOfB) {

        public long packets() {
            return packetsOfA + packetsOfB;
        }

        public long bytes() {
            return bytesOfA + bytesOfB;
        }
    }

    /// What rows can be sorted by, the largest first.
    public enum Order {
        bytes(Row::bytes),
        packets(Row::packets),
        flows(Row::flows);

        private final Comparator<Row> comparator;

        Order(ToLongFunction<Row> amount) {
            comparator =
                    Comparator.comparingLong(amount)
                            .reversed()
                            .thenComparing(Row::a)
                            .thenComparing(Row::b);
        }
    }

    private record Pair(String a, String b) {
        Pair reversed() {
            return new Pair(b, a);
        }
    }

    /// Flows, frames of a and of b, bytes of a and of b.
    private static final class Counts {
        private long flows;
        private long packetsOfA;
        private long packetsOfB;
        private long bytesOfA;
        private long bytesOfB;

        void add(Side a, Side b) {
            flows++;
            packetsOfA += a.packets();
            packetsOfB += b.packets();
            bytesOfA += a.frameBytes();
            bytesOfB += b.frameBytes();
        }

        Row row(Pair pair) {
            return new Row(pair.a, pair.b, flows, packetsOfA, packetsOfB, bytesOfA, bytesOfB);
        }
    }

    private final Ends ends;
    private final int maxPairs;
    private final Map<Pair, Counts> pairs = new HashMap<>();
    private long flowsOfOthers;

    /// @param maxPairs most pairs that are told apart; what comes after is in one row for all
    ///   others
    public FlowMatrix(Ends ends, int maxPairs) {
        this.ends = ends;
        this.maxPairs = maxPairs;
    }

    /// Counts a flow that has ended.
    @Override
    public void onRecord(FlowRecord record) {
        if (record.interim()) {
            return;
        }
        var pair = new Pair(ends.ofA.apply(record), ends.ofB.apply(record));
        Counts swapped =
                ends.isMutual && !pair.a.equals(pair.b) ? pairs.get(pair.reversed()) : null;
        if (swapped != null) {
            swapped.add(record.responder(), record.originator());
        } else {
            counts(pair).add(record.originator(), record.responder());
        }
    }

    private Counts counts(Pair pair) {
        Counts known = pairs.get(pair);
        if (known != null) {
            return known;
        }
        boolean hasRoom = pairs.size() < maxPairs;
        flowsOfOthers += hasRoom ? 0 : 1;
        return pairs.computeIfAbsent(hasRoom ? pair : OTHERS, _ -> new Counts());
    }

    /// The first so many rows of an order.
    public List<Row> rows(Order order, int limit) {
        var rows = new ArrayList<Row>(pairs.size());
        pairs.forEach((pair, counts) -> rows.add(counts.row(pair)));
        rows.sort(order.comparator);
        return rows.subList(0, Math.min(limit, rows.size()));
    }

    /// How many rows there are.
    public int size() {
        return pairs.size();
    }

    /// Flows of pairs for which there was no room.
    public long flowsOfOthers() {
        return flowsOfOthers;
    }
}
