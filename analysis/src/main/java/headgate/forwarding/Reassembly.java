package headgate.forwarding;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/// Fragments of IPv4 datagrams until all are here (kernel: `ip_defrag`, `inet_frag_queue_insert`).
///
/// Those that wait longer than `ipfrag_time` are forgotten when the next fragment comes; the ICMP
/// error that the kernel's timer then sends belongs to no frame, and is not told.
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

    private static final int LONGEST = 65535;
    private static final int DONT_FRAGMENT = 0x4000;

    /// Bookkeeping for each fragment, towards the limit of bytes.
    private static final int FRAGMENT_COST = 256;

    /// Which fragments belong together.
    ///
    /// @param user who collects: datagrams of the packet filter are apart from the host's
    record Datagram(int source, int destination, int identification, int protocol, int user) {}

    /// @param present bytes that were captured, at most `length`
    private record Piece(int offset, int length, byte[] present) {}

    private static final class Queue {
        long startedNanos;
        boolean hasLast;
        int length;
        int sum;
        int ecn;
        int largest;
        int largestUnfragmentable;
        byte[] header = new byte[0];
        int[] options = new int[0];
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
    }

    private final LinkedHashMap<Datagram, Queue> queues = new LinkedHashMap<>();
    private final Set<Datagram> changed;
    private long bytes;
    private long expired;
    private long refused;

    /// @param changed gets every datagram whose state changed
    Reassembly(Set<Datagram> changed) {
        this.changed = changed;
    }

    /// Datagrams that were forgotten because they waited too long.
    long expired() {
        return expired;
    }

    /// Fragments that were refused because too many bytes wait.
    long refused() {
        return refused;
    }

    static Datagram datagram(Skb skb, int user) {
        return new Datagram(skb.source, skb.destination, skb.u16(4), skb.protocol, user);
    }

    /// Takes a fragment up.
    ///
    /// @param skb becomes the whole packet if this was the last that was missing
    /// @param options of the fragment; become those of the first one
    /// @param keepNanos how long fragments wait
    /// @param mostBytes how many bytes may wait; no further datagram is begun beyond
    Result add(
            Skb skb, IpOptions options, int user, long nowNanos, long keepNanos, long mostBytes) {
        expire(nowNanos, keepNanos);
        Datagram datagram = datagram(skb, user);
        Queue queue = queues.get(datagram);
        if (queue == null) {
            if (bytes > mostBytes) {
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
        Result result = insert(queue, skb, options);
        bytes += queue.cost();
        if (result == Result.COMPLETE) {
            result = assemble(queue, skb);
            options.recall(queue.options);
        }
        if (result != Result.WAITING && result != Result.DUPLICATE) {
            remove(datagram);
        }
        return result;
    }

    private void expire(long nowNanos, long keepNanos) {
        while (!queues.isEmpty()) {
            var oldest = queues.firstEntry();
            if (nowNanos - oldest.getValue().startedNanos <= keepNanos) {
                return;
            }
            expired++;
            changed.add(oldest.getKey());
            remove(oldest.getKey());
        }
    }

    private void remove(Datagram datagram) {
        bytes -= queues.remove(datagram).cost();
    }

    private static Result insert(Queue queue, Skb skb, IpOptions options) {
        int offset = skb.fragmentOffset;
        int end = offset + skb.length - skb.headerLength;
        if (skb.moreFragments) {
            end &= ~7;
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
        keep(queue, skb, offset, end - offset);
        if (offset == 0) {
            queue.options = options.found();
        }
        boolean all = queue.hasLast && queue.header.length > 0 && queue.sum == queue.length;
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

    private static void keep(Queue queue, Skb skb, int offset, int length) {
        int here = Math.clamp(skb.captured - skb.headerLength, 0, length);
        MemorySegment payload = skb.bytes().asSlice(skb.headerLength, here);
        queue.pieces.add(new Piece(offset, length, payload.toArray(ValueLayout.JAVA_BYTE)));
        queue.sum += length;
        queue.ecn |= 1 << (skb.tos & 3);
        if (offset == 0) {
            queue.header = skb.bytes().asSlice(0, skb.headerLength).toArray(ValueLayout.JAVA_BYTE);
        }
        int size = length + skb.headerLength;
        queue.largest = Math.max(queue.largest, size);
        if (skb.dontFragment) {
            queue.largestUnfragmentable = Math.max(queue.largestUnfragmentable, size);
        }
    }

    private static Result assemble(Queue queue, Skb skb) {
        int length = queue.header.length + queue.length;
        boolean mixed = (queue.ecn & 1) != 0 && queue.ecn != 1;
        if (length > LONGEST || mixed) {
            return Result.FAILED;
        }
        MemorySegment bytes = skb.bytes();
        MemorySegment.copy(queue.header, 0, bytes, ValueLayout.JAVA_BYTE, 0, queue.header.length);
        int captured = length;
        for (Piece piece : queue.pieces) {
            int at = queue.header.length + piece.offset;
            MemorySegment.copy(
                    piece.present, 0, bytes, ValueLayout.JAVA_BYTE, at, piece.present.length);
            if (piece.present.length < piece.length) {
                captured = Math.min(captured, at + piece.present.length);
            }
        }
        boolean unfragmentable = queue.largestUnfragmentable == queue.largest;
        skb.put16(2, length);
        skb.put16(6, unfragmentable ? DONT_FRAGMENT : 0);
        if ((queue.ecn & 8) != 0) {
            skb.put8(1, skb.u8(1) | 3);
        }
        skb.captured = captured;
        skb.length = length;
        skb.fragMaxSize = queue.largest;
        queue.pieces.sort((a, b) -> Integer.compare(a.offset, b.offset));
        skb.pieces = queue.pieces.stream().mapToInt(Piece::length).toArray();
        skb.readHeader();
        skb.putHeaderChecksum();
        return Result.COMPLETE;
    }

    // ---- State transfer ----

    /// The state of a datagram; null if none of it waits.
    byte[] toBytes(Datagram datagram) {
        Queue queue = queues.get(datagram);
        if (queue == null) {
            return null;
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeLong(queue.startedNanos);
            out.writeBoolean(queue.hasLast);
            out.writeInt(queue.length);
            out.writeInt(queue.ecn);
            out.writeInt(queue.largest);
            out.writeInt(queue.largestUnfragmentable);
            write(out, queue.header);
            out.writeInt(queue.options.length);
            for (int each : queue.options) {
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

    /// @throws IllegalArgumentException if that is no such state
    void restore(Datagram datagram, byte[] stateOrNull) {
        if (queues.containsKey(datagram)) {
            remove(datagram);
        }
        if (stateOrNull == null) {
            return;
        }
        var queue = new Queue();
        try (var in = new DataInputStream(new ByteArrayInputStream(stateOrNull))) {
            queue.startedNanos = in.readLong();
            queue.hasLast = in.readBoolean();
            queue.length = in.readInt();
            queue.ecn = in.readInt();
            queue.largest = in.readInt();
            queue.largestUnfragmentable = in.readInt();
            queue.header = read(in);
            queue.options = new int[count(in)];
            for (int i = 0; i < queue.options.length; i++) {
                queue.options[i] = in.readInt();
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
        if (count < 0 || count > LONGEST) {
            throw new IOException("a count of " + count);
        }
        return count;
    }
}
