package headgate.capture;

import headgate.capture.CaptureSettings.Publishing;
import headgate.schema.Topic;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

/// Makes sure that the topics an agent writes to are there, and waits for the broker if need be.
final class BrokerTopics {
    private static final int ANSWER_WITHIN_MILLIS = 5000;
    private static final Duration PAUSE = Duration.ofMillis(500);

    /// The topics that an agent writes.
    private static final List<Topic> WRITTEN =
            List.of(Topic.FRAMES, Topic.ARRIVALS, Topic.HOSTS, Topic.LEDGER, Topic.SCHEMAS);

    private final Publishing publishing;
    private final AgentListener listener;
    private final BooleanSupplier stopped;

    BrokerTopics(Publishing publishing, AgentListener listener, BooleanSupplier stopped) {
        this.publishing = publishing;
        this.listener = listener;
        this.stopped = stopped;
    }

    /// Creates what is missing and returns how many partitions `frames` has.
    ///
    /// @throws BrokerUnavailableException when the broker refuses, or did not answer in time
    int prepare() throws BrokerUnavailableException {
        long deadlineNanos = System.nanoTime() + publishing.giveUpAfter().toNanos();
        boolean told = false;
        while (true) {
            try (Admin admin = Admin.create(config())) {
                createMissing(admin);
                return partitions(admin, Topic.FRAMES);
            } catch (KafkaException | ExecutionException e) {
                Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
                if (isRefusal(cause)) {
                    throw new BrokerUnavailableException(
                            "broker %s refused: %s"
                                    .formatted(publishing.brokers(), cause.getMessage()),
                            cause);
                }
                giveUpIfLate(deadlineNanos, cause);
                if (!told) {
                    told = true;
                    tell(cause, deadlineNanos);
                }
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BrokerUnavailableException("interrupted while waiting for a broker", e);
            }
        }
    }

    private Map<String, Object> config() {
        var config = new HashMap<String, Object>(publishing.client());
        config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, publishing.brokers());
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MILLIS);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MILLIS);
        return config;
    }

    private void createMissing(Admin admin) throws ExecutionException, InterruptedException {
        var topics = publishing.topics();
        var there = admin.listTopics().names().get();
        var missing = new ArrayList<NewTopic>();
        for (Topic topic : WRITTEN) {
            if (!there.contains(topics.name(topic))) {
                int partitions = topic == Topic.FRAMES ? publishing.lanes() : topic.partitions();
                missing.add(
                        new NewTopic(topics.name(topic), Optional.of(partitions), Optional.empty())
                                .configs(topics.config(topic)));
            }
        }
        for (var creation : admin.createTopics(missing).values().values()) {
            try {
                creation.get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
    }

    private int partitions(Admin admin, Topic topic)
            throws ExecutionException, InterruptedException {
        String name = publishing.topics().name(topic);
        return admin.describeTopics(List.of(name))
                .topicNameValues()
                .get(name)
                .get()
                .partitions()
                .size();
    }

    /// Only what time may cure is tried again. An address that cannot be resolved may be there
    /// later; Kafka tells it as a fault of the configuration inside a plain [KafkaException]. Fewer
    /// brokers than a topic has copies is a cluster that is starting.
    private static boolean isRefusal(Throwable cause) {
        return !(cause instanceof RetriableException)
                && !(cause instanceof InvalidReplicationFactorException)
                && cause.getClass() != KafkaException.class;
    }

    private String why(Throwable cause) {
        return cause instanceof InvalidReplicationFactorException
                ? cause.getMessage()
                : BrokerAddresses.diagnose(publishing.brokers());
    }

    private void giveUpIfLate(long deadlineNanos, Throwable cause)
            throws BrokerUnavailableException {
        if (stopped.getAsBoolean() || System.nanoTime() - deadlineNanos >= 0) {
            throw new BrokerUnavailableException("no broker: " + why(cause), cause);
        }
    }

    private void tell(Throwable cause, long deadlineNanos) {
        long left = deadlineNanos - System.nanoTime();
        listener.onNotice(
                "no broker yet: %s; retrying until %s"
                        .formatted(
                                why(cause),
                                LocalTime.now().plusNanos(left).truncatedTo(ChronoUnit.SECONDS)));
    }

    private static void pause() throws BrokerUnavailableException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailableException("interrupted while waiting for a broker", e);
        }
    }
}
