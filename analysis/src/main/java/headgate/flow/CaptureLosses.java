package headgate.flow;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/// When and where one capture point lost frames. Immutable. Rules L1 to L4 of `docs/flows.md`.
///
/// @param sinceNanos from this time on every loss is known
/// @param untilNanos up to this time
/// @param losses in the order in which they became known; at most [#MAX_LOSSES]
public record CaptureLosses(long sinceNanos, long untilNanos, List<Loss> losses) {
    /// Of a longer history the beginning is forgotten.
    public static final int MAX_LOSSES = 128;

    /// Frames that were lost at one place at some time between two, both included.
    public record Loss(long fromNanos, long untilNanos, LossPlace place, long frames) {
        public Loss {
            if (untilNanos < fromNanos || frames <= 0 || !place.isOfCapture()) {
                throw new IllegalArgumentException(
                        "%d frames lost at %s from %d to %d"
                                .formatted(frames, place, fromNanos, untilNanos));
            }
        }

        private boolean overlaps(long firstNanos, long lastNanos) {
            return fromNanos <= lastNanos && untilNanos >= firstNanos;
        }
    }

    public CaptureLosses {
        if (untilNanos < sinceNanos) {
            throw new IllegalArgumentException(
                    "losses known from %d to %d".formatted(sinceNanos, untilNanos));
        }
        losses = List.copyOf(losses);
    }

    /// Nothing was lost up to the time at which counting began.
    public static CaptureLosses since(long nanos) {
        return new CaptureLosses(nanos, nanos, List.of());
    }

    /// The same up to a later time, with what was lost in between; where the host's clock was set
    /// back, it is thought to be lost at any time between the two.
    ///
    /// @param lost frames by place; 0 is no loss
    public CaptureLosses until(long nanos, Map<LossPlace, Long> lost) {
        long from = Math.min(nanos, untilNanos);
        long until = Math.max(nanos, untilNanos);
        var more = new ArrayList<>(losses);
        lost.forEach((place, frames) -> {
            if (frames > 0) {
                add(more, new Loss(from, until, place, frames));
            }
        });
        long since = sinceNanos;
        while (more.size() > MAX_LOSSES) {
            since = Math.max(since, more.removeFirst().untilNanos);
        }
        return new CaptureLosses(since, until, more);
    }

    /// One more loss; it goes on with the one before it at its place, if there is no gap.
    private static void add(List<Loss> losses, Loss loss) {
        for (int i = losses.size() - 1; i >= 0; i--) {
            Loss before = losses.get(i);
            if (before.place == loss.place && before.untilNanos == loss.fromNanos) {
                losses.remove(i);
                losses.add(
                        new Loss(
                                before.fromNanos,
                                loss.untilNanos,
                                loss.place,
                                before.frames + loss.frames));
                return;
            }
        }
        losses.add(loss);
    }

    /// Where what is missing between two times may have been lost.
    public LossPlace placeBetween(long firstNanos, long lastNanos) {
        var places = EnumSet.noneOf(LossPlace.class);
        for (Loss loss : losses) {
            if (loss.overlaps(firstNanos, lastNanos)) {
                places.add(loss.place);
            }
        }
        if (places.isEmpty()) {
            boolean isKnown = sinceNanos <= firstNanos && lastNanos <= untilNanos;
            return isKnown ? LossPlace.BEFORE_CAPTURE : LossPlace.UNKNOWN;
        }
        return places.size() == 1 ? places.iterator().next() : LossPlace.IN_CAPTURE;
    }
}
