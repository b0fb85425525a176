package headgate.schema;

import java.util.Arrays;

/// A record that could not be processed; `dead-letter.avsc` says what each field means. Key and
/// value are cut to what a dead letter may hold.
///
/// @param key null if the record has none
/// @param value null if the record has none
/// @param valueLength bytes that the whole value has
public record DeadLetter(
        String topic,
        int partition,
        long offset,
        long recordNanos,
        String processor,
        String reason,
        byte[] key,
        byte[] value,
        int valueLength) {
    public static final int MAX_KEY_BYTES = 1024;
    public static final int MAX_VALUE_BYTES = 65536;

    public DeadLetter {
        key = atMost(key, MAX_KEY_BYTES);
        value = atMost(value, MAX_VALUE_BYTES);
    }

    private static byte[] atMost(byte[] bytes, int limit) {
        return bytes == null || bytes.length <= limit ? bytes : Arrays.copyOf(bytes, limit);
    }
}
