package headgate.softnet;

/// Finds microbursts: times when, within one window, more work arrives than one CPU can do in it
/// (RP-90). What it needs to know of the traffic comes with each arrival; memory does not grow with
/// it.
///
/// The window slides in [#STEPS] steps, so a burst is found wherever it begins. Not for several
/// threads at once.
public final class BurstMeter {
    /// A window is as long as it says, less up to one step.
    static final int STEPS = 16;

    private final SoftnetCosts costs;
    private final long windowNanos;
    private final long stepNanos;

    private final long[] frames = new long[STEPS];
    private final long[] bytes = new long[STEPS];
    private final long[] workNanos = new long[STEPS];
    private final long[] firstNanos = new long[STEPS];
    private long windowFrames;
    private long windowBytes;
    private long windowWorkNanos;

    /// The step that `lastNanos` lies in, counted from the first arrival.
    private long step;

    private boolean hasStarted;
    private long startNanos;
    private long lastNanos;

    /// Work that has come and is not done.
    private double queuedNanos;

    private long allFrames;
    private long allBytes;
    private Bursts.Peak peak = Bursts.Peak.NONE;

    private boolean isBurst;
    private long burstStartNanos;
    private long burstFrames;
    private long burstBytes;
    private double burstNeed;
    private long bursts;
    private long framesInBursts;
    private Bursts.Burst largest = Bursts.Burst.NONE;
    private long mostNeeded;

    /// Bursts that a queue of 2^n frames takes, and one of half of that does not.
    private final long[] burstsByNeed = new long[Long.SIZE];

    /// @param costs what the work of a frame takes: its service and the gap after it
    /// @param windowNanos 1 us to 1 hour
    public BurstMeter(SoftnetCosts costs, long windowNanos) {
        if (windowNanos < 1_000 || windowNanos > 3_600_000_000_000L) {
            throw new IllegalArgumentException(
                    "a window of %d ns; 1000 to 3600000000000 are allowed".formatted(windowNanos));
        }
        this.costs = costs;
        this.windowNanos = windowNanos;
        this.stepNanos = windowNanos / STEPS;
    }

    /// A frame arrives whose service takes what the costs say.
    public void offer(long arrivalNanos, int lengthBytes) {
        offer(arrivalNanos, lengthBytes, costs.serviceNanos(lengthBytes));
    }

    /// A frame arrives.
    ///
    /// @param arrivalNanos a time before that of the arrival before is taken as that one
    /// @param serviceNanos held within 0 and [SoftnetCosts#MAX]
    public void offer(long arrivalNanos, int lengthBytes, long serviceNanos) {
        long now = Math.clamp(arrivalNanos, lastNanos, ReceivePath.MAX_TIME);
        if (!hasStarted) {
            hasStarted = true;
            startNanos = now;
            lastNanos = now;
        }
        advance((now - startNanos) / stepNanos);
        queuedNanos = Math.max(0, queuedNanos - (now - lastNanos));
        lastNanos = now;
        count(lengthBytes, Math.clamp(serviceNanos, 0, SoftnetCosts.MAX) + costs.gapNanos());
        if (isBurst || windowWorkNanos > windowNanos && windowFrames > 1) {
            countInBurst(lengthBytes);
        }
        if (windowFrames > peak.frames()) {
            peak = new Bursts.Peak(now, windowFrames, windowBytes, load());
        }
    }

    /// What was found so far; a burst that goes on ends here.
    public Bursts finish() {
        endBurst();
        return new Bursts(
                windowNanos,
                allFrames,
                allBytes,
                lastNanos - startNanos,
                peak,
                bursts,
                framesInBursts,
                largest,
                mostNeeded,
                burstsByNeed);
    }

    private double load() {
        return (double) windowWorkNanos / windowNanos;
    }

    private void count(int lengthBytes, long work) {
        int slot = (int) (step % STEPS);
        if (frames[slot] == 0) {
            firstNanos[slot] = lastNanos;
        }
        frames[slot]++;
        bytes[slot] += lengthBytes;
        workNanos[slot] += work;
        windowFrames++;
        windowBytes += lengthBytes;
        windowWorkNanos += work;
        allFrames++;
        allBytes += lengthBytes;
        queuedNanos += work;
    }

    /// Lets the steps that lie a window back go.
    private void advance(long toStep) {
        long from = Math.max(step + 1, toStep - STEPS + 1);
        for (long next = from; next <= toStep; next++) {
            int slot = (int) (next % STEPS);
            windowFrames -= frames[slot];
            windowBytes -= bytes[slot];
            windowWorkNanos -= workNanos[slot];
            frames[slot] = 0;
            bytes[slot] = 0;
            workNanos[slot] = 0;
        }
        if (toStep > step && windowWorkNanos <= windowNanos) {
            endBurst();
        }
        step = toStep;
    }

    /// A burst begins with the first frame of the window that is too full.
    private void countInBurst(int lengthBytes) {
        if (isBurst) {
            burstFrames++;
            burstBytes += lengthBytes;
        } else {
            isBurst = true;
            burstStartNanos = oldestNanos();
            burstFrames = windowFrames;
            burstBytes = windowBytes;
            burstNeed = 0;
        }
        burstNeed = Math.max(burstNeed, queuedNanos * windowFrames / windowWorkNanos);
    }

    private long oldestNanos() {
        for (long oldest = Math.max(0, step - STEPS + 1); oldest < step; oldest++) {
            int slot = (int) (oldest % STEPS);
            if (frames[slot] > 0) {
                return firstNanos[slot];
            }
        }
        return firstNanos[(int) (step % STEPS)];
    }

    private void endBurst() {
        if (!isBurst) {
            return;
        }
        isBurst = false;
        long need = (long) Math.ceil(burstNeed);
        bursts++;
        framesInBursts += burstFrames;
        burstsByNeed[Bursts.log2(need)]++;
        mostNeeded = Math.max(mostNeeded, need);
        if (burstFrames > largest.frames()) {
            largest =
                    new Bursts.Burst(
                            burstStartNanos,
                            lastNanos - burstStartNanos,
                            burstFrames,
                            burstBytes,
                            need);
        }
    }
}
