package headgate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class WaitsTest {
    private final Waits waits = new Waits();
    private final Histogram expected = new Histogram(Waits.MAX, 2);

    private void add(long nanos) {
        waits.add(nanos);
        expected.recordValue(Math.min(nanos, Waits.MAX));
    }

    @Test
    void countsAsAnHdrHistogramDoes() {
        for (int bits = 0; bits < 63; bits++) {
            for (long nanos = (1L << bits) - 2; nanos < (1L << bits) + 3; nanos++) {
                add(Math.max(0, nanos));
            }
        }
        var random = new SplittableRandom(7);
        for (int i = 0; i < 100_000; i++) {
            add(random.nextLong() >>> random.nextInt(1, 64));
        }
        assertSame(expected, waits.histogram());
    }

    @Test
    void hasNothingAfterAReset() {
        add(5);
        waits.reset();
        assertEquals(0, waits.histogram().getTotalCount());
    }

    @Test
    void goesOnAfterBeingSavedAndRestored() throws IOException {
        add(0);
        add(300);
        add(Waits.MAX);
        add(Long.MAX_VALUE);
        var bytes = new ByteArrayOutputStream();
        waits.save(new DataOutputStream(bytes));
        var restored = new Waits();
        restored.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertSame(expected, restored.histogram());
    }

    private static void assertSame(Histogram expected, Histogram actual) {
        assertEquals(expected.getTotalCount(), actual.getTotalCount());
        assertEquals(expected.getMaxValue(), actual.getMaxValue());
        assertEquals(expected.getMean(), actual.getMean());
        for (double percentile = 0; percentile <= 100; percentile += 0.1) {
            assertEquals(
                    expected.getValueAtPercentile(percentile),
                    actual.getValueAtPercentile(percentile),
                    "p" + percentile);
        }
    }
}
