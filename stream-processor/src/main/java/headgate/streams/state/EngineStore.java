package headgate.streams.state;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/// One engine for each record key, on the heap; what changed goes to a changelog once per entry and
/// commit, however many frames changed it.
///
/// The changes are written when Streams asks its caches to flush, which is the last thing before
/// the commit of a transaction: so input positions, output and state are committed together or not
/// at all. [StateStore#commit] would be too late, it is called when the transaction is over. The
/// interface that is asked, [CachedStateStore], is internal to Streams, and this class is the only
/// one that knows it.
///
/// The store writes its changelog itself ([InternalProcessorContext#logChange], internal, too): the
/// stores of Streams keep entries sorted, measured and positioned for queries that nobody asks
/// here, which cost more than writing them. What was written is kept, too: a task that becomes a
/// warm copy of another process's goes on from there.
///
/// An entry's key in the changelog: length of the record key (2 bytes, big endian), record key, the
/// engine's own key.
public final class EngineStore<E extends PortableEngine>
        implements StateStore, CachedStateStore<byte[], byte[]> {

    /// Records of the changelog are compacted when half of them may be old; small segments keep
    /// that, and a restore, short: twice the state and a segment.
    private static final Map<String, String> CHANGELOG = Map.of("segment.bytes", "67108864");

    private static final int LENGTH_BYTES = 2;

    private final String name;

    /// What the changelog holds.
    private final Map<Bytes, byte[]> entries = new HashMap<>();

    private final Map<Bytes, Kept<E>> engines = new HashMap<>();
    private Function<byte[], E> newEngine;
    private InternalProcessorContext<?, ?> context;
    private boolean isOpen;

    private EngineStore(String name) {
        this.name = name;
    }

    /// How to build the store of this name; its changelog is `APPLICATION-name-changelog`.
    public static <E extends PortableEngine> StoreBuilder<EngineStore<E>> builder(String name) {
        return new Builder<>(name);
    }

    /// Brings back the engines as they were at the last commit. A processor calls it when it is
    /// initialised, which Streams does when it has read the changelog.
    ///
    /// @param newEngine makes the engine of a record key, without state
    public void open(Function<byte[], E> newEngine) {
        this.newEngine = newEngine;
        engines.clear();
        entries.forEach((key, state) -> restore(key.get(), state));
        engines.values().forEach(kept -> kept.engine.restored());
    }

    private void restore(byte[] entryKey, byte[] state) {
        int end = LENGTH_BYTES + ((entryKey[0] & 0xff) << 8 | entryKey[1] & 0xff);
        var recordKey = Bytes.wrap(Arrays.copyOfRange(entryKey, LENGTH_BYTES, end));
        byte[] key = Arrays.copyOfRange(entryKey, end, entryKey.length);
        engines.computeIfAbsent(recordKey, this::start).engine.restore(key, state);
    }

    /// The engine of this record key; its state counts as changed from now until the next commit.
    public E engine(byte[] recordKey) {
        var kept = engines.computeIfAbsent(Bytes.wrap(recordKey), this::start);
        kept.touched = true;
        return kept.engine;
    }

    /// Whether this record key has an engine.
    public boolean contains(byte[] recordKey) {
        return engines.containsKey(Bytes.wrap(recordKey));
    }

    /// Visits every engine with its record key; all of them count as changed.
    public void forEach(BiConsumer<byte[], E> visitor) {
        engines.forEach((key, kept) -> {
            kept.touched = true;
            visitor.accept(key.get(), kept.engine);
        });
    }

    /// How many record keys have an engine.
    public int size() {
        return engines.size();
    }

    private Kept<E> start(Bytes recordKey) {
        if (recordKey.get().length > 0xffff) {
            throw new IllegalArgumentException(
                    "a record key of " + recordKey.get().length + " bytes, 65535 are possible");
        }
        return new Kept<>(newEngine.apply(recordKey.get()));
    }

    /// The last moment before a transaction is committed.
    @Override
    public void flushCache() {
        engines.forEach((recordKey, kept) -> {
            if (kept.touched) {
                kept.touched = false;
                kept.engine.drainChanged(
                        (key, state) -> log(entryKey(recordKey.get(), key), state));
            }
        });
    }

    private void log(Bytes key, byte[] stateOrNull) {
        keep(key, stateOrNull);
        context.logChange(
                name,
                key,
                stateOrNull,
                context.currentSystemTimeMs(),
                null,
                Position.emptyPosition());
    }

    private void keep(Bytes key, byte[] stateOrNull) {
        if (stateOrNull == null) {
            entries.remove(key);
        } else {
            entries.put(key, stateOrNull);
        }
    }

    /// What is on the heap is given up; `entries` holds what was committed.
    @Override
    public void clearCache() {
        engines.clear();
    }

    /// Nothing is forwarded when this store flushes.
    @Override
    public boolean setFlushListener(
            CacheFlushListener<byte[], byte[]> listener, boolean sendOldValues) {
        return false;
    }

    private static Bytes entryKey(byte[] recordKey, byte[] key) {
        byte[] whole = new byte[LENGTH_BYTES + recordKey.length + key.length];
        whole[0] = (byte) (recordKey.length >> 8);
        whole[1] = (byte) recordKey.length;
        System.arraycopy(recordKey, 0, whole, LENGTH_BYTES, recordKey.length);
        System.arraycopy(key, 0, whole, LENGTH_BYTES + recordKey.length, key.length);
        return Bytes.wrap(whole);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        clearCache();
        this.context = (InternalProcessorContext<?, ?>) context;
        isOpen = true;
        context.register(root, (key, state) -> keep(Bytes.wrap(key), state));
    }

    @Override
    public void close() {
        clearCache();
        entries.clear();
        isOpen = false;
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    private static final class Kept<E> {
        final E engine;
        boolean touched = true;

        Kept(E engine) {
            this.engine = engine;
        }
    }

    /// Caching and logging are what this store is about: they cannot be switched.
    private record Builder<E extends PortableEngine>(String name)
            implements StoreBuilder<EngineStore<E>> {

        @Override
        public EngineStore<E> build() {
            return new EngineStore<>(name);
        }

        @Override
        public Map<String, String> logConfig() {
            return CHANGELOG;
        }

        @Override
        public boolean loggingEnabled() {
            return true;
        }

        @Override
        public StoreBuilder<EngineStore<E>> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<EngineStore<E>> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<EngineStore<E>> withLoggingEnabled(Map<String, String> config) {
            return this;
        }

        @Override
        public StoreBuilder<EngineStore<E>> withLoggingDisabled() {
            return this;
        }
    }
}
