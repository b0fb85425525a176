package headgate.forwarding;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Fragments of packets until all are here, of either family (kernel: `inet_fragment.c`). What is
/// peculiar to a family is in [IpReassembly] and [Ip6Reassembly].
final class Reassembly {
    /// What became of a fragment.
    enum Result {
        /// Others are missing.
        WAITING,

        /// The packet is whole now, and stands in the place of the fragment.
        COMPLETE,

        /// Nothing but this fragment is refused: it is here already.
        DUPLICATE,

        /// It overlaps others: all of the datagram is refused.
        OVERLAP,

        /// It contradicts others, or is empty: all of the datagram is refused.
        CONTRADICTION,

        /// There is no room for a further datagram.
        NO_ROOM,

        /// All are here, but the packet is too long, or their congestion marks contradict each
        /// other (RFC 3168 section 5.3): all of it is thrown away.
        FAILED
    }

    private static final int MOST_PIECES = 65535;

    /// Bookkeeping for each fragment, towards the limit of bytes.
    private static final int FRAGMENT_COST = 256;

    private static final int NOT_ECT = 1;
    private static final int CE = 8;

    /// Which fragments belong together. IPv4 addresses are the lower halves.
    ///
    /// @param protocol 0 in IPv6, where fragments of one packet may name different ones
    /// @param scope who collects, or the device that a link-local address belongs to
    record Datagram(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int identification,
            int protocol,
            int scope) {
        static final int BYTES = 4 * Long.BYTES + 3 * Integer.BYTES;

        void put(ByteBuffer key) {
            key.putLong(sourceHigh).putLong(sourceLow);
            key.putLong(destinationHigh).putLong(destinationLow);
            key.putInt(identification).putInt(protocol).putInt(scope);
        }

        static Datagram get(ByteBuffer key) {
            return new Datagram(
                    key.getLong(),
                    key.getLong(),
                    key.getLong(),
                    key.getLong(),
                    key.getInt(),
                    key.getInt(),
                    key.getInt());
        }
    }

    /// Where the parts of a fragment lie in its packet.
    ///
    /// @param head bytes of headers that the whole packet keeps of the first fragment
    /// @param payloadAt where the payload starts
    /// @param offset of the payload in that of the whole packet
    /// @param length of the payload, all of it, captured or not
    /// @param ecn congestion mark (RFC 3168)
    /// @param ofFirst what the family wants to know of the first fragment when all are here
    record Fragment(
            int head,
            int payloadAt,
            int offset,
            int length,
            boolean more,
            int ecn,
            boolean dontFragment,
            int[] ofFirst) {}

    /// How much may wait, and how long.
    record Limits(long keepNanos, long mostBytes) {}

    /// @param present bytes that were captured, at most `length`
    private record Piece(int offset, int length, byte[] present) {}

    private static final class Queue {
        long startedNanos;
        int device;
        boolean hasLast;
        int length;
        int sum;
        int ecn;
        int largest;
        int largestUnfragmentable;

        /// What precedes the payload of the first fragment; nothing before that has come.
        byte[] header = new byte[0];

        int head;
        int[] ofFirst = new int[0];
        final List<Piece> pieces = new ArrayList<>();

        /// Starts and ends of what came without a hole, ascending; only the last grows.
        final List<int[]> runs = new ArrayList<>();

        long cost() {
            long cost = FRAGMENT_COST + header.length;
            for (Piece piece : pieces) {
                cost += FRAGMENT_COST + piece.present.length;
            }
            return cost;
        }

        boolean hasFirst() {
            return header.length > 0;
        }
    }

    private final int longest;
    private final LinkedHashMap<Datagram, Queue> queues = new LinkedHashMap<>();
    private final Set<Datagram> changed = new LinkedHashSet<>();
    private Queue whole = new Queue();
    private long bytes;
    private long expired;
    private long refused;

    /// @param longest packet that may come out
    Reassembly(int longest) {
        this.longest = longest;
    }

    /// Datagrams that were given up because they waited too long.
    long expired() {
        return expired;
    }

    /// Fragments that were refused because too many bytes wait.
    long refused() {
        return refused;
    }

    /// What the family wanted to know of the first fragment of the packet that became whole, or
    /// that was given up.
    int[] ofFirst() {
        return whole.ofFirst;
    }

    /// Whether a router marked a fragment of the packet that became whole.
    boolean isCongested() {
        return (whole.ecn & CE) != 0;
    }

    /// Whether the largest fragment of the packet that became whole was not to be fragmented.
    boolean isUnfragmentable() {
        return whole.largestUnfragmentable == whole.largest;
    }

    /// Bytes of headers before the payload of the packet that became whole.
    int head() {
        return whole.head;
    }

    /// Index of the device by which the last fragment came of the packet that was given up.
    int device() {
        return whole.device;
    }

    /// Takes a fragment up.
    ///
    /// @param skb becomes the whole packet if this was the last that was missing, but for what the
    ///   headers say of its length and of fragments
    /// @param device index of the one that it came by
    Result add(
            Datagram datagram,
            Fragment fragment,
            Skb skb,
            int device,
            long nowNanos,
            Limits limits) {
        forgetExpired(nowNanos, limits);
        Queue queue = queues.get(datagram);
        if (queue == null) {
            if (bytes > limits.mostBytes) {
                refused++;
                return Result.NO_ROOM;
            }
            queue = new Queue();
            queue.startedNanos = nowNanos;
            queues.put(datagram, queue);
            bytes += queue.cost();
        }
        changed.add(datagram);
        bytes -= queue.cost();
        queue.device = device;
        Result result = insert(queue, fragment, skb);
        bytes += queue.cost();
        if (result == Result.COMPLETE) {
            result = join(queue, skb);
        }
        if (result != Result.WAITING && result != Result.DUPLICATE) {
            remove(datagram);
        }
        return result;
    }

    private void forgetExpired(long nowNanos, Limits limits) {
        while (oldestExpired(nowNanos, limits) != null) {
            expire(queues.firstEntry().getKey());
        }
    }

    private Queue oldestExpired(long nowNanos, Limits limits) {
        if (queues.isEmpty()) {
            return null;
        }
        Queue oldest = queues.firstEntry().getValue();
        return nowNanos - oldest.startedNanos > limits.keepNanos ? oldest : null;
    }

    private void expire(Datagram datagram) {
        expired++;
        changed.add(datagram);
        remove(datagram);
    }

    boolean isEmpty() {
        return queues.isEmpty();
    }

    /// Gives up the datagram that began to arrive first, if it has waited too long.
    ///
    /// @param skb becomes its first fragment; without bytes if that never came
    /// @return null if there is none
    Datagram giveUpOldest(Skb skb, long nowNanos, Limits limits) {
        Queue oldest = oldestExpired(nowNanos, limits);
        if (oldest == null) {
            return null;
        }
        Datagram datagram = queues.firstEntry().getKey();
        whole = oldest;
        expire(datagram);
        skb.captured = skb.length = 0;
        for (Piece piece : oldest.pieces) {
            if (piece.offset == 0) {
                put(skb, 0, oldest.header);
                put(skb, oldest.header.length, piece.present);
                skb.captured = oldest.header.length + piece.present.length;
                skb.length = oldest.header.length + piece.length;
            }
        }
        return datagram;
    }

    private void remove(Datagram datagram) {
        bytes -= queues.remove(datagram).cost();
    }

    private static Result insert(Queue queue, Fragment fragment, Skb skb) {
        int offset = fragment.offset;
        int end = offset + fragment.length;
        if (fragment.more) {
            if (end > queue.length) {
                if (queue.hasLast) {
                    return Result.CONTRADICTION;
                }
                queue.length = end;
            }
        } else {
            if (end < queue.length || queue.hasLast && end != queue.length) {
                return Result.CONTRADICTION;
            }
            queue.hasLast = true;
            queue.length = end;
        }
        if (end <= offset) {
            return Result.CONTRADICTION;
        }
        Result placed = place(queue.runs, offset, end);
        if (placed != null) {
            return placed;
        }
        keep(queue, fragment, skb);
        boolean all = queue.hasLast && queue.hasFirst() && queue.sum == queue.length;
        return all ? Result.COMPLETE : Result.WAITING;
    }

    /// @return null if it fits between the others
    private static Result place(List<int[]> runs, int offset, int end) {
        int[] last = runs.isEmpty() ? null : runs.getLast();
        if (last == null || last[1] < end) {
            if (last != null && offset < last[1]) {
                return Result.OVERLAP;
            }
            if (last != null && offset == last[1]) {
                last[1] = end;
            } else {
                runs.add(new int[] {offset, end});
            }
            return null;
        }
        for (int i = 0; i < runs.size(); i++) {
            int[] run = runs.get(i);
            if (end <= run[0]) {
                runs.add(i, new int[] {offset, end});
                return null;
            }
            if (offset < run[1]) {
                return offset >= run[0] && end <= run[1] ? Result.DUPLICATE : Result.OVERLAP;
            }
        }
        throw new IllegalStateException("a fragment before the last end has its place");
    }

    private static void keep(Queue queue, Fragment fragment, Skb skb) {
        int length = fragment.length;
        int here = Math.clamp(skb.captured - fragment.payloadAt, 0, length);
        MemorySegment payload = skb.bytes().asSlice(fragment.payloadAt, here);
        queue.pieces.add(
                new Piece(fragment.offset, length, payload.toArray(ValueLayout.JAVA_BYTE)));
        queue.sum += length;
        queue.ecn |= 1 << fragment.ecn;
        if (fragment.offset == 0) {
            queue.header =
                    skb.bytes().asSlice(0, fragment.payloadAt).toArray(ValueLayout.JAVA_BYTE);
            queue.head = fragment.head;
            queue.ofFirst = fragment.ofFirst;
        }
        int size = length + fragment.payloadAt;
        queue.largest = Math.max(queue.largest, size);
        if (fragment.dontFragment) {
            queue.largestUnfragmentable = Math.max(queue.largestUnfragmentable, size);
        }
    }

    private Result join(Queue queue, Skb skb) {
        int length = queue.head + queue.length;
        boolean mixed = (queue.ecn & NOT_ECT) != 0 && queue.ecn != NOT_ECT;
        if (length > longest || mixed) {
            return Result.FAILED;
        }
        whole = queue;
        put(skb, 0, queue.header);
        int captured = length;
        for (Piece piece : queue.pieces) {
            int at = queue.head + piece.offset;
            put(skb, at, piece.present);
            if (piece.present.length < piece.length) {
                captured = Math.min(captured, at + piece.present.length);
            }
        }
        skb.captured = captured;
        skb.length = length;
        skb.fragMaxSize = queue.largest;
        queue.pieces.sort((a, b) -> Integer.compare(a.offset, b.offset));
        skb.pieces = queue.pieces.stream().mapToInt(Piece::length).toArray();
        return Result.COMPLETE;
    }

    private static void put(Skb skb, int at, byte[] bytes) {
        MemorySegment.copy(bytes, 0, skb.bytes(), ValueLayout.JAVA_BYTE, at, bytes.length);
    }

    // ---- State transfer ----

    /// Hands over the datagrams that changed since the last call.
    ///
    /// @param kind first byte of the keys
    void drainChanged(byte kind, ForwardingState.Sink sink) {
        for (Datagram each : changed) {
            ByteBuffer key = ByteBuffer.allocate(1 + Datagram.BYTES).put(kind);
            each.put(key);
            sink.put(key.array(), toBytes(queues.get(each)));
        }
        changed.clear();
    }

    private static byte[] toBytes(Queue queue) {
        if (queue == null) {
            return null;
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeLong(queue.startedNanos);
            out.writeInt(queue.device);
            out.writeBoolean(queue.hasLast);
            out.writeInt(queue.length);
            out.writeInt(queue.ecn);
            out.writeInt(queue.largest);
            out.writeInt(queue.largestUnfragmentable);
            write(out, queue.header);
            out.writeInt(queue.head);
            out.writeInt(queue.ofFirst.length);
            for (int each : queue.ofFirst) {
                out.writeInt(each);
            }
            out.writeInt(queue.pieces.size());
            for (Piece piece : queue.pieces) {
                out.writeInt(piece.offset);
                out.writeInt(piece.length);
                write(out, piece.present);
            }
            out.writeInt(queue.runs.size());
            for (int[] run : queue.runs) {
                out.writeInt(run[0]);
                out.writeInt(run[1]);
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    /// @param key behind its first byte
    /// @throws IllegalArgumentException if that is no such state
    void restore(ByteBuffer key, byte[] stateOrNull) {
        Datagram datagram = Datagram.get(key);
        if (queues.containsKey(datagram)) {
            remove(datagram);
        }
        if (stateOrNull == null) {
            return;
        }
        var queue = new Queue();
        try (var in = new DataInputStream(new ByteArrayInputStream(stateOrNull))) {
            queue.startedNanos = in.readLong();
            queue.device = in.readInt();
            queue.hasLast = in.readBoolean();
            queue.length = in.readInt();
            queue.ecn = in.readInt();
            queue.largest = in.readInt();
            queue.largestUnfragmentable = in.readInt();
            queue.header = read(in);
            queue.head = in.readInt();
            queue.ofFirst = new int[count(in)];
            for (int i = 0; i < queue.ofFirst.length; i++) {
                queue.ofFirst[i] = in.readInt();
            }
            for (int rest = count(in); rest > 0; rest--) {
                queue.pieces.add(new Piece(in.readInt(), in.readInt(), read(in)));
                queue.sum += queue.pieces.getLast().length();
            }
            for (int rest = count(in); rest > 0; rest--) {
                queue.runs.add(new int[] {in.readInt(), in.readInt()});
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("not the fragments of a datagram", e);
        }
        queues.put(datagram, queue);
        bytes += queue.cost();
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] read(DataInputStream in) throws IOException {
        return in.readNBytes(count(in));
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MOST_PIECES) {
            throw new IOException("a count of " + count);
        }
        return count;
    }
}
