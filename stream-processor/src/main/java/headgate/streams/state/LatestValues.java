package headgate.streams.state;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;

/// What a compacted topic says now: the latest value of each key, or what a decoder makes of it and
/// of those before it, decoded once for all tasks of the process.
///
/// A global store: Streams reads the whole topic before the first record of any other one, and
/// follows it on a thread of its own. A value that cannot be read leaves the former one in force;
/// the reporter is told.
public final class LatestValues<V> implements StateStore {
    private static final long FIRST_WITHIN_NANOS = 500_000_000;
    private static final long LOOK_AGAIN_MILLIS = 10;

    /// Most keys of which it is remembered that they were waited for; further ones are not.
    private static final int MOST_AWAITED = 4096;

    private final String name;
    private final Decoder<V> decoder;
    private final BiConsumer<String, RuntimeException> onUnreadable;
    private final Map<String, V> values = new ConcurrentHashMap<>();
    private final AtomicLong version = new AtomicLong();

    /// Until when each key is waited for, as [System#nanoTime] tells it.
    private final Map<String, Long> awaited = new ConcurrentHashMap<>();

    private volatile boolean open;

    private LatestValues(
            String name, Decoder<V> decoder, BiConsumer<String, RuntimeException> onUnreadable) {
        this.name = name;
        this.decoder = decoder;
        this.onUnreadable = onUnreadable;
    }

    /// Makes the value that tasks see.
    @FunctionalInterface
    public interface Decoder<V> {
        /// What it throws means "unreadable".
        ///
        /// @param before what tasks saw so far under this key; null if nothing
        V decode(V before, byte[] value);
    }

    /// @param onUnreadable is told key and reason of a value that was left out
    public static <V> StoreBuilder<LatestValues<V>> builder(
            String name, Decoder<V> decoder, BiConsumer<String, RuntimeException> onUnreadable) {
        return new Builder<>(name, decoder, onUnreadable);
    }

    /// The latest readable value of this key; null if there is none.
    public V get(String key) {
        return values.get(key);
    }

    /// The same, waited for a moment where there is none yet: what was written before a record of
    /// another topic may be read after it. A key is waited for once in a process, whoever asks.
    public V await(String key) {
        V value = values.get(key);
        if (value != null || !awaited.containsKey(key) && awaited.size() == MOST_AWAITED) {
            return value;
        }
        long until = awaited.computeIfAbsent(key, _ -> System.nanoTime() + FIRST_WITHIN_NANOS);
        try {
            while (value == null && System.nanoTime() < until) {
                Thread.sleep(LOOK_AGAIN_MILLIS);
                value = values.get(key);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return value;
    }

    /// A view of all values by key, which changes as the topic does.
    public Map<String, V> all() {
        return values;
    }

    /// Grows with every change.
    public long version() {
        return version.get();
    }

    private void take(byte[] key, byte[] value) {
        if (key == null) {
            return;
        }
        String text = new String(key, StandardCharsets.UTF_8);
        if (value == null) {
            values.remove(text);
            version.incrementAndGet();
            return;
        }
        try {
            values.put(text, decoder.decode(values.get(text), value));
            version.incrementAndGet();
        } catch (RuntimeException unreadable) {
            onUnreadable.accept(text, unreadable);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        context.register(root, this::take);
        open = true;
    }

    @Override
    public void close() {
        values.clear();
        open = false;
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /// Puts each record of the topic into the store of that name.
    public static final class Updater<V> implements Processor<byte[], byte[], Void, Void> {
        private final String storeName;
        private LatestValues<V> store;

        public Updater(String storeName) {
            this.storeName = storeName;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            store = context.getStateStore(storeName);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            store.take(record.key(), record.value());
        }
    }

    private record Builder<V>(
            String name, Decoder<V> decoder, BiConsumer<String, RuntimeException> onUnreadable)
            implements StoreBuilder<LatestValues<V>> {

        @Override
        public LatestValues<V> build() {
            return new LatestValues<>(name, decoder, onUnreadable);
        }

        @Override
        public Map<String, String> logConfig() {
            return Map.of();
        }

        /// The topic itself is the log.
        @Override
        public boolean loggingEnabled() {
            return false;
        }

        @Override
        public StoreBuilder<LatestValues<V>> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<LatestValues<V>> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<LatestValues<V>> withLoggingEnabled(Map<String, String> config) {
            return this;
        }

        @Override
        public StoreBuilder<LatestValues<V>> withLoggingDisabled() {
            return this;
        }
    }
}
