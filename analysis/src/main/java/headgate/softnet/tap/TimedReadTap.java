package headgate.softnet.tap;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// A tap whose reader waits until there is enough to be worth a read, or a time-out has passed.
abstract sealed class TimedReadTap extends Tap permits PfRing, NpfBuffer, NpfCpuBuffer, BpfBuffers {
    private final long timeoutNanos;

    /// When the reader fell asleep; time-outs are counted from here.
    private long asleepSinceNanos;

    private boolean hasTimedOut;

    TimedReadTap(TapSettings settings) {
        super(settings);
        timeoutNanos = 1_000_000L * settings.readTimeoutMillis();
    }

    /// Whether there is now enough for a reader that sleeps.
    abstract boolean isWorthARead();

    /// What the reader takes in one read.
    ///
    /// @param hasTimedOut whether it has waited long enough to take less than is worth a read
    /// @return packets; 0 lets it wait
    abstract int read(boolean hasTimedOut);

    @Override
    final void admitted(long nowNanos) {
        if (!isReaderAsleep()) {
            return;
        }
        if (isWorthARead()) {
            cancelAlarm();
            wakeReader(nowNanos);
        } else {
            alarmAtTimeout(nowNanos);
        }
    }

    @Override
    final int fetch(long nowNanos) {
        int count = read(hasTimedOut);
        hasTimedOut = false;
        if (count == 0) {
            asleepSinceNanos = nowNanos;
            if (queued() > 0) {
                alarmAtTimeout(nowNanos);
            }
        }
        return count;
    }

    /// TP-3: a reader that times out with nothing to read waits anew, so only time-outs that find a
    /// packet are put on the calendar.
    @Override
    final void timerExpired(long nowNanos) {
        hasTimedOut = true;
        wakeReader(nowNanos);
    }

    private void alarmAtTimeout(long nowNanos) {
        long periods = (nowNanos - asleepSinceNanos) / timeoutNanos + 1;
        long dueNanos = asleepSinceNanos + periods * timeoutNanos;
        if (alarmNanos() != dueNanos) {
            alarmAt(dueNanos);
        }
    }

    @Override
    void saveState(DataOutput out) throws IOException {
        out.writeLong(asleepSinceNanos);
        out.writeBoolean(hasTimedOut);
    }

    @Override
    void restoreState(DataInput in) throws IOException {
        asleepSinceNanos = in.readLong();
        hasTimedOut = in.readBoolean();
    }
}
