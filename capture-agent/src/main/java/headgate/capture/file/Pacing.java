package headgate.capture.file;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/// How fast the frames of a file come: flat out, or at the pace of their time stamps.
///
/// @param speed times the recorded pace: 1 as recorded, 10 ten times as fast; 0 flat out
/// @param nanoTime the time that passes, as [System#nanoTime]
/// @param waitNanos waits at most so long in the polling thread; may return early
public record Pacing(double speed, LongSupplier nanoTime, LongConsumer waitNanos) {
    /// As fast as the frames are taken.
    public static final Pacing FLAT_OUT = speed(0);

    public Pacing {
        if (!(speed >= 0 && speed < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("speed " + speed + " is not 0 or more");
        }
    }

    /// In real time.
    public static Pacing speed(double speed) {
        return new Pacing(speed, System::nanoTime, LockSupport::parkNanos);
    }

    boolean isFlatOut() {
        return speed == 0;
    }
}
