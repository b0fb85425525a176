package headgate.streams.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class LatestValuesTest {
    private final LatestValues<String> values =
            LatestValues.<String>builder(
                            "hosts", (_, value) -> new String(value, UTF_8), (_, _) -> {})
                    .build();

    @Test
    void waitsForAFirstValueThatIsAboutToCome() throws InterruptedException {
        var writer =
                Thread.ofPlatform()
                        .start(() -> {
                            sleep(50);
                            put("gw1", "here");
                        });
        assertEquals("here", values.await("gw1"));
        writer.join();
    }

    @Test
    void waitsForAKeyOnce() {
        assertNull(values.await("gw1"));
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertNull(values.await("gw1"));
        }
        long each = (System.nanoTime() - start) / 100;
        assertTrue(each < TimeUnit.MILLISECONDS.toNanos(100), "nanoseconds each: " + each);
    }

    @Test
    void goesOnWithTheInterruptionItWasWokenBy() {
        Thread.currentThread().interrupt();
        assertNull(values.await("gw1"));
        assertTrue(Thread.interrupted());
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// As Streams' global thread does with a record of the topic.
    @SuppressWarnings("unchecked")
    private void put(String key, String value) {
        var updater = new LatestValues.Updater<String>("hosts");
        updater.init(
                (ProcessorContext<Void, Void>)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {ProcessorContext.class},
                                (_, _, _) -> values));
        updater.process(new Record<>(key.getBytes(UTF_8), value.getBytes(UTF_8), 0));
    }
}
