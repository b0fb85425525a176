package headgate.forwarding;

import java.util.Arrays;

/// What each leaf of a table has: an array in pages, of which a changed one shares all but one; and
/// the first few different ones of them, *marked*, so that the value of a leaf, which is what a
/// [LongestPrefixMatch] finds, says at once what the leaf has, and a lookup need not go by the
/// leaf, of which there are many.
final class LeafRoutes {
    private static final int PAGE_BITS = 9;
    private static final int PAGE = 1 << PAGE_BITS;

    /// The value of no leaf.
    static final int NO_ROUTES = 0;

    /// Bits of a value, which is never negative: as many as structures of any kind have room for.
    private static final int VALUE_BITS = 30;

    /// Bits of a value that say which of the marked ones a leaf has. Few routers have more next
    /// hops.
    private static final int MARK_BITS = 9;

    /// Leaves that such values can tell apart; in larger tables values say only whether there is a
    /// leaf.
    private static final int MARKED_LEAVES = (1 << VALUE_BITS - MARK_BITS) - 1;

    /// Marks of no leaf, and of one whose routes are not marked.
    private static final int NO_LEAF = 0;

    private static final int UNMARKED = 1;

    /// A value is the leaf + 1, and in so many lower bits its mark.
    private final int markBits;

    private final Object[][] pages;

    /// By the mark; null for those of no leaf, of the unmarked, and beyond [#marks].
    private final Object[] marked;

    private final int marks;

    /// By the mark, as [#answers].
    private final Errno[] answers;

    private final PrefixTable.Packing<?> packing;

    private LeafRoutes(
            int markBits,
            Object[][] pages,
            Object[] marked,
            int marks,
            Errno[] answers,
            PrefixTable.Packing<?> packing) {
        this.markBits = markBits;
        this.pages = pages;
        this.marked = marked;
        this.marks = marks;
        this.answers = answers;
        this.packing = packing;
    }

    /// @param routes of the leaves from 0 on, packed
    static LeafRoutes of(Object[] routes, PrefixTable.Packing<?> packing) {
        var pages = new Object[(routes.length + PAGE - 1) / PAGE][];
        for (int page = 0; page < pages.length; page++) {
            int from = page << PAGE_BITS;
            pages[page] = Arrays.copyOfRange(routes, from, Math.min(from + PAGE, routes.length));
        }
        int markBits = routes.length < MARKED_LEAVES ? MARK_BITS : 1;
        var marked = new Object[1 << markBits];
        var answers = new Errno[1 << markBits];
        answers[NO_LEAF] = Errno.EAGAIN;
        int marks = UNMARKED + 1;
        for (int leaf = 0; leaf < routes.length && marks < marked.length; leaf++) {
            if (mark(marked, marks, routes[leaf]) == UNMARKED) {
                marked[marks] = routes[leaf];
                answers[marks++] = packing.answer(routes[leaf]);
            }
        }
        return new LeafRoutes(markBits, pages, marked, marks, answers, packing);
    }

    private static int mark(Object[] marked, int marks, Object routes) {
        int mark = marks - 1;
        while (mark > UNMARKED && marked[mark] != routes) {
            mark--;
        }
        return mark;
    }

    /// How many leaves there may be.
    int most() {
        return (1 << VALUE_BITS - markBits) - 1;
    }

    /// Null if the leaf is gone.
    Object get(int leaf) {
        return pages[leaf >>> PAGE_BITS][leaf & PAGE - 1];
    }

    /// A leaf, or [LongestPrefixMatch#NONE], with what it has; never negative.
    int value(int leaf) {
        return leaf == LongestPrefixMatch.NONE
                ? NO_ROUTES
                : leaf + 1 << markBits | mark(marked, marks, get(leaf));
    }

    /// The leaf of a value, or [LongestPrefixMatch#NONE].
    int leaf(int value) {
        return (value >>> markBits) - 1;
    }

    /// What the leaf of a value has; null for no leaf.
    Object ofValue(int value) {
        int mark = value & (1 << markBits) - 1;
        return mark == UNMARKED ? get(leaf(value)) : marked[mark];
    }

    /// What a lookup answers, as [PrefixTable.Packing#answer] has it, by the lowest bits of a
    /// value, as many as there are answers.
    Errno[] answers() {
        return answers;
    }

    /// One in which a leaf, perhaps a new last one, has these routes.
    LeafRoutes with(int leaf, Object routes) {
        int page = leaf >>> PAGE_BITS;
        int at = leaf & PAGE - 1;
        Object[][] changed = Arrays.copyOf(pages, Math.max(pages.length, page + 1));
        Object[] before = page < pages.length ? pages[page] : new Object[0];
        changed[page] = Arrays.copyOf(before, Math.max(before.length, at + 1));
        changed[page][at] = routes;
        if (routes == null || marks == marked.length || mark(marked, marks, routes) != UNMARKED) {
            return new LeafRoutes(markBits, changed, marked, marks, answers, packing);
        }
        Object[] moreMarked = marked.clone();
        Errno[] moreAnswers = answers.clone();
        moreMarked[marks] = routes;
        moreAnswers[marks] = packing.answer(routes);
        return new LeafRoutes(markBits, changed, moreMarked, marks + 1, moreAnswers, packing);
    }
}
