package headgate.streams.state;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/// A small engine: counts words, and forgets a word that starts with a minus.
final class Tally implements PortableEngine {
    final TreeMap<String, Long> counts = new TreeMap<>();
    private final Set<String> changed = new HashSet<>();

    long add(String word) {
        if (word.startsWith("-")) {
            changed.add(word.substring(1));
            counts.remove(word.substring(1));
            return 0;
        }
        changed.add(word);
        return counts.merge(word, 1L, Long::sum);
    }

    @Override
    public void drainChanged(EntrySink sink) {
        for (String word : changed) {
            Long count = counts.get(word);
            sink.put(
                    word.getBytes(),
                    count == null ? null : ByteBuffer.allocate(8).putLong(count).array());
        }
        changed.clear();
    }

    @Override
    public void restore(byte[] key, byte[] state) {
        counts.put(new String(key), ByteBuffer.wrap(state).getLong());
    }
}
