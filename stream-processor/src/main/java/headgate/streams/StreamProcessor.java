package headgate.streams;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import picocli.CommandLine;

/// The stream processor: runs [PacketTopology] until it is closed, in a process of its own or
/// beside others in one.
public final class StreamProcessor implements AutoCloseable {
    /// Longer than any commit; then the transaction is left to be aborted.
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(30);

    private static final Duration SCHEMAS_WITHIN = Duration.ofSeconds(2);

    /// So many threads may end by faults of their transactions within so long.
    private static final int MOST_TRIES = 10;

    private static final Duration FAULTS_PASS_WITHIN = Duration.ofMinutes(1);

    private final KafkaStreams streams;
    private final Thread schemas;
    private final StreamCounters counters;
    private final Consumer<String> talk;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Throwable failure;
    private int triedAgain;
    private long triedNanos;

    private StreamProcessor(
            KafkaStreams streams, Thread schemas, StreamCounters counters, Consumer<String> talk) {
        this.streams = streams;
        this.schemas = schemas;
        this.counters = counters;
        this.talk = talk;
    }

    /// Creates missing topics, publishes the answers' schemas, and starts.
    ///
    /// @param talk is told, for people, what happens: waiting for brokers, faults
    /// @throws BrokerAwayException when no broker could be used for `settings.patience()`
    public static StreamProcessor start(StreamSettings settings, Consumer<String> talk)
            throws BrokerAwayException, InterruptedException {
        new Brokers(settings.brokers(), settings.patience(), talk).createMissing(settings.topics());
        Thread schemas = AnswerSchemas.publish(settings.brokers(), settings.topics(), talk);
        var counters = new StreamCounters();
        var topology = PacketTopology.build(settings, counters, talk);
        var streams = new KafkaStreams(topology, settings.toProperties());
        var processor = new StreamProcessor(streams, schemas, counters, talk);
        streams.setUncaughtExceptionHandler(processor::onFault);
        streams.setStateListener(processor::onState);
        streams.start();
        return processor;
    }

    /// What was done so far.
    public StreamCounters counters() {
        return counters;
    }

    /// Where the start, a rebalance or the end is at.
    public State state() {
        return streams.state();
    }

    /// What ended it before it was closed; null if nothing did.
    public Throwable failure() {
        return failure;
    }

    /// Waits until it ends by itself or is closed.
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /// Commits what was done and stops.
    @Override
    public void close() {
        if (!streams.close(CLOSE_WITHIN)) {
            talk.accept(
                    "not stopped within %d s; what was not committed will be done again"
                            .formatted(CLOSE_WITHIN.toSeconds()));
        }
        try {
            schemas.join(SCHEMAS_WITHIN); // has long ended, unless all of this was short
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// A fault of brokers or network passes; anything else would come again with the same record.
    private StreamThreadExceptionResponse onFault(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof RetriableException || isOfTransaction(root) && mayTryAgain()) {
            talk.accept("brokers: " + root.getMessage() + "; going on from the last commit");
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        failure = fault;
        talk.accept("stopping: " + fault + (root == fault ? "" : ": " + root));
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /// Whether a transaction could not go on: its coordinator was lost, its time was up, or another
    /// one has taken its place. A new thread begins with a new one.
    static boolean isOfTransaction(Throwable root) {
        return root instanceof ApplicationRecoverableException
                || root instanceof InvalidTxnStateException
                || root instanceof TransactionAbortedException
                || root instanceof TransactionAbortableException
                || root instanceof OutOfOrderSequenceException
                || root instanceof UnknownServerException
                || root.getClass() == KafkaException.class;
    }

    /// Brokers that change their leaders make a few such faults; what they always refuse, one upon
    /// the other.
    private synchronized boolean mayTryAgain() {
        long now = System.nanoTime();
        boolean isFresh = triedAgain == 0 || now - triedNanos > FAULTS_PASS_WITHIN.toNanos();
        triedAgain = isFresh ? 1 : triedAgain + 1;
        triedNanos = isFresh ? now : triedNanos;
        return triedAgain <= MOST_TRIES;
    }

    private void onState(State now, State before) {
        if (now.hasCompletedShutdown()) {
            ended.countDown();
        }
    }

    /// Runs it in a process of its own; `--help` says how.
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StreamCommand()).execute(arguments));
    }
}
