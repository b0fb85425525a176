package headgate.forwarding.nft;

import headgate.forwarding.nft.SetUpdate.Operation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The elements of a set that changes while packets pass: rules add and delete them, they run out,
/// or packets use up what they hold (kernel: `nft_dynset_eval`, `nft_rhash_update`). Starts with
/// what is listed.
final class SetElements {
    /// Most elements that are kept, however large the set may grow in a kernel.
    private static final int MOST = 1 << 20;

    /// How often a kernel collects what has run out (`nft_set_gc_interval`).
    private static final long COLLECTING_NANOS = 1_000_000_000L;

    /// After which a kernel has surely collected it.
    private static final long COLLECTED_NANOS = 2 * COLLECTING_NANOS;

    private static final Meter[] NO_METERS = {};

    /// A key in registers, or of an element.
    private static final class Key {
        final long[] words;

        Key(int parts) {
            words = new long[parts * 2];
        }

        Key load(Evaluation e, int at) {
            for (int i = 0; i < words.length; i += 2) {
                words[i] = e.high[at + i / 2];
                words[i + 1] = e.low[at + i / 2];
            }
            return this;
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(words);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(words, key.words);
        }
    }

    /// One element.
    static final class Element {
        private final long[] data;
        private final NftVerdict verdict;
        private final Meter[] meters;

        /// For how long it stays; 0 if for good.
        private long timeoutNanos;

        /// When it has run out at the latest.
        private long endsNanos = Long.MAX_VALUE;

        /// Whether it may be gone, or used up, already.
        private boolean doubtful;

        private Element(long[] data, NftVerdict verdict, Meter[] meters) {
            this.data = data;
            this.verdict = verdict;
            this.meters = meters;
        }

        long dataHigh(int part) {
            return data[part * 2];
        }

        long dataLow(int part) {
            return data[part * 2 + 1];
        }

        NftVerdict verdict() {
            return verdict;
        }

        private void stay(long nowNanos, long nanos) {
            timeoutNanos = nanos;
            endsNanos = nowNanos + nanos;
        }

        private boolean isOver(long nowNanos) {
            return timeoutNanos != 0 && nowNanos >= endsNanos;
        }

        private boolean admits(Evaluation e) {
            for (Meter meter : meters) {
                if (!meter.admits(e.packet.timeNanos, e.packet.length)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final NftSet set;
    private final Map<Key, Element> elements = new HashMap<>();
    private final Key probe;
    private final int limit;

    /// Whether it may hold more than is known.
    private boolean lacks;

    private long sweptNanos;

    /// Elements that are gone, and may still take room; and when the last one went.
    private int gone;

    private long goneNanos;

    /// All elements are surely there until then.
    private long earliestEndNanos = Long.MAX_VALUE;

    private long refused;

    SetElements(NftSet set) {
        this.set = set;
        probe = new Key(set.keys().length);
        limit = (int) Math.min(set.mostElements(), MOST);
        lacks = set.isLacking();
        for (int i = 0; i < set.size(); i++) {
            if (i != set.catchAll()) {
                var key = new Key(set.keys().length);
                set.readKey(i, key.words);
                elements.put(key, listed(i));
            }
        }
    }

    private Element listed(int index) {
        var element =
                new Element(set.readData(index), set.verdict(index), start(set.meters(index)));
        element.doubtful = set.isDoubtful(index);
        element.timeoutNanos = element.doubtful ? set.timeoutNanos() : 0;
        return element;
    }

    private static Meter[] start(List<Meter.Spec> specs) {
        return specs.isEmpty()
                ? NO_METERS
                : specs.stream().map(Meter.Spec::start).toArray(Meter[]::new);
    }

    long refused() {
        return refused;
    }

    /// The element that the registers from `at` on hold, left in [Evaluation#element].
    ///
    /// @param uses whether its meters are used, and must admit the packet
    /// @return as [NftSet#find]
    int find(Evaluation e, int at, boolean uses) {
        Element element = elements.get(probe.load(e, at));
        e.element = element;
        if (element == null || element.isOver(e.packet.timeNanos)) {
            if (lacks) {
                e.unknown("set " + set + " may hold more than is known");
                return NftSet.UNKNOWN_ELEMENT;
            }
            return NftSet.NOT_FOUND;
        }
        if (element.doubtful) {
            e.unknown("an element of set " + set + " that may have run out, or been used up");
            return NftSet.UNKNOWN_ELEMENT;
        }
        return uses && !element.admits(e) ? NftSet.USED_UP : NftSet.CHANGING_ELEMENT;
    }

    /// Does what a rule wants with the element whose key the registers from 0 on hold, and whose
    /// data those behind it.
    ///
    /// @return as [Step#run]
    int change(Evaluation e, SetUpdate update) {
        long now = e.packet.timeNanos;
        sweep(now);
        Element element = elements.get(probe.load(e, 0));
        if (element != null && element.isOver(now)
                || update.operation() == Operation.DELETE && element != null) {
            elements.remove(probe);
            gone++;
            goneNanos = now;
            element = null;
        }
        if (update.operation() == Operation.DELETE) {
            return Step.NEXT;
        }
        if (element == null) {
            if (elements.size() + gone >= limit) {
                return refuse(e, now);
            }
            element = add(e, update);
        } else if (update.operation() == Operation.UPDATE && element.timeoutNanos != 0) {
            element.stay(now, update.timeoutNanos());
            element.doubtful &= element.meters.length > 0;
        }
        if (element.doubtful && element.meters.length > 0) {
            return e.unknown("an element of set " + set + " that may have been used up");
        }
        return element.admits(e) ? Step.NEXT : Step.BREAK;
    }

    private Element add(Evaluation e, SetUpdate update) {
        int parts = update.hasData() ? set.dataWidth() : 0;
        var element =
                new Element(
                        new Key(parts).load(e, set.keys().length).words,
                        null,
                        start(update.meters()));
        if (update.timeoutNanos() != 0) {
            element.stay(e.packet.timeNanos, update.timeoutNanos());
            earliestEndNanos = Math.min(earliestEndNanos, element.endsNanos);
        }
        elements.put(new Key(set.keys().length).load(e, 0), element);
        return element;
    }

    private int refuse(Evaluation e, long now) {
        refused++;
        if (limit < set.mostElements()) {
            lacks = true;
            return e.unknown("set " + set + " has more than " + MOST + " elements");
        }
        return gone > 0 || earliestEndNanos - now <= 0
                ? e.unknown("whether room has been made in set " + set + ", which was full")
                : Step.BREAK;
    }

    /// Throws away, now and then, what a kernel has surely collected.
    private void sweep(long now) {
        if (now - sweptNanos < COLLECTING_NANOS && sweptNanos != 0) {
            return;
        }
        sweptNanos = now;
        gone = now - goneNanos >= COLLECTED_NANOS ? 0 : gone;
        elements.values().removeIf(each -> each.isOver(now - COLLECTED_NANOS));
        earliestEndNanos = Long.MAX_VALUE;
        for (Element each : elements.values()) {
            earliestEndNanos = Math.min(earliestEndNanos, each.doubtful ? now : each.endsNanos);
        }
    }

    /// Whether a rule met a packet, with the key that the registers from 0 on hold, is not known.
    void doubt(Evaluation e, SetUpdate update) {
        Element element = elements.get(probe.load(e, 0));
        if (element == null && update.operation() != Operation.DELETE) {
            if (elements.size() >= limit) {
                lacks = true;
                return;
            }
            element = add(e, update);
            element.doubtful = true;
        } else if (element != null) {
            if (element.timeoutNanos != 0 && update.operation() == Operation.UPDATE) {
                long ends = e.packet.timeNanos + update.timeoutNanos();
                element.endsNanos = Math.max(element.endsNanos, ends);
            }
            element.doubtful |=
                    update.operation() == Operation.DELETE
                            || element.timeoutNanos != 0
                            || element.meters.length > 0;
        }
        earliestEndNanos = Math.min(earliestEndNanos, e.packet.timeNanos);
    }

    /// With what key is not known either.
    void doubtAll() {
        lacks = true;
        elements.values().forEach(each -> each.doubtful = true);
    }
}
