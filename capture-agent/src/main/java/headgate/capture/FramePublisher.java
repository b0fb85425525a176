package headgate.capture;

import headgate.capture.CaptureSettings.Publishing;
import headgate.schema.Ledger;
import headgate.schema.Topic;
import headgate.schema.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// The outbox between the capture threads and the broker: an idempotent producer behind a thread of
/// its own, because handing a value to the producer compresses it and may wait.
///
/// A value leaves the outbox when the broker has acknowledged it. Without a spool, a value that is
/// not acknowledged in time ends the agent ([#requireHealth]): later ones must not be published
/// without it. With a spool, values go there while no broker takes them, and whatever is in it goes
/// out before what is newer:
///
/// ```
/// capture threads ──► queue ──────────────────► producer ──► broker
///                       └─► spool (on disk) ──►
/// ```
///
/// Capture points share the producer and the room, and each has an [Account] of what is its own.
final class FramePublisher implements AutoCloseable {
    private static final int LEAST_PRODUCER_BATCH_BYTES = 256 << 10;
    private static final int MOST_PRODUCER_BATCH_BYTES = 4 << 20;
    private static final int LEAST_PRODUCER_MEMORY_BYTES = 32 << 20;
    private static final int SPOOLED_BLOCK_MILLIS = 500;
    private static final long AWAY_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long TELL_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL_MILLIS = 200;
    private static final int HANDED_OVER_AT_ONCE = 16;
    private static final Duration LAST_ANSWERS_WITHIN = Duration.ofSeconds(5);

    private final CaptureSettings settings;
    private final Publishing publishing;
    private final AgentListener listener;
    private final Spool spool;
    private final Thread sender;
    private final Thread watcher;
    private final Thread connector;
    private volatile Connection connection;
    private volatile boolean closed;

    // Guarded by this.
    private final ArrayDeque<Entry> queue = new ArrayDeque<>();
    private final List<Account> accounts = new ArrayList<>();
    private final List<Entry> unsent = new ArrayList<>();
    private Entry again;
    private long offered;
    private long changes;
    private long waitingBytes;
    private long underWayBytes;
    private long lastProgressNanos = System.nanoTime();
    private Exception failure;
    private Throwable broken;

    /// @param framePartitions how many partitions the topic `frames` has
    private record Connection(KafkaProducer<byte[], byte[]> producer, int framePartitions) {}

    /// @param spool null if there is none: then it waits here for the broker
    /// @throws BrokerUnavailableException when there is no spool, and the broker refuses or does
    ///   not answer in time
    FramePublisher(
            CaptureSettings settings, BrokerTopics topics, Spool spool, AgentListener listener)
            throws BrokerUnavailableException {
        this.settings = settings;
        this.publishing = settings.publishing();
        this.listener = listener;
        this.spool = spool;
        if (spool == null) {
            connect(topics);
        }
        this.connector =
                Thread.ofVirtual().name("headgate-connect").unstarted(() -> keepConnecting(topics));
        if (spool != null) {
            connector.start();
        }
        this.sender =
                Thread.ofPlatform()
                        .name("headgate-publisher")
                        .uncaughtExceptionHandler((_, thrown) -> breakDown(thrown))
                        .start(this::send);
        this.watcher = Thread.ofVirtual().name("headgate-publisher-watch").start(this::watch);
    }

    private void connect(BrokerTopics topics) throws BrokerUnavailableException {
        int partitions = topics.prepare();
        var producer =
                new KafkaProducer<>(
                        config(settings), new ByteArraySerializer(), new ByteArraySerializer());
        synchronized (this) {
            connection = new Connection(producer, partitions);
            change();
        }
    }

    /// A broker that refuses does so at once: it is asked again after a pause.
    private void keepConnecting(BrokerTopics topics) {
        String told = "";
        while (connection == null && !closed) {
            try {
                connect(topics);
            } catch (BrokerUnavailableException e) {
                if (!closed && !e.getMessage().equals(told)) {
                    told = e.getMessage();
                    listener.onNotice(told + "; frames go to the spool");
                }
                LockSupport.parkNanos(AWAY_AFTER_NANOS);
            } catch (KafkaException e) {
                synchronized (this) {
                    failure = e;
                    change();
                }
                return;
            }
        }
    }

    private static Map<String, Object> config(CaptureSettings settings) {
        Publishing publishing = settings.publishing();
        boolean spooled = publishing.spoolDirectory() != null;
        int giveUpMillis = (int) Math.min(publishing.giveUpAfter().toMillis(), Integer.MAX_VALUE);
        var config = new HashMap<String, Object>();
        config.put(ProducerConfig.LINGER_MS_CONFIG, 2);
        config.put(
                ProducerConfig.COMPRESSION_TYPE_CONFIG, Topics.compressionTo(publishing.brokers()));
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, batchBytes(publishing));
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topic.MAX_MESSAGE_BYTES);
        config.put(
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                Math.max(LEAST_PRODUCER_MEMORY_BYTES, publishing.outboxBytes()));
        // The JDK copies all that is left of a request each time that the socket takes a part of
        // it: the kernel chooses how large the socket's buffer is, and takes large parts.
        config.put(ProducerConfig.SEND_BUFFER_CONFIG, -1);
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
        // this producer yet, so any will do, and the first one is then out of order for ever.
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        // What the producer gave up could not be sent again without the risk of a double.
        config.put(
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                spooled ? Integer.MAX_VALUE : giveUpMillis);
        config.put(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, spooled ? SPOOLED_BLOCK_MILLIS : giveUpMillis);
        return config;
    }

    /// Large batches cost broker and agent less for each frame. The producer takes a whole one for
    /// each partition that it has something for: all lanes at once must leave room for more.
    private static int batchBytes(Publishing publishing) {
        long share = publishing.outboxBytes() / (4L * publishing.lanes());
        return Math.clamp(share, LEAST_PRODUCER_BATCH_BYTES, MOST_PRODUCER_BATCH_BYTES);
    }

    /// Opens an account for one capture point.
    synchronized Account newAccount() {
        var account = new Account(accounts.size());
        accounts.add(account);
        return account;
    }

    /// What one capture point has waiting and published. How full the outbox is depends on all of
    /// them.
    final class Account implements Outbox {
        private final int number;

        // Guarded by the publisher.
        private long ownWaitingBytes;
        private long waitingFrames;
        private long spooledValues;
        private long spooledFrames;
        private long publishedBatches;
        private long publishedFrames;
        private long publishedBytes;
        private long failedFrames;

        private Account(int number) {
            this.number = number;
        }

        @Override
        public void offer(Topic topic, byte[] key, int lane, byte[] value, int frames) {
            synchronized (FramePublisher.this) {
                if (!isWaiting()) {
                    lastProgressNanos = System.nanoTime();
                }
                waitingBytes += value.length;
                ownWaitingBytes += value.length;
                waitingFrames += frames;
                queue.add(new Entry(this, topic, key, lane, value, frames, null));
                change();
            }
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
            return awaitAtMost(() -> ownWaitingBytes == 0 && spooledValues == 0, millis);
        }

        @Override
        public Standing standing() {
            synchronized (FramePublisher.this) {
                return new Standing(
                        new Ledger.Outbox(waitingFrames, ownWaitingBytes, capacityBytes()),
                        spool == null ? null : spooled(),
                        new Ledger.Published(
                                publishedBatches, publishedFrames, publishedBytes, failedFrames));
            }
        }

        private Ledger.Spool spooled() {
            return new Ledger.Spool(
                    spooledFrames,
                    spool.bytes(),
                    spool.capacityBytes(),
                    spool.earlierFrames(),
                    spool.replayedFrames(),
                    spool.damagedFrames());
        }

        private void leaveMemory(Entry entry) {
            waitingBytes -= entry.bytes;
            ownWaitingBytes -= entry.bytes;
            waitingFrames -= entry.frames;
        }

        private void enterSpool(Entry entry) {
            spooledValues++;
            spooledFrames += entry.frames;
        }

        private void leaveSpool(int frames) {
            spooledValues--;
            spooledFrames -= frames;
        }
    }

    private synchronized boolean awaitAtMost(BooleanSupplier condition, long millis) {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (!condition.getAsBoolean() && failure == null && broken == null) {
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

    /// Something has changed that the sender, or somebody who waits, may be interested in.
    private synchronized void change() {
        changes++;
        notifyAll();
    }

    private synchronized void breakDown(Throwable thrown) {
        broken = thrown;
        notifyAll();
    }

    /// @throws BrokerUnavailableException when a value could not be published
    /// @throws IllegalStateException when nothing is published any more, by our own fault
    void requireHealth() throws BrokerUnavailableException {
        Exception cause;
        synchronized (this) {
            if (broken != null) {
                throw new IllegalStateException("publishing broke down: " + broken, broken);
            }
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

    /// Whether what waits is better left in the spool than waited for: there is one, and the broker
    /// does not answer.
    boolean leavesRest() {
        return spool != null && silentNanos() > TELL_AFTER_NANOS;
    }

    // ---- The sender ----

    private void send() {
        try {
            while (!closed) {
                long seen;
                synchronized (this) {
                    seen = changes;
                }
                boolean worked = moveToSpool();
                for (int i = 0; i < HANDED_OVER_AT_ONCE && handOverNext(); i++) {
                    worked = true;
                }
                if (!worked) {
                    awaitChange(seen);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void awaitChange(long seen) throws InterruptedException {
        if (changes == seen) {
            wait(POLL_MILLIS);
        }
    }

    /// Returns whether there was anything to move, and room for it.
    private boolean moveToSpool() {
        boolean moved = false;
        for (Entry first = firstForSpool(); first != null; first = firstForSpool()) {
            if (!spool.append(first.forSpool())) {
                return moved;
            }
            moved = true;
            synchronized (this) {
                queue.removeFirst();
                first.account.leaveMemory(first);
                first.account.enterSpool(first);
                notifyAll();
            }
        }
        return moved;
    }

    /// The oldest value in the queue if the spool is the place for it: behind what is there, or
    /// because the broker is away, or too slow for a live source, which would have to shed soon.
    private synchronized Entry firstForSpool() {
        if (spool == null || queue.isEmpty()) {
            return null;
        }
        boolean tooSlow = settings.isLive() && waitingBytes >= publishing.outboxBytes() / 4;
        return spool.hasUnread() || isAway() || tooSlow ? queue.peekFirst() : null;
    }

    private boolean isAway() {
        boolean asked = connection == null || underWayBytes > 0;
        return asked && System.nanoTime() - lastProgressNanos > AWAY_AFTER_NANOS;
    }

    private boolean handOverNext() {
        Entry next;
        synchronized (this) {
            if (!mayHandOver()) {
                return false;
            }
            next = again;
            again = null;
            if (next == null && (spool == null || !spool.hasUnread())) {
                next = queue.pollFirst();
            }
        }
        if (next == null && spool != null) {
            next = nextOfSpool();
        }
        if (next == null) {
            return false;
        }
        handOver(next);
        return true;
    }

    /// With a spool, no more than the producer has memory for: it must never keep the sender
    /// waiting.
    private boolean mayHandOver() {
        return spool == null
                || connection != null
                        && failure == null
                        && (underWayBytes == 0
                                || underWayBytes < publishing.outboxBytes() / 2 && !isAway());
    }

    private Entry nextOfSpool() {
        for (var read = spool.next(); read != null; read = spool.next()) {
            Account account = null;
            if (read.ofThisRun()) {
                synchronized (this) {
                    account = accounts.get(read.account());
                }
            }
            var value = read.value();
            if (value != null) {
                return new Entry(
                        account,
                        value.topic(),
                        value.key(),
                        value.lane(),
                        value.value(),
                        value.frames(),
                        read.slot());
            }
            if (account != null) {
                synchronized (this) {
                    account.leaveSpool(read.frames());
                    account.failedFrames += read.frames();
                    change();
                }
            }
        }
        return null;
    }

    private void handOver(Entry entry) {
        synchronized (this) {
            if (underWayBytes == 0) {
                lastProgressNanos = System.nanoTime();
            }
            underWayBytes += entry.bytes;
        }
        try {
            connection.producer.send(entry.takeRecord(), entry);
        } catch (KafkaException e) {
            entry.onCompletion(null, e);
        }
    }

    /// One value on its way.
    private final class Entry implements Callback {
        /// Null for a value of an earlier run.
        private final Account account;

        private final Topic topic;
        private final byte[] key;
        private final int lane;
        private final int frames;
        private final int bytes;

        /// Where the spool has it; null if it never was there.
        private final Spool.Slot slot;

        /// Its place among those that were offered; -1 for one from the spool.
        private final long order;

        private byte[] value;

        Entry(
                Account account,
                Topic topic,
                byte[] key,
                int lane,
                byte[] value,
                int frames,
                Spool.Slot slot) {
            this.account = account;
            this.topic = topic;
            this.key = key;
            this.lane = lane;
            this.value = value;
            this.bytes = value.length;
            this.frames = frames;
            this.slot = slot;
            this.order = slot == null ? offered++ : -1;
        }

        Spool.Value forSpool() {
            return new Spool.Value(topic, key, lane, value, frames, account.number);
        }

        /// The value itself is let go as soon as the producer has its copy, unless the spool may
        /// have to take it yet.
        ///
        /// The record's time is the broker's business (retention): it is when it was published, not
        /// when its frames were captured, which may be years ago.
        ProducerRecord<byte[], byte[]> takeRecord() {
            Integer partition = lane < 0 ? null : lane % connection.framePartitions;
            var record =
                    new ProducerRecord<>(publishing.topics().name(topic), partition, key, value);
            if (spool == null) {
                value = null;
            }
            return record;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception refused) {
            boolean lost = refused != null && isLost(refused);
            if (slot != null && lost) {
                spool.lose(slot);
            } else if (slot != null && refused == null) {
                spool.acknowledge(slot);
            }
            synchronized (FramePublisher.this) {
                underWayBytes -= bytes;
                if (refused == null) {
                    lastProgressNanos = System.nanoTime();
                    leave();
                    count();
                } else if (lost) {
                    leave();
                    countLost(refused);
                } else {
                    keep(refused);
                }
                change();
            }
        }

        /// Without a spool, there is nothing to keep it in.
        private boolean isLost(Exception refused) {
            return spool == null || refused instanceof RecordTooLargeException;
        }

        private void leave() {
            if (slot == null) {
                account.leaveMemory(this);
            } else if (account != null) {
                account.leaveSpool(frames);
            }
        }

        private void count() {
            if (topic == Topic.FRAMES && account != null) {
                account.publishedBatches++;
                account.publishedFrames += frames;
                account.publishedBytes += bytes;
            }
        }

        /// A topic that takes no value of this size loses it; anything else ends the agent.
        private void countLost(Exception refused) {
            if (account != null) {
                account.failedFrames += frames;
            }
            if (refused instanceof RecordTooLargeException) {
                listener.onNotice("%d frames lost: %s".formatted(frames, refused.getMessage()));
            } else if (failure == null) {
                failure = refused;
            }
        }

        /// The producer did not even take it for want of metadata: it is tried again. What it gave
        /// back otherwise, it gave back because it was closed, or for good.
        private void keep(Exception refused) {
            if (refused instanceof TimeoutException && Thread.currentThread() == sender) {
                again = this;
                return;
            }
            if (slot == null) {
                unsent.add(this);
            }
            if (!closed && failure == null) {
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
        return isWaiting() ? System.nanoTime() - lastProgressNanos : 0;
    }

    private boolean isWaiting() {
        return waitingBytes > 0 || spool != null && !spool.isEmpty();
    }

    private void tellAway() {
        long left = publishing.giveUpAfter().toNanos() - silentNanos();
        listener.onNotice(
                "broker acknowledges nothing for %d s: %s; %s"
                        .formatted(
                                TimeUnit.NANOSECONDS.toSeconds(TELL_AFTER_NANOS),
                                BrokerAddresses.diagnose(publishing.brokers()),
                                spool != null
                                        ? "frames go to the spool"
                                        : "retrying until "
                                                + LocalTime.now()
                                                        .plusNanos(left)
                                                        .truncatedTo(ChronoUnit.SECONDS)));
    }

    // ---- The end ----

    /// Stops at once. What is still waiting stays in the spool, and is lost without one: call
    /// [Account#awaitEmpty] first.
    @Override
    public void close() throws IOException {
        boolean away = spool == null || isAwayNow();
        closed = true;
        change();
        watcher.interrupt();
        connector.interrupt();
        if (spool == null) {
            sender.interrupt(); // with one, it may be writing: an interrupt would close the file
        }
        try {
            sender.join();
            connector.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (connection != null) {
            connection.producer.close(away ? Duration.ZERO : LAST_ANSWERS_WITHIN);
        }
        if (spool != null) {
            try (spool) {
                keepRest();
            }
        }
    }

    private synchronized boolean isAwayNow() {
        return isAway();
    }

    /// Puts what waits in memory into the spool: before all else what the producer had, behind all
    /// else what it had not.
    private synchronized void keepRest() throws IOException {
        if (again != null && again.slot == null) {
            unsent.add(again);
        }
        unsent.sort(Comparator.comparingLong(entry -> entry.order));
        if (!unsent.isEmpty()) {
            spool.putFirst(unsent.stream().map(Entry::forSpool).toList());
            unsent.forEach(this::nowSpooled);
        }
        while (!queue.isEmpty() && spool.append(queue.peekFirst().forSpool())) {
            nowSpooled(queue.removeFirst());
        }
        long left = accounts.stream().mapToLong(account -> account.spooledFrames).sum();
        long lost = accounts.stream().mapToLong(account -> account.waitingFrames).sum();
        if (left + spool.earlierFrames() > 0) {
            listener.onNotice(
                    "%d frames are left in spool %s for the next agent"
                            .formatted(left + spool.earlierFrames(), publishing.spoolDirectory()));
        }
        if (lost > 0) {
            listener.onNotice("spool full: %d frames are lost".formatted(lost));
        }
    }

    private void nowSpooled(Entry entry) {
        entry.account.leaveMemory(entry);
        entry.account.enterSpool(entry);
    }
}
