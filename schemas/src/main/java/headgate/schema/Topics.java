package headgate.schema;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The topics of one deployment: each [Topic] under one prefix.
///
/// @param prefix may be empty; otherwise letters, digits, `.`, `_`, `-`, as in names of topics
public record Topics(String prefix) {
    /// Where nothing else is asked for.
    public static final Topics DEFAULT = new Topics("headgate.");

    private static final Pattern ADDRESSES =
            Pattern.compile("[^\\s,]+:\\d{1,5}(\\s*,\\s*[^\\s,]+:\\d{1,5})*");

    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[?::1]?):\\d+");

    public Topics {
        if (!prefix.matches("[A-Za-z0-9._-]{0,100}")) {
            throw new IllegalArgumentException(
                    "topic prefix '%s': at most 100 of letters, digits, '.', '_', '-'"
                            .formatted(prefix));
        }
    }

    public static Topics with(String prefix) {
        return new Topics(prefix);
    }

    /// @param brokers `HOST:PORT`, several separated by commas
    /// @throws IllegalArgumentException when it is not that
    public static void requireAddresses(String brokers) {
        if (!ADDRESSES.matcher(brokers).matches()) {
            throw new IllegalArgumentException(
                    "brokers '%s': HOST:PORT is needed, or several of them with commas between"
                            .formatted(brokers));
        }
    }

    /// How producers compress what they send to these brokers, as Kafka calls it: not at all if all
    /// of them are loopback addresses, since that crosses no wire.
    ///
    /// @param brokers `HOST:PORT`, several separated by commas
    public static String compressionTo(String brokers) {
        for (String broker : brokers.split(",")) {
            if (!LOOPBACK.matcher(broker.strip()).matches()) {
                return "lz4";
            }
        }
        return "none";
    }

    /// What a topic is called here.
    public String name(Topic topic) {
        return prefix + topic.baseName();
    }

    /// The settings that a topic is created with, as the broker calls them.
    public Map<String, String> config(Topic topic) {
        var config = new TreeMap<String, String>();
        config.put("cleanup.policy", topic.cleanup().name().toLowerCase(java.util.Locale.ROOT));
        config.put("max.message.bytes", Integer.toString(Topic.MAX_MESSAGE_BYTES));
        if (topic.retention() != null) {
            config.put("retention.ms", Long.toString(topic.retention().toMillis()));
        }
        if (topic == Topic.HOSTS) {
            // Frames that are read again meet the host as it was.
            long lag = Topic.FRAMES.retention().toMillis();
            config.put("min.compaction.lag.ms", Long.toString(lag));
        }
        return config;
    }
}
