package headgate.console.flows;

import headgate.flow.FlowListener;
import headgate.flow.FlowRecord;
import headgate.flow.FlowTotals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Keeps the first so many records of an order, and no interim ones.
public final class FirstFlows implements FlowListener {
    private final Comparator<FlowRecord> order;
    private final Comparator<FlowTotals> early;
    private final int limit;
    private final PriorityQueue<FlowRecord> lastFirst;
    private final List<FlowRecord> all = new ArrayList<>();

    /// @param early the same order of flows whose records are not made yet; null if there is none
    /// @param limit [Integer#MAX_VALUE] for all
    public FirstFlows(Comparator<FlowRecord> order, Comparator<FlowTotals> early, int limit) {
        this.order = order;
        this.early = early;
        this.limit = limit;
        this.lastFirst = new PriorityQueue<>(order.reversed());
    }

    @Override
    public boolean wants(FlowTotals flow) {
        return early == null
                || lastFirst.size() < limit
                || early.compare(flow, lastFirst.element()) < 0;
    }

    @Override
    public void onRecord(FlowRecord record) {
        if (record.interim()) {
            return;
        }
        if (limit == Integer.MAX_VALUE) {
            all.add(record);
            return;
        }
        lastFirst.add(record);
        if (lastFirst.size() > limit) {
            lastFirst.remove();
        }
    }

    /// What was kept; nothing may be added afterwards.
    public List<FlowRecord> inOrder() {
        all.addAll(lastFirst);
        all.sort(order);
        return all;
    }
}
