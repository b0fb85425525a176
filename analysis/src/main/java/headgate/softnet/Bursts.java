package headgate.softnet;

/// The microbursts that a [BurstMeter] found in traffic at one length of window.
///
/// @param spanNanos from the first arrival to the last
/// @param peak the window with most frames
/// @param count bursts: times without a pause in which every window was too full
/// @param framesInBursts frames that came within them
/// @param largest the burst of most frames
/// @param mostNeeded frames that a queue must hold to take each of the bursts
/// @param burstsByNeed bursts by the power of two that holds what they need
public record Bursts(
        long windowNanos,
        long frames,
        long bytes,
        long spanNanos,
        Peak peak,
        long count,
        long framesInBursts,
        Burst largest,
        long mostNeeded,
        long[] burstsByNeed) {

    /// One window.
    ///
    /// @param atNanos when its last frame arrived
    /// @param load its work against its length: above 1, a queue grows
    public record Peak(long atNanos, long frames, long bytes, double load) {
        static final Peak NONE = new Peak(0, 0, 0, 0);
    }

    /// One burst.
    ///
    /// @param need most frames at once, waiting and in service, if one CPU serves them as they come
    public record Burst(long startNanos, long lengthNanos, long frames, long bytes, long need) {
        static final Burst NONE = new Burst(0, 0, 0, 0, 0);
    }

    /// What [#takes] answers where the peak leaves the CPU time to spare.
    public static final long ANY = Long.MAX_VALUE;

    public Bursts {
        burstsByNeed = burstsByNeed.clone();
    }

    @Override
    public long[] burstsByNeed() {
        return burstsByNeed.clone();
    }

    /// The longest burst, in frames that come as densely as in the peak, that a queue takes: it
    /// fills with what arrives less what is served meanwhile. [#ANY] if it never fills.
    public long takes(long queueFrames) {
        return peak.load() <= 1 ? ANY : (long) (queueFrames * peak.load() / (peak.load() - 1));
    }

    /// How many of the bursts a queue takes.
    ///
    /// @param queueFrames a power of two
    public long taken(long queueFrames) {
        long taken = 0;
        for (int i = 0; i <= log2(queueFrames); i++) {
            taken += burstsByNeed[i];
        }
        return taken;
    }

    /// The least n for which 2^n holds so many frames.
    static int log2(long frames) {
        return frames <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(frames - 1);
    }

    /// Mean rate over the whole of the traffic, in frames a second; 0 for traffic without length.
    public double meanRate() {
        return spanNanos == 0 ? 0 : frames * 1e9 / spanNanos;
    }

    /// Rate in the peak, in frames a second.
    public double peakRate() {
        return peak.frames() * 1e9 / windowNanos;
    }
}
