package headgate.forwarding;

import headgate.packet.Frame;
import java.util.function.Consumer;

/// Counts packets and bytes by device, flow, fate and second. One object for each such row; a
/// packet of a row that is there makes none.
public final class VerdictTally {
    private final String agent;
    private final FateRows rows;
    private long notCounted;

    /// @param agent stands in every record
    /// @param bucketNanos how long one row lasts: a second, or [Long#MAX_VALUE] for one row over
    ///   all time
    /// @param maxRows rows at most; packets beyond are only counted ([#notCounted])
    public VerdictTally(String agent, long bucketNanos, int maxRows) {
        this.agent = agent;
        rows = new FateRows(bucketNanos, maxRows);
    }

    /// Counts one frame under the decision that was made about it.
    ///
    /// @param device name of the device that it came in by
    /// @param decision null if the host has no such device
    /// @return false if there is no room for a row that it would begin
    public boolean add(Frame frame, String device, Decision decision) {
        boolean counted = rows.count(frame, device, decision, null, false) != null;
        notCounted += counted ? 0 : 1;
        return counted;
    }

    /// Hands over all rows, in the order in which they began, and starts anew.
    public void drain(Consumer<FlowVerdict> sink) {
        rows.drain(row -> sink.accept(verdict(row)));
    }

    private FlowVerdict verdict(FateRows.Row row) {
        return new FlowVerdict(
                agent,
                row.device,
                row.startNanos(rows.bucketNanos),
                row.flow,
                row.fate,
                row.packets,
                row.bytes);
    }

    /// Hands over the pages of rows that changed since the last call, for a changelog.
    public void drainChanged(TallySink sink) {
        rows.drainChanged(_ -> true, sink);
    }

    /// Takes a page back that [#drainChanged] has handed over and that has not left since; in any
    /// order, [#restored] after the last one.
    ///
    /// @throws java.io.UncheckedIOException if it is no such page
    public void restore(long page, byte[] state) {
        rows.restore(page, state);
    }

    /// Every page was taken back.
    public void restored() {
        rows.restored();
    }

    public int size() {
        return rows.size();
    }

    /// Packets that found no room since the beginning.
    public long notCounted() {
        return notCounted;
    }
}
