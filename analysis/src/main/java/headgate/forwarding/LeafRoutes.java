package headgate.forwarding;

import java.util.Arrays;

/// What each leaf of a table has: an array in pages, of which a changed one shares all but one; and
/// the first [#MARKS] different ones of them, so that a [RangeTrie] can say at once what a leaf has
/// and lookups need not go by the leaf, of which there are many.
final class LeafRoutes {
    private static final int PAGE_BITS = 9;
    private static final int PAGE = 1 << PAGE_BITS;

    /// Bits that say which of the marked ones a leaf has. Few routers have more next hops.
    static final int MARK_BITS = 9;

    private static final int MARKS = 1 << MARK_BITS;

    /// Above the bits of a value of [RangeTrie] that say what a word is.
    private static final int MARK_SHIFT = 2;

    /// The value of no leaf.
    static final long NO_ROUTES = value(LongestPrefixMatch.NONE, 0);

    private final Object[][] pages;

    /// The first is null, for none.
    private final Object[] marked;

    private LeafRoutes(Object[][] pages, Object[] marked) {
        this.pages = pages;
        this.marked = marked;
    }

    /// @param routes of the leaves from 0 on
    static LeafRoutes of(Object[] routes) {
        var pages = new Object[(routes.length + PAGE - 1) / PAGE][];
        for (int page = 0; page < pages.length; page++) {
            int from = page << PAGE_BITS;
            pages[page] = Arrays.copyOfRange(routes, from, Math.min(from + PAGE, routes.length));
        }
        Object[] marked = new Object[1];
        for (int leaf = 0; leaf < routes.length && marked.length < MARKS; leaf++) {
            marked = marked(marked, routes[leaf]);
        }
        return new LeafRoutes(pages, marked);
    }

    private static Object[] marked(Object[] marked, Object routes) {
        if (marked.length == MARKS || mark(marked, routes) > 0 || routes == null) {
            return marked;
        }
        Object[] more = Arrays.copyOf(marked, marked.length + 1);
        more[marked.length] = routes;
        return more;
    }

    /// 0 if these routes are not among the marked ones.
    private static int mark(Object[] marked, Object routes) {
        int mark = marked.length - 1;
        while (mark > 0 && marked[mark] != routes) {
            mark--;
        }
        return mark;
    }

    /// Null if the leaf is gone.
    Object get(int leaf) {
        return pages[leaf >>> PAGE_BITS][leaf & PAGE - 1];
    }

    /// A leaf as the value of a [RangeTrie].
    long value(int leaf) {
        return value(leaf, leaf < 0 ? 0 : mark(marked, get(leaf)));
    }

    static long value(int leaf, int mark) {
        return (long) leaf << Integer.SIZE | (long) mark << MARK_SHIFT;
    }

    static int mark(long value) {
        return (int) value >>> MARK_SHIFT;
    }

    /// What the leaf of such a value has; null for no leaf.
    Object ofValue(long value) {
        int mark = mark(value);
        if (mark != 0) {
            return marked[mark];
        }
        int leaf = RangeTrie.leaf(value);
        return leaf < 0 ? null : get(leaf);
    }

    /// One in which a leaf, perhaps a new last one, has these routes.
    LeafRoutes with(int leaf, Object routes) {
        int page = leaf >>> PAGE_BITS;
        int at = leaf & PAGE - 1;
        Object[][] changed = Arrays.copyOf(pages, Math.max(pages.length, page + 1));
        Object[] before = page < pages.length ? pages[page] : new Object[0];
        changed[page] = Arrays.copyOf(before, Math.max(before.length, at + 1));
        changed[page][at] = routes;
        return new LeafRoutes(changed, marked(marked, routes));
    }
}
