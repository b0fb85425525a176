package headgate.flow.rollup;

import java.util.Comparator;
import java.util.List;

/// Tells the first of a list from the rest without sorting either: quickselect.
public final class Selection {
    private static final int FEW = 16;

    private Selection() {}

    /// What is left of `all` without the `count` that come first. Reorders `all`.
    ///
    /// @param order in which no two are equal, or either of them may be among the first
    public static <T> List<T> allBut(int count, List<T> all, Comparator<? super T> order) {
        int from = 0;
        int to = all.size();
        // No order of the input makes it slower than sorting: bad pivots are followed only so
        // often.
        int rounds = 2 * (Integer.SIZE - Integer.numberOfLeadingZeros(to));
        while (from < count && count < to) {
            if (to - from <= FEW || rounds-- == 0) {
                all.subList(from, to).sort(order);
                break;
            }
            T pivot = median(all.get(from), all.get((from + to) >>> 1), all.get(to - 1), order);
            int low = from;
            int high = to - 1;
            while (low <= high) {
                while (order.compare(all.get(low), pivot) < 0) {
                    low++;
                }
                while (order.compare(all.get(high), pivot) > 0) {
                    high--;
                }
                if (low <= high) {
                    all.set(low, all.set(high--, all.get(low++)));
                }
            }
            // Now from … high come no later than the pivot, low … to no earlier; between is the
            // pivot.
            if (count <= high + 1) {
                to = high + 1;
            } else if (count >= low) {
                from = low;
            } else {
                break;
            }
        }
        return all.subList(Math.min(count, all.size()), all.size());
    }

    private static <T> T median(T a, T b, T c, Comparator<? super T> order) {
        if (order.compare(a, b) > 0) {
            return median(b, a, c, order);
        }
        return order.compare(b, c) <= 0 ? b : order.compare(a, c) <= 0 ? c : a;
    }
}
