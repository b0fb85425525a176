package headgate.forwarding;

import headgate.packet.Frame;
import java.util.function.Consumer;

/// Counts, by device, flow and second, the packets that fare otherwise under another set of rules
/// ([Fate#differsFrom]). Packets that fare the same take a row too, which is never told.
public final class FateChangeTally {
    private final String agent;
    private final String profile;
    private final FateRows rows;
    private long notCounted;

    /// @param agent stands in every record
    /// @param profile name of the other rules
    /// @param bucketNanos how long one row lasts: a second, or [Long#MAX_VALUE] for one row over
    ///   all time
    /// @param maxRows rows at most; packets beyond are only counted ([#notCounted])
    public FateChangeTally(String agent, String profile, long bucketNanos, int maxRows) {
        this.agent = agent;
        this.profile = profile;
        rows = new FateRows(bucketNanos, maxRows);
    }

    /// Counts one frame under the two decisions that were made about it.
    ///
    /// @param device name of the device that it came in by
    /// @param asIs null if the host has no such device
    /// @param whatIf likewise, under the other rules
    /// @return false if there is no room for a row that it would begin
    public boolean add(Frame frame, String device, Decision asIs, Decision whatIf) {
        boolean counted = rows.count(frame, device, asIs, whatIf, true) != null;
        notCounted += counted ? 0 : 1;
        return counted;
    }

    /// Hands over the changes, in the order in which they began, and starts anew.
    public void drain(Consumer<FateChange> sink) {
        rows.drain(row -> {
            if (isChange(row)) {
                sink.accept(change(row));
            }
        });
    }

    private static boolean isChange(FateRows.Row row) {
        return row.otherFate.differsFrom(row.fate);
    }

    private FateChange change(FateRows.Row row) {
        return new FateChange(
                agent,
                row.device,
                row.startNanos(rows.bucketNanos),
                profile,
                row.flow,
                row.fate,
                row.otherFate,
                row.packets,
                row.bytes,
                row.firstNanos);
    }

    /// Hands over the pages of changes that themselves changed since the last call, for a
    /// changelog.
    public void drainChanged(TallySink sink) {
        rows.drainChanged(FateChangeTally::isChange, sink);
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
