package headgate.flow.rollup;

import headgate.flow.rollup.RollUp.Row;
import headgate.flow.rollup.RollUp.Sums;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The largest keys of one dimension in some time, in bounded memory.
///
/// The table holds twice as many keys as are told. When it is full, the smaller half is summed into
/// one row, and the largest of what went there is the *floor*: no key outside has more bytes. A key
/// that comes (again) may have lost as much as the floor. As in the space-saving algorithm
/// (Metwally, Agrawal, El Abbadi 2005), with `n` bytes in all and `2k` places the floor is at most
/// `n / k`: at each level up to it, `k` keys had real bytes when it was passed.
final class RollUpTable {
    private static final int SIDE = 4;
    private static final int FLOWS = 0;
    private static final int PACKETS = 1;
    private static final int BYTES = 2;
    private static final int RETRANSMISSIONS = 3;
    private static final int RTT_COUNT = 2 * SIDE;
    private static final int RTT_SUM = RTT_COUNT + 1;
    private static final int RTT_MAX = RTT_COUNT + 2;
    private static final int SUMS = RTT_COUNT + 3;

    /// What a key came to: sums of what it sent, of what it received, and round trips.
    private static final class Line {
        final long[] sums = new long[SUMS];
        long missing;

        long bytes() {
            return sums[BYTES] + sums[SIDE + BYTES];
        }

        /// At most so many bytes the key really had.
        long bytesMost() {
            return bytes() + missing;
        }

        void add(Line other) {
            for (int i = 0; i < RTT_MAX; i++) {
                sums[i] += other.sums[i];
            }
            sums[RTT_MAX] = Math.max(sums[RTT_MAX], other.sums[RTT_MAX]);
        }

        Sums side(int start) {
            return new Sums(
                    sums[start + FLOWS],
                    sums[start + PACKETS],
                    sums[start + BYTES],
                    sums[start + RETRANSMISSIONS]);
        }

        Row row(String key) {
            return new Row(
                    key,
                    side(0),
                    side(SIDE),
                    sums[RTT_COUNT],
                    sums[RTT_SUM],
                    sums[RTT_MAX],
                    missing);
        }
    }

    private final int told;
    private final Map<RollUpKey, Line> lines = new HashMap<>();
    private final Line other = new Line();
    private long floor;

    /// @param told most keys that have a row of their own in the end
    RollUpTable(int told) {
        this.told = told;
    }

    /// Adds what a key sent and received; null is nothing.
    void add(RollUpKey key, Sums sent, Sums received) {
        Line line = line(key);
        add(line, 0, sent);
        add(line, SIDE, received);
    }

    private static void add(Line line, int start, Sums sums) {
        if (sums != null) {
            line.sums[start + FLOWS] += sums.flows();
            line.sums[start + PACKETS] += sums.packets();
            line.sums[start + BYTES] += sums.bytes();
            line.sums[start + RETRANSMISSIONS] += sums.retransmissions();
        }
    }

    /// Adds a round trip of a key that has a row: to be called after [#add].
    void addRtt(RollUpKey key, long nanos) {
        Line line = lines.get(key);
        line.sums[RTT_COUNT]++;
        line.sums[RTT_SUM] += nanos;
        line.sums[RTT_MAX] = Math.max(line.sums[RTT_MAX], nanos);
    }

    private Line line(RollUpKey key) {
        Line line = lines.get(key);
        if (line == null) {
            if (lines.size() == 2 * told) {
                shrink();
            }
            line = new Line();
            line.missing = floor;
            lines.put(key, line);
        }
        return line;
    }

    /// Adds all of another table of the same dimension.
    void add(RollUpTable more) {
        lines.values().forEach(line -> line.missing += more.floor);
        long floorBefore = floor;
        more.lines.forEach((key, theirs) -> {
            Line mine = lines.get(key);
            if (mine == null) {
                mine = new Line();
                mine.missing = floorBefore + theirs.missing;
                lines.put(key, mine);
            } else {
                mine.missing += theirs.missing - more.floor;
            }
            mine.add(theirs);
        });
        other.add(more.other);
        floor += more.floor;
        if (lines.size() > 2 * told) {
            shrink();
        }
    }

    private static int largestFirst(Map.Entry<RollUpKey, Line> a, Map.Entry<RollUpKey, Line> b) {
        int order = Long.compare(b.getValue().bytesMost(), a.getValue().bytesMost());
        return order != 0 ? order : a.getKey().compareTo(b.getKey());
    }

    /// Keeps only as many keys as are told.
    private void shrink() {
        List<Map.Entry<RollUpKey, Line>> entries = new ArrayList<>(lines.entrySet());
        for (var entry : Selection.allBut(told, entries, RollUpTable::largestFirst)) {
            other.add(entry.getValue());
            floor = Math.max(floor, entry.getValue().bytesMost());
            lines.remove(entry.getKey());
        }
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /// What it came to; the table is at its end then.
    RollUp tell(long startNanos, int seconds, Dimension dimension, Sums total, Prefixes networks) {
        shrink();
        List<Row> rows = new ArrayList<>(lines.size());
        lines.forEach((key, line) -> rows.add(line.row(key.text(dimension, networks))));
        rows.sort(
                Comparator.comparingLong((Row row) -> -row.sent().bytes() - row.received().bytes())
                        .thenComparing(Row::key));
        return new RollUp(startNanos, seconds, dimension, rows, other.row(""), total, floor);
    }

    // ---- Changelog ----

    void write(DataOutputStream out) throws IOException {
        writeNumber(out, floor);
        write(out, other);
        writeNumber(out, lines.size());
        for (var entry : lines.entrySet()) {
            RollUpKey key = entry.getKey();
            out.writeByte(key.ipVersion());
            writeNumber(out, key.high());
            writeNumber(out, key.low());
            writeNumber(out, key.otherHigh());
            writeNumber(out, key.otherLow());
            writeNumber(out, key.protocol());
            writeNumber(out, key.port());
            out.writeUTF(key.application());
            write(out, entry.getValue());
        }
    }

    private static void write(DataOutputStream out, Line line) throws IOException {
        writeNumber(out, line.missing);
        for (long sum : line.sums) {
            writeNumber(out, sum);
        }
    }

    void read(DataInputStream in) throws IOException {
        floor = readNumber(in);
        read(in, other);
        for (long left = readNumber(in); left > 0; left--) {
            var key =
                    new RollUpKey(
                            in.readByte(),
                            readNumber(in),
                            readNumber(in),
                            readNumber(in),
                            readNumber(in),
                            (int) readNumber(in),
                            (int) readNumber(in),
                            in.readUTF());
            var line = new Line();
            read(in, line);
            lines.put(key, line);
        }
    }

    private static void read(DataInputStream in, Line line) throws IOException {
        line.missing = readNumber(in);
        for (int i = 0; i < SUMS; i++) {
            line.sums[i] = readNumber(in);
        }
    }

    /// Seven bits a byte, lowest first: most numbers are small.
    private static void writeNumber(DataOutputStream out, long number) throws IOException {
        long left = number;
        for (; (left & ~0x7fL) != 0; left >>>= 7) {
            out.writeByte((int) left | 0x80);
        }
        out.writeByte((int) left);
    }

    private static long readNumber(DataInputStream in) throws IOException {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.readByte();
            number |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return number;
            }
        }
    }
}
