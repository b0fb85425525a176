package headgate.flow.join;

import headgate.flow.FlowRecord;
import headgate.flow.FlowStateSink;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Joins the flow records of several capture points into conversations, and takes from each record
/// what it adds to what was told before.
///
/// Records of one capture point must come in their order; those of several may come in any. Time is
/// that of the capture point that is furthest behind, or what [#advanceTo] says; it never goes
/// back. One thread uses it.
public final class FlowJoins {
    private static final byte[] POSITION = {};

    /// Most capture points that time waits for; beyond that, not for the one heard first.
    private static final int MOST_POINTS = 4096;

    private static final Comparator<Conversation> LONGEST_AGO_FIRST =
            Comparator.<Conversation>comparingLong(each -> each.heardRound)
                    .thenComparingLong(each -> each.number);

    /// Takes what records lead to.
    public interface Listener {
        /// A record has added something, or began or ended a conversation.
        void onStep(FlowStep step);

        /// A conversation that several capture points saw has ended or is due.
        void onJoined(JoinedFlow joined);
    }

    private final JoinSettings settings;
    private final Listener listener;
    private final Map<String, Conversation> byCommunityId = new HashMap<>();

    private final NavigableSet<Conversation> live = new TreeSet<>(LONGEST_AGO_FIRST);

    /// They wait for further capture points.
    private final NavigableSet<Conversation> ended = new TreeSet<>(LONGEST_AGO_FIRST);

    /// How far each capture point has come.
    private final Map<String, Long> points = new LinkedHashMap<>();

    private long nextNumber;
    private long round;
    private long nowNanos = Long.MIN_VALUE;

    private final Set<Conversation> changed = new LinkedHashSet<>();
    private final Set<Long> stored = new HashSet<>();
    private final List<Long> removed = new ArrayList<>();
    private boolean positionChanged;

    private long records;
    private long conversations;
    private long joined;
    private long heldShorter;
    private long forgotten;
    private long notJoined;

    public FlowJoins(JoinSettings settings, Listener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    public JoinStatistics statistics() {
        return new JoinStatistics(
                records,
                conversations,
                joined,
                heldShorter,
                forgotten,
                notJoined,
                live.size() + ended.size());
    }

    /// The time that the capture point has reached that is furthest behind, or what [#advanceTo]
    /// said; it never goes back. [Long#MIN_VALUE] before the first record.
    public long nowNanos() {
        return nowNanos;
    }

    /// Takes a flow record.
    ///
    /// @param capturePoint agent and capture point
    public void onRecord(FlowRecord record, String capturePoint) {
        records++;
        follow(capturePoint, record.lastNanos());
        Conversation conversation = find(record, capturePoint);
        if (conversation == null && !makeRoom()) {
            countAlone(record, capturePoint);
            return;
        }
        if (conversation == null) {
            conversation = begin(record);
        } else if (!conversation.has(record, capturePoint)) {
            joined++;
        }
        FlowStep step = conversation.take(conversation.orient(record), capturePoint);
        JoinedFlow told = conversation.joined(settings.interimNanos());
        heard(conversation);
        listener.onStep(step);
        if (told != null) {
            listener.onJoined(told);
        }
    }

    /// The capture points that time waits for.
    public Set<String> points() {
        return Set.copyOf(points.keySet());
    }

    /// Nothing is heard of this capture point: time goes on without it, until it is heard again.
    public void leaveOut(String capturePoint) {
        if (points.remove(capturePoint) != null && !points.isEmpty()) {
            advanceTo(Collections.min(points.values()));
        }
    }

    private void follow(String capturePoint, long nanos) {
        Long before = points.get(capturePoint);
        if (before != null && before >= nanos) {
            return;
        }
        if (before == null && points.size() == MOST_POINTS) {
            points.remove(points.keySet().iterator().next());
        }
        points.put(capturePoint, nanos);
        positionChanged = true;
        if (before == null || before <= nowNanos) {
            advanceTo(Collections.min(points.values()));
        }
    }

    /// Lets time reach `nanos`.
    public void advanceTo(long nanos) {
        if (nanos > nowNanos) {
            nowNanos = nanos;
            positionChanged = true;
        }
    }

    /// Begins another round, and forgets what has waited for enough of them.
    public void nextRound() {
        round++;
        positionChanged = true;
        forget(ended, settings.holdRounds());
        forgotten += forget(live, settings.forgetRounds());
    }

    private int forget(NavigableSet<Conversation> from, int afterRounds) {
        int count = 0;
        while (!from.isEmpty() && round - from.first().heardRound >= afterRounds) {
            remove(from.first());
            count++;
        }
        return count;
    }

    /// The conversation that this flow is part of already, or else the one that goes on for longest
    /// at the same time; null if there is none.
    private Conversation find(FlowRecord record, String capturePoint) {
        Conversation best = null;
        long bestOverlap = Long.MIN_VALUE;
        Conversation at = byCommunityId.get(record.communityId());
        for (; at != null; at = at.next) {
            if (at.has(record, capturePoint)) {
                return at;
            }
            long overlap = at.overlapNanos(record);
            if (overlap >= -settings.clockNanos()
                    && overlap > bestOverlap
                    && !at.hasAnotherOf(record, capturePoint)) {
                best = at;
                bestOverlap = overlap;
            }
        }
        return best;
    }

    private boolean makeRoom() {
        if (live.size() + ended.size() < settings.maxConversations()) {
            return true;
        }
        if (ended.isEmpty()) {
            return false;
        }
        heldShorter++;
        remove(ended.first());
        return true;
    }

    private Conversation begin(FlowRecord record) {
        conversations++;
        positionChanged = true;
        var conversation = new Conversation(nextNumber++, record);
        remember(conversation);
        return conversation;
    }

    private void remember(Conversation conversation) {
        conversation.next = byCommunityId.put(conversation.communityId, conversation);
    }

    /// Without room, a flow is one conversation, told when it ends.
    private void countAlone(FlowRecord record, String capturePoint) {
        notJoined++;
        if (!record.interim()) {
            conversations++;
            listener.onStep(new Conversation(-1, record).take(record, capturePoint));
        }
    }

    private void heard(Conversation conversation) {
        live.remove(conversation);
        ended.remove(conversation);
        conversation.heardRound = round;
        if (conversation.ended() && settings.holdRounds() == 0) {
            remove(conversation);
            return;
        }
        (conversation.ended() ? ended : live).add(conversation);
        changed.add(conversation);
    }

    private void remove(Conversation conversation) {
        live.remove(conversation);
        ended.remove(conversation);
        changed.remove(conversation);
        if (stored.remove(conversation.number)) {
            removed.add(conversation.number);
        }
        Conversation first = byCommunityId.get(conversation.communityId);
        if (first != conversation) {
            while (first.next != conversation) {
                first = first.next;
            }
            first.next = conversation.next;
        } else if (conversation.next == null) {
            byCommunityId.remove(conversation.communityId);
        } else {
            byCommunityId.put(conversation.communityId, conversation.next);
        }
    }

    // ---- Changelog ----

    /// Hands over what changed since the last call.
    public void drainChanged(FlowStateSink sink) {
        removed.forEach(number -> sink.put(key(number), null));
        removed.clear();
        for (Conversation conversation : changed) {
            stored.add(conversation.number);
            sink.put(key(conversation.number), conversation.state());
        }
        changed.clear();
        if (positionChanged) {
            positionChanged = false;
            sink.put(POSITION, position());
        }
    }

    private byte[] position() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeLong(nowNanos);
            out.writeLong(nextNumber);
            out.writeLong(round);
            out.writeInt(points.size());
            for (var point : points.entrySet()) {
                out.writeUTF(point.getKey());
                out.writeLong(point.getValue());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private void restorePosition(byte[] state) {
        try (var in = new DataInputStream(new ByteArrayInputStream(state))) {
            nowNanos = in.readLong();
            nextNumber = in.readLong();
            round = in.readLong();
            for (int left = in.readInt(); left > 0; left--) {
                points.put(in.readUTF(), in.readLong());
            }
        } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
        }
    }

    private static byte[] key(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /// Takes back an entry that [#drainChanged] handed over; in any order, [#restored] after the
    /// last one.
    public void restore(byte[] key, byte[] state) {
        if (key.length == 0) {
            restorePosition(state);
            return;
        }
        var conversation = new Conversation(ByteBuffer.wrap(key).getLong(), state);
        stored.add(conversation.number);
        (conversation.ended() ? ended : live).add(conversation);
    }

    /// Every entry was taken back.
    public void restored() {
        Stream.concat(live.stream(), ended.stream())
                .sorted(Comparator.comparingLong(each -> each.number))
                .forEach(this::remember);
    }
}
