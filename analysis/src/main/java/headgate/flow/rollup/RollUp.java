package headgate.flow.rollup;

import java.util.List;

/// What flows came to in some time, by one dimension. Roll-ups of the same time and dimension add
/// up, row by row: there are several where several processes share the work, and where something
/// was learned late.
///
/// @param startNanos start of the time
/// @param seconds how long it is: 10, 60 or 3600
/// @param rows the largest by bytes, largest first
/// @param other what all other keys came to
/// @param total all there was: what rows and other sent and received comes to it, or twice to it in
///   dimensions [of each side][Dimension#ofEachSide]
/// @param absentBytesMost no key that has no row has more bytes than this, sent and received; 0 if
///   every key has a row
public record RollUp(
        long startNanos,
        int seconds,
        Dimension dimension,
        List<Row> rows,
        Row other,
        Sums total,
        long absentBytesMost) {

    /// What one key came to.
    ///
    /// @param key as people write it; empty in [RollUp#other]
    /// @param sent what the address or network sent, the first network of the pair, or those who
    ///   began
    /// @param received what went the other way
    /// @param rttCount handshakes of TCP whose round trip is known
    /// @param rttSumNanos of these, the sum
    /// @param rttMaxNanos of these, the longest; 0 if there are none
    /// @param missingBytesMost bytes of the key, sent and received, that are in [RollUp#other] at
    ///   most, from when the key was not among the largest; 0 if the row is exact
    public record Row(
            String key,
            Sums sent,
            Sums received,
            long rttCount,
            long rttSumNanos,
            long rttMaxNanos,
            long missingBytesMost) {}

    /// What adds up.
    ///
    /// @param flows conversations, each in the time of its first step; sent: those that the key
    ///   began
    /// @param packets frames with an IP header
    /// @param bytes bytes of these frames on the wire
    /// @param retransmissions TCP segments that brought no new sequence number
    public record Sums(long flows, long packets, long bytes, long retransmissions) {
        public static final Sums NONE = new Sums(0, 0, 0, 0);

        public Sums plus(Sums other) {
            return new Sums(
                    flows + other.flows,
                    packets + other.packets,
                    bytes + other.bytes,
                    retransmissions + other.retransmissions);
        }

        Sums times(int factor) {
            return new Sums(
                    flows * factor, packets * factor, bytes * factor, retransmissions * factor);
        }
    }

    public RollUp {
        rows = List.copyOf(rows);
    }
}
