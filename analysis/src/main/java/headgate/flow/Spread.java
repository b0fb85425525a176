package headgate.flow;

/// How numbers of one kind are spread, in their own unit.
///
/// @param count how many there were; if 0, all else is 0
/// @param min the smallest
/// @param max the largest
/// @param mean their arithmetic mean
/// @param standardDeviation of the sample (divided by count - 1); 0 if there was but one
public record Spread(long count, long min, long max, double mean, double standardDeviation) {
    public static final Spread NONE = new Spread(0, 0, 0, 0, 0);

    /// From sums: exact in count, min and max; the deviation to about 1 part in 10⁷ of the mean.
    static Spread of(long count, long min, long max, double sum, double squares) {
        if (count <= 0) {
            return NONE;
        }
        double mean = sum / count;
        double variance = count < 2 ? 0 : (squares - sum * mean) / (count - 1);
        return new Spread(count, min, max, mean, Math.sqrt(Math.max(variance, 0)));
    }
}
