package headgate.softnet;

import java.util.ArrayList;
import java.util.List;

/// Writes down what a path says, a line an event.
final class EventLog implements RxListener {
    final List<String> lines = new ArrayList<>();
    final List<Integer> works = new ArrayList<>();
    int worksInKsoftirqd;

    @Override
    public void dropped(long sequence, long atNanos, int cpu, DropReason reason) {
        lines.add("dropped %d at %d cpu %d %s".formatted(sequence, atNanos, cpu, reason));
    }

    @Override
    public void delivered(long sequence, int lengthBytes, long startNanos, long endNanos, int cpu) {
        lines.add("delivered %d %d-%d cpu %d".formatted(sequence, startNanos, endNanos, cpu));
    }

    @Override
    public void polled(int cpu, long atNanos, int work, boolean inKsoftirqd) {
        works.add(work);
        worksInKsoftirqd += inKsoftirqd ? 1 : 0;
        lines.add("polled %d at %d cpu %d".formatted(work, atNanos, cpu));
    }
}
