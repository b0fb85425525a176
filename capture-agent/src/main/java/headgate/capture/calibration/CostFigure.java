package headgate.capture.calibration;

import java.util.Arrays;

/// One measured cost, with its spread.
///
/// @param key the setting of a profile that it is
/// @param value median of the samples
/// @param low a tenth of the samples lies below
/// @param high a tenth of the samples lies above
/// @param samples how many there are
public record CostFigure(String key, long value, long low, long high, int samples) {
    /// @param samples 1 or more; sorted in place
    static CostFigure of(String key, long[] samples) {
        Arrays.sort(samples);
        return new CostFigure(
                key,
                quantile(samples, 0.5),
                quantile(samples, 0.1),
                quantile(samples, 0.9),
                samples.length);
    }

    private static long quantile(long[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}
