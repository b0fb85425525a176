package headgate.flow.rollup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SelectionProperties {
    @Property
    void leavesWhatSortingLeaves(
            @ForAll @Size(max = 300) List<@IntRange(max = 40) Integer> numbers,
            @ForAll @IntRange(max = 320) int count) {
        assertLeavesTheSame(numbers, count);
    }

    @Property
    void leavesWhatSortingLeavesOfWhatIsInOrderAlready(
            @ForAll @IntRange(max = 2000) int size, @ForAll @IntRange(max = 2100) int count) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            numbers.add(i);
        }
        assertLeavesTheSame(numbers, count);
        assertLeavesTheSame(numbers.reversed(), count);
    }

    private static void assertLeavesTheSame(List<Integer> numbers, int count) {
        List<Integer> sorted = new ArrayList<>(numbers);
        sorted.sort(null);
        List<Integer> left =
                new ArrayList<>(
                        Selection.allBut(
                                count, new ArrayList<>(numbers), Comparator.naturalOrder()));
        left.sort(null);
        assertEquals(sorted.subList(Math.min(count, sorted.size()), sorted.size()), left);
    }
}
