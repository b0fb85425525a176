package headgate.capture;

import headgate.capture.CaptureSettings.Publishing;
import headgate.schema.Ledger;
import headgate.schema.Topic;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// The outbox between the capture thread and the broker: an idempotent producer behind a thread of
/// its own, because handing a value to the producer compresses it and may wait.
///
/// A value leaves the outbox when the broker has acknowledged it. A value that is not acknowledged
/// in time ends the agent ([#requireHealth]): later ones must not be published without it.
///
/// Capture points share the producer and the room, and each has an [Account] of what is its own.
final class FramePublisher implements AutoCloseable {
    private static final int PRODUCER_BATCH_BYTES = 1 << 20;
    private static final int LEAST_PRODUCER_MEMORY_BYTES = 32 << 20;
    private static final long TELL_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL_MILLIS = 200;

    private final Publishing publishing;
    private final int framePartitions;
    private final AgentListener listener;
    private final KafkaProducer<byte[], byte[]> producer;
    private final LinkedBlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
    private final Thread sender;
    private final Thread watcher;

    // Guarded by this.
    private long waitingBytes;
    private long lastProgressNanos = System.nanoTime();
    private Exception failure;

    private volatile boolean closed;

    /// @param framePartitions how many partitions the topic `frames` has
    FramePublisher(CaptureSettings settings, int framePartitions, AgentListener listener) {
        this.publishing = settings.publishing();
        this.framePartitions = framePartitions;
        this.listener = listener;
        this.producer =
                new KafkaProducer<>(
                        config(settings), new ByteArraySerializer(), new ByteArraySerializer());
        this.sender = Thread.ofPlatform().name("headgate-publisher").start(this::send);
        this.watcher = Thread.ofVirtual().name("headgate-publisher-watch").start(this::watch);
    }

    private static Map<String, Object> config(CaptureSettings settings) {
        Publishing publishing = settings.publishing();
        int giveUpMillis = (int) Math.min(publishing.giveUpAfter().toMillis(), Integer.MAX_VALUE);
        var config = new HashMap<String, Object>();
        config.put(ProducerConfig.LINGER_MS_CONFIG, 2);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, PRODUCER_BATCH_BYTES);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topic.MAX_MESSAGE_BYTES);
        config.put(
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                Math.max(LEAST_PRODUCER_MEMORY_BYTES, publishing.outboxBytes()));
        config.put(ProducerConfig.SEND_BUFFER_CONFIG, 1 << 20);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(10_000, giveUpMillis / 2));
        config.putAll(publishing.client());
        // What the ledger and the order rest on is not for others to set.
        config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, publishing.brokers());
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "headgate-agent-" + settings.agent());
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        // With several in flight, the leader of a partition that was made a moment ago may refuse
        // the first batch (NOT_LEADER_OR_FOLLOWER) and take the second: it knows no sequence of
        // this
        // producer yet, so any will do, and the first one is then out of order for ever.
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, giveUpMillis);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, giveUpMillis);
        return config;
    }

    /// Opens an account for one capture point.
    Account newAccount() {
        return new Account();
    }

    /// What one capture point has waiting and published. How full the outbox is depends on all of
    /// them.
    final class Account implements Outbox {
        // Guarded by the publisher.
        private long ownWaitingBytes;
        private long waitingFrames;
        private long publishedBatches;
        private long publishedFrames;
        private long publishedBytes;
        private long failedFrames;

        @Override
        public void offer(Topic topic, byte[] key, int lane, byte[] value, int frames) {
            synchronized (FramePublisher.this) {
                if (waitingBytes == 0) {
                    lastProgressNanos = System.nanoTime();
                }
                waitingBytes += value.length;
                ownWaitingBytes += value.length;
                waitingFrames += frames;
            }
            queue.add(new Entry(this, topic, key, lane, value, frames));
        }

        @Override
        public long waitingBytes() {
            synchronized (FramePublisher.this) {
                return waitingBytes;
            }
        }

        @Override
        public long capacityBytes() {
            return publishing.outboxBytes();
        }

        @Override
        public void awaitRoom(long millis) {
            awaitAtMost(() -> waitingBytes < capacityBytes(), millis);
        }

        /// Waits at most so long until everything of this account is acknowledged or given up.
        /// Returns whether it is.
        boolean awaitEmpty(long millis) {
            return awaitAtMost(() -> ownWaitingBytes == 0, millis);
        }

        @Override
        public Standing standing() {
            synchronized (FramePublisher.this) {
                return new Standing(
                        new Ledger.Outbox(waitingFrames, ownWaitingBytes, capacityBytes()),
                        null,
                        new Ledger.Published(
                                publishedBatches, publishedFrames, publishedBytes, failedFrames));
            }
        }
    }

    private synchronized boolean awaitAtMost(BooleanSupplier condition, long millis) {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (!condition.getAsBoolean() && failure == null) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
                if (left <= 0) {
                    break;
                }
                wait(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return condition.getAsBoolean();
    }

    /// @throws BrokerUnavailableException when a value could not be published
    void requireHealth() throws BrokerUnavailableException {
        Exception cause;
        synchronized (this) {
            cause = failure;
        }
        if (cause != null) {
            throw new BrokerUnavailableException(
                    "gave up publishing to %s after %d s: %s (%s)"
                            .formatted(
                                    publishing.brokers(),
                                    publishing.giveUpAfter().toSeconds(),
                                    cause.getMessage(),
                                    BrokerAddresses.diagnose(publishing.brokers())),
                    cause);
        }
    }

    // ---- The sender ----

    private void send() {
        try {
            while (!closed) {
                Entry entry = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (entry != null) {
                    send(entry);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(Entry entry) {
        try {
            producer.send(entry.takeRecord(), entry);
        } catch (KafkaException e) {
            entry.onCompletion(null, e);
        }
    }

    /// One value on its way. The value itself is let go as soon as the producer has its copy.
    private final class Entry implements Callback {
        private final Account account;
        private final Topic topic;
        private final byte[] key;
        private final int lane;
        private final int frames;
        private final int bytes;
        private byte[] value;

        Entry(Account account, Topic topic, byte[] key, int lane, byte[] value, int frames) {
            this.account = account;
            this.topic = topic;
            this.key = key;
            this.lane = lane;
            this.value = value;
            this.bytes = value.length;
            this.frames = frames;
        }

        /// The record's time is the broker's business (retention): it is when it was published, not
        /// when its frames were captured, which may be years ago.
        ProducerRecord<byte[], byte[]> takeRecord() {
            Integer partition = lane < 0 ? null : lane % framePartitions;
            var record =
                    new ProducerRecord<>(publishing.topics().name(topic), partition, key, value);
            value = null;
            return record;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception refused) {
            synchronized (FramePublisher.this) {
                waitingBytes -= bytes;
                account.ownWaitingBytes -= bytes;
                account.waitingFrames -= frames;
                if (refused == null) {
                    lastProgressNanos = System.nanoTime();
                    count();
                } else {
                    account.failedFrames += frames;
                    note(refused);
                }
                FramePublisher.this.notifyAll();
            }
        }

        private void count() {
            if (topic == Topic.FRAMES) {
                account.publishedBatches++;
                account.publishedFrames += frames;
                account.publishedBytes += bytes;
            }
        }

        /// A topic that takes no value of this size loses it; anything else ends the agent.
        private void note(Exception refused) {
            if (refused instanceof RecordTooLargeException) {
                listener.onNotice("%d frames lost: %s".formatted(frames, refused.getMessage()));
            } else if (failure == null) {
                failure = refused;
            }
        }
    }

    // ---- The watcher ----

    /// Tells when the broker stops answering, and when it answers again.
    private void watch() {
        boolean told = false;
        try {
            while (!closed) {
                Thread.sleep(POLL_MILLIS);
                boolean away = silentNanos() > TELL_AFTER_NANOS;
                if (away && !told) {
                    tellAway();
                } else if (told && !away) {
                    listener.onNotice("broker " + publishing.brokers() + " answers again");
                }
                told = away;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized long silentNanos() {
        return waitingBytes == 0 ? 0 : System.nanoTime() - lastProgressNanos;
    }

    private void tellAway() {
        long left = publishing.giveUpAfter().toNanos() - silentNanos();
        listener.onNotice(
                "broker acknowledges nothing for %d s: %s; retrying until %s"
                        .formatted(
                                TimeUnit.NANOSECONDS.toSeconds(TELL_AFTER_NANOS),
                                BrokerAddresses.diagnose(publishing.brokers()),
                                LocalTime.now().plusNanos(left).truncatedTo(ChronoUnit.SECONDS)));
    }

    /// Stops at once; what is still waiting is lost. Call [Account#awaitEmpty] first.
    @Override
    public void close() {
        closed = true;
        watcher.interrupt();
        sender.interrupt();
        try {
            sender.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ZERO);
    }
}
