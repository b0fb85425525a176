package headgate.forwarding.nft;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The elements of a set or map. Sets of single values are hashed; sets with ranges are sorted, and
/// searched by their first part. What packets do to a set is kept by [SetElements].
///
/// Elements are added while the rule set is read; [#build] then makes the set ready.
final class NftSet {
    static final int NOT_FOUND = -1;

    /// Nothing can be said: [Evaluation#why] tells the reason.
    static final int UNKNOWN_ELEMENT = -2;

    /// There is one, whose limit or quota is used up.
    static final int USED_UP = -3;

    /// It is in [Evaluation#element].
    static final int CHANGING_ELEMENT = Integer.MAX_VALUE;

    /// Longs of one part of one element: first and last value.
    private static final int BOUNDS = 4;

    /// Sets of so many values are compared, not looked up.
    private static final int FEW = 8;

    private final String name;
    private Datatype[] keys;
    private Datatype[] data;
    private boolean declared;

    /// Why elements cannot be told; null if they can.
    private String unknown;

    /// Whether there is more than was read.
    private boolean lacking;

    /// Whether rules add or delete elements.
    private boolean filled;

    /// Whether elements hold what packets use up.
    private boolean metered;

    /// Among the sets that change while packets pass; negative if it is none.
    private int number = -1;

    private long mostElements = Long.MAX_VALUE;
    private long timeoutNanos;
    private List<Meter.Spec> meters = List.of();
    private final Map<Integer, List<Meter.Spec>> metersByElement = new HashMap<>();

    private int count;
    private long[] bounds = new long[0];
    private long[] values = new long[0];
    private NftVerdict[] verdicts;

    /// Elements whose answer cannot be told: they may have run out, or carry what is not known.
    private final BitSet doubtful = new BitSet();

    private int catchAll = NOT_FOUND;
    private boolean ranges;

    /// Hash table of element + 1.
    private int[] table;

    /// Elements by first value; and, for each place, the highest last value up to there.
    private int[] order;

    private long[] highest;

    NftSet(String name) {
        this.name = name;
    }

    /// @param data types of a map's values; empty for sets, and for maps to verdicts
    void declare(Datatype[] keys, Datatype[] data) {
        this.keys = keys;
        this.data = data;
        declared = true;
    }

    /// @param mostElements that it may hold; 0 if as many as there are
    /// @param timeoutNanos for how long elements stay whose rule does not say; 0 if for good
    /// @param meters of each element
    void declareGrowth(long mostElements, long timeoutNanos, List<Meter.Spec> meters) {
        this.mostElements = mostElements == 0 ? Long.MAX_VALUE : mostElements;
        this.timeoutNanos = timeoutNanos;
        this.meters = List.copyOf(meters);
    }

    long mostElements() {
        return mostElements;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    List<Meter.Spec> meters() {
        return meters;
    }

    /// Gives the element that was added last what packets use up.
    void meterLast(List<Meter.Spec> specs) {
        if (!specs.isEmpty()) {
            metered = true;
            metersByElement.put(count - 1, List.copyOf(specs));
        }
    }

    List<Meter.Spec> meters(int element) {
        return metersByElement.getOrDefault(element, List.of());
    }

    /// Rules add or delete elements.
    void markFilled() {
        filled = true;
    }

    /// Whether what it holds changes while packets pass; to be asked after [#build].
    boolean isChanging() {
        return number >= 0;
    }

    int number() {
        return number;
    }

    boolean isLacking() {
        return lacking;
    }

    boolean isDoubtful(int element) {
        return doubtful.get(element);
    }

    int catchAll() {
        return catchAll;
    }

    /// Writes the key of an element without ranges.
    void readKey(int element, long[] words) {
        for (int i = 0; i < words.length; i += 2) {
            int at = element * keys.length * BOUNDS + i * 2;
            words[i] = bounds[at];
            words[i + 1] = bounds[at + 1];
        }
    }

    /// What an element of a map leads to; empty for others.
    long[] readData(int element) {
        int length = data.length * 2;
        return Arrays.copyOfRange(values, element * length, (element + 1) * length);
    }

    boolean isDeclared() {
        return declared;
    }

    Datatype[] keys() {
        return keys;
    }

    int dataWidth() {
        return data == null ? 1 : Math.max(1, data.length);
    }

    Datatype dataType(int part) {
        return data == null || data.length == 0 ? Datatype.INTEGER : data[part];
    }

    Datatype[] data() {
        return data;
    }

    /// The set holds more elements than were read: what it lacks cannot be told.
    void markLacking() {
        lacking = true;
    }

    /// Nothing can be told of its elements.
    void markUnknown(String why) {
        unknown = why;
    }

    /// @param parts one interval for each key; null for the element that stands for all others
    /// @param value of a map, one interval for each part; null for sets and verdict maps
    /// @param verdict of a verdict map; null for others
    void add(Interval[] parts, Interval[] value, NftVerdict verdict, boolean doubt) {
        int width = keys.length;
        if (count == Integer.MAX_VALUE / (width * BOUNDS) - 1) {
            throw new IllegalStateException("a set of more than " + count + " elements");
        }
        bounds = grow(bounds, (count + 1) * width * BOUNDS);
        for (int i = 0; i < width; i++) {
            Interval part = parts == null ? Interval.ALL : parts[i];
            int at = (count * width + i) * BOUNDS;
            bounds[at] = part.firstHigh();
            bounds[at + 1] = part.firstLow();
            bounds[at + 2] = part.lastHigh();
            bounds[at + 3] = part.lastLow();
            ranges |= parts != null && !part.isSingle();
        }
        if (value != null) {
            values = grow(values, (count + 1) * dataWidth() * 2);
            for (int i = 0; i < dataWidth(); i++) {
                values[(count * dataWidth() + i) * 2] = value[i].firstHigh();
                values[(count * dataWidth() + i) * 2 + 1] = value[i].firstLow();
            }
        }
        if (verdict != null) {
            verdicts = verdicts == null ? new NftVerdict[16] : verdicts;
            verdicts =
                    count < verdicts.length ? verdicts : Arrays.copyOf(verdicts, count + count / 2);
            verdicts[count] = verdict;
        }
        if (parts == null) {
            catchAll = count;
        }
        doubtful.set(count, doubt);
        count++;
    }

    private static long[] grow(long[] array, int needed) {
        return needed <= array.length
                ? array
                : Arrays.copyOf(array, Math.max(needed, array.length + array.length / 2));
    }

    /// @param changing gathers the sets that change while packets pass
    void build(List<NftSet> changing) {
        if (!declared) {
            return;
        }
        if (ranges) {
            metersByElement.keySet().forEach(doubtful::set);
            sort();
            return;
        }
        hash();
        if (filled || metered) {
            number = changing.size();
            changing.add(this);
        }
    }

    /// All values, if they are few single ones of at most 64 bits, and nothing else plays a part;
    /// otherwise null. To be asked after [#build].
    long[] few() {
        if (!declared
                || unknown != null
                || lacking
                || isChanging()
                || keys.length != 1
                || count > FEW
                || ranges) {
            return null;
        }
        long[] few = new long[count];
        for (int element = 0; element < count; element++) {
            if (element == catchAll || doubtful.get(element) || bounds[element * BOUNDS] != 0) {
                return null;
            }
            few[element] = bounds[element * BOUNDS + 1];
        }
        return few;
    }

    private void hash() {
        table = new int[Integer.highestOneBit(Math.max(4, count)) * 4];
        for (int element = 0; element < count; element++) {
            if (element == catchAll) {
                continue;
            }
            int slot = hashOf(element) & table.length - 1;
            while (table[slot] != 0) {
                slot = slot + 1 & table.length - 1;
            }
            table[slot] = element + 1;
        }
    }

    private int hashOf(int element) {
        long hash = 0;
        for (int i = 0; i < keys.length; i++) {
            int at = (element * keys.length + i) * BOUNDS;
            hash = mix(hash, bounds[at], bounds[at + 1]);
        }
        return (int) (hash ^ hash >>> 32);
    }

    private static long mix(long hash, long high, long low) {
        long mixed = (hash ^ high) * 0x9e37_79b9_7f4a_7c15L;
        mixed = (mixed ^ mixed >>> 29 ^ low) * 0xbf58_476d_1ce4_e5b9L;
        return mixed ^ mixed >>> 32;
    }

    private void sort() {
        Integer[] sorted = new Integer[count];
        Arrays.setAll(sorted, i -> i);
        Arrays.sort(sorted, this::byFirst);
        order = new int[catchAll < 0 ? count : count - 1];
        highest = new long[order.length * 2];
        int at = 0;
        for (int element : sorted) {
            if (element == catchAll) {
                continue;
            }
            order[at] = element;
            int last = element * keys.length * BOUNDS + 2;
            highest[at * 2] = bounds[last];
            highest[at * 2 + 1] = bounds[last + 1];
            if (at > 0 && isHigher(at - 1, at)) {
                highest[at * 2] = highest[at * 2 - 2];
                highest[at * 2 + 1] = highest[at * 2 - 1];
            }
            at++;
        }
    }

    private boolean isHigher(int a, int b) {
        return Interval.compare(
                        highest[a * 2], highest[a * 2 + 1], highest[b * 2], highest[b * 2 + 1])
                > 0;
    }

    private int byFirst(int a, int b) {
        int first = a * keys.length * BOUNDS;
        int second = b * keys.length * BOUNDS;
        return Interval.compare(
                bounds[first], bounds[first + 1], bounds[second], bounds[second + 1]);
    }

    /// The element that the registers from `at` on hold; negative if none matches.
    ///
    /// @param uses whether what the element holds is used by the packet: not where it must be
    ///   absent
    int find(Evaluation e, int at, boolean uses) {
        if (!declared || unknown != null) {
            e.unknown(declared ? unknown : "set " + name + " is not in the rule set");
            return UNKNOWN_ELEMENT;
        }
        if (isChanging()) {
            int found = e.state.elements(number).find(e, at, uses);
            return found == NOT_FOUND ? catchAll : found;
        }
        int element = ranges ? findRange(e, at) : findSingle(e, at);
        element = element == NOT_FOUND ? catchAll : element;
        if (element == NOT_FOUND && lacking) {
            e.unknown("set " + name + " may hold more than is known");
            return UNKNOWN_ELEMENT;
        }
        if (element >= 0 && doubtful.get(element)) {
            e.unknown("an element of set " + name + " that runs out, or carries what is not known");
            return UNKNOWN_ELEMENT;
        }
        return element;
    }

    private int findSingle(Evaluation e, int at) {
        long hash = 0;
        for (int i = 0; i < keys.length; i++) {
            hash = mix(hash, e.high[at + i], e.low[at + i]);
        }
        int slot = (int) (hash ^ hash >>> 32) & table.length - 1;
        while (table[slot] != 0) {
            if (holds(table[slot] - 1, e, at)) {
                return table[slot] - 1;
            }
            slot = slot + 1 & table.length - 1;
        }
        return NOT_FOUND;
    }

    private int findRange(Evaluation e, int at) {
        int low = 0;
        int high = order.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int first = order[middle] * keys.length * BOUNDS;
            if (Interval.compare(bounds[first], bounds[first + 1], e.high[at], e.low[at]) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int i = low - 1; i >= 0; i--) {
            if (Interval.compare(highest[i * 2], highest[i * 2 + 1], e.high[at], e.low[at]) < 0) {
                return NOT_FOUND;
            }
            if (holds(order[i], e, at)) {
                return order[i];
            }
        }
        return NOT_FOUND;
    }

    private boolean holds(int element, Evaluation e, int at) {
        for (int i = 0; i < keys.length; i++) {
            int bound = (element * keys.length + i) * BOUNDS;
            long high = e.high[at + i];
            long low = e.low[at + i];
            if (Interval.compare(bounds[bound], bounds[bound + 1], high, low) > 0
                    || Interval.compare(bounds[bound + 2], bounds[bound + 3], high, low) < 0) {
                return false;
            }
        }
        return true;
    }

    /// Upper half of what the element leads to that [#find] told.
    long dataHigh(Evaluation e, int element, int part) {
        return element == CHANGING_ELEMENT
                ? e.element.dataHigh(part)
                : values[(element * dataWidth() + part) * 2];
    }

    long dataLow(Evaluation e, int element, int part) {
        return element == CHANGING_ELEMENT
                ? e.element.dataLow(part)
                : values[(element * dataWidth() + part) * 2 + 1];
    }

    NftVerdict verdict(Evaluation e, int element) {
        return element == CHANGING_ELEMENT ? e.element.verdict() : verdict(element);
    }

    NftVerdict verdict(int element) {
        return verdicts == null || element >= verdicts.length ? null : verdicts[element];
    }

    /// Chains that verdicts of this map lead to.
    void forEachTarget(java.util.function.Consumer<NftChain> action) {
        for (int i = 0; verdicts != null && i < Math.min(count, verdicts.length); i++) {
            if (verdicts[i] != null && verdicts[i].target() != null) {
                action.accept(verdicts[i].target());
            }
        }
    }

    int size() {
        return count;
    }

    @Override
    public String toString() {
        return name;
    }
}
