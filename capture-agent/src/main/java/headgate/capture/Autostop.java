package headgate.capture;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/// When a capture ends by itself; names and units are those of dumpcap(1).
///
/// @param packets after so many frames; [#NEVER] for no limit
/// @param duration after so long; null for no limit
/// @param fileBytes when the file that frames are saved to is so large; [#NEVER] for no limit
public record Autostop(long packets, Duration duration, long fileBytes) {
    /// A limit that is never reached.
    public static final long NEVER = Long.MAX_VALUE;

    /// No limit at all.
    public static final Autostop NONE = new Autostop(NEVER, null, NEVER);

    static final long BYTES_PER_KB = 1000;

    public Autostop {
        if (packets < 1) {
            throw new IllegalArgumentException("packets " + packets + " is not 1 or more");
        }
    }

    /// Reads what `-a` takes.
    ///
    /// @param packets what `-c` said, or [#NEVER]
    /// @param conditions each `duration:SECONDS`, `filesize:KB` or `packets:NUMBER`
    static Autostop parse(long packets, List<String> conditions) {
        var autostop = new Autostop(packets, null, NEVER);
        for (String condition : conditions) {
            String value = condition.substring(condition.indexOf(':') + 1);
            autostop =
                    switch (condition.substring(0, condition.length() - value.length())) {
                        case "duration:" ->
                                new Autostop(
                                        autostop.packets,
                                        seconds(condition, value),
                                        autostop.fileBytes);
                        case "filesize:" ->
                                new Autostop(
                                        autostop.packets,
                                        autostop.duration,
                                        kilobytes(condition, value));
                        case "packets:" ->
                                new Autostop(
                                        Math.min(autostop.packets, whole(condition, value)),
                                        autostop.duration,
                                        autostop.fileBytes);
                        default ->
                                throw new IllegalArgumentException(
                                        "'%s': duration:SECONDS, filesize:KB or packets:NUMBER"
                                                .formatted(condition));
                    };
        }
        return autostop;
    }

    static Duration seconds(String condition, String value) {
        try {
            long nanos = new BigDecimal(value).movePointRight(9).longValueExact();
            if (nanos > 0) {
                return Duration.ofNanos(nanos);
            }
        } catch (ArithmeticException | NumberFormatException _) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "'%s': the seconds must be a number above 0".formatted(condition));
    }

    static long kilobytes(String condition, String value) {
        return Math.multiplyExact(whole(condition, value), BYTES_PER_KB);
    }

    /// A whole number from 1 to 2,000,000,000, as dumpcap has it for sizes.
    static long whole(String condition, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= 2_000_000_000) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "'%s': a whole number from 1 to 2000000000 is needed".formatted(condition));
    }

    /// What is left of the limits of one run; for all its capture points together.
    static final class Countdown {
        private final long startNanos = System.nanoTime();
        private final Autostop limits;
        private long packetsLeft;
        private long packetsHanded;

        Countdown(Autostop limits) {
            this.limits = limits;
            packetsLeft = limits.packets;
        }

        boolean timeIsUp() {
            return limits.duration != null
                    && System.nanoTime() - startNanos >= limits.duration.toNanos();
        }

        /// Allows up to so many frames, one at a time where the file may be full after each; 0 when
        /// there are no more.
        synchronized int take(int wanted) {
            int most = limits.fileBytes == NEVER ? wanted : 1;
            int taken = (int) Math.min(most, packetsLeft);
            packetsLeft -= taken;
            return taken;
        }

        /// What came of the frames that were allowed.
        synchronized void use(int taken, int handed) {
            packetsLeft += taken - handed;
            packetsHanded += handed;
        }

        /// Whether no frame will be allowed again: those that others were allowed have come.
        synchronized boolean isSpent() {
            return packetsHanded >= limits.packets;
        }

        boolean fileIsFull(CaptureFiles files) {
            return files != null && files.length() >= limits.fileBytes;
        }
    }

    static long nanos(Duration duration) {
        return duration == null ? NEVER : duration.toNanos();
    }
}
