package headgate.streams;

import headgate.schema.Topic;
import headgate.schema.Topics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicExistsException;

/// The brokers before a program starts: are they there, and do they have the topics?
public final class Brokers {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int ANSWER_MILLIS = 10_000;
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    private final String addresses;
    private final Duration patience;
    private final Consumer<String> talk;

    /// @param patience how long brokers that are away are asked again
    /// @param talk is told, for people, what is waited for
    public Brokers(String addresses, Duration patience, Consumer<String> talk) {
        this.addresses = addresses;
        this.patience = patience;
        this.talk = talk;
    }

    /// Creates those topics that do not exist, as [Topics] describes them; others stay as they are.
    void createMissing(Topics topics) throws BrokerAwayException, InterruptedException {
        insist(admin -> create(admin, topics));
    }

    /// Waits until these topics exist, for a reader: who writes creates them.
    ///
    /// @throws BrokerAwayException when no broker could be used, or one of them is missing
    public void await(Topics topics, List<Topic> needed)
            throws BrokerAwayException, InterruptedException {
        insist(admin -> {
            Set<String> there = admin.listTopics().names().get();
            for (Topic topic : needed) {
                if (!there.contains(topics.name(topic))) {
                    throw new NotYet(
                            "no topic %s on broker %s: agents and stream processors create it,"
                                            .formatted(topics.name(topic), addresses)
                                    + " does one run with this --topic-prefix?");
                }
            }
        });
    }

    /// What is asked of the brokers.
    private interface Request {
        void to(Admin admin) throws ExecutionException, InterruptedException;
    }

    private void insist(Request request) throws BrokerAwayException, InterruptedException {
        Instant end = Instant.now().plus(patience);
        String told = "";
        while (true) {
            KafkaException reason;
            try {
                ask(request);
                return;
            } catch (KafkaException away) {
                reason = away;
            }
            String why = why(reason);
            if (Instant.now().plus(BETWEEN_TRIES).isAfter(end)) {
                throw new BrokerAwayException(
                        "%s; gave up after %d s".formatted(why, patience.toSeconds()), reason);
            }
            if (!why.equals(told)) {
                told = why;
                talk.accept(why + "; trying again until " + clock(end));
            }
            Thread.sleep(BETWEEN_TRIES);
        }
    }

    private void ask(Request request) throws InterruptedException {
        var config =
                Map.<String, Object>of(
                        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                        reachable(),
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        ANSWER_MILLIS,
                        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        ANSWER_MILLIS / 2);
        try (Admin admin = Admin.create(config)) {
            request.to(admin);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof KafkaException known
                    ? known
                    : new KafkaException(failed.getCause());
        }
    }

    /// Two processes that start together may both find a topic missing.
    private static void create(Admin admin, Topics topics)
            throws InterruptedException, ExecutionException {
        Set<String> there = admin.listTopics().names().get();
        var missing = new ArrayList<NewTopic>();
        for (Topic topic : Topic.values()) {
            if (!there.contains(topics.name(topic))) {
                missing.add(describe(topics, topic));
            }
        }
        for (var creation : admin.createTopics(missing).values().values()) {
            try {
                creation.get();
            } catch (ExecutionException failed) {
                if (!(failed.getCause() instanceof TopicExistsException)) {
                    throw failed;
                }
            }
        }
    }

    /// As many replicas as the brokers give a topic by default.
    private static NewTopic describe(Topics topics, Topic topic) {
        return new NewTopic(topics.name(topic), Optional.of(topic.partitions()), Optional.empty())
                .configs(topics.config(topic));
    }

    /// The first broker that accepts a connection: Kafka's clients retry in silence, a socket says
    /// what is wrong.
    private String reachable() {
        var reasons = new ArrayList<String>();
        for (String address : addresses.split("\\s*,\\s*")) {
            int colon = address.lastIndexOf(':');
            String host = address.substring(0, colon);
            try (var socket = new Socket()) {
                int port = Integer.parseInt(address.substring(colon + 1));
                socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
                return addresses;
            } catch (UnknownHostException _) {
                reasons.add("broker %s: no such host".formatted(address));
            } catch (IOException | IllegalArgumentException refused) {
                reasons.add("broker %s: %s".formatted(address, refused.getMessage()));
            }
        }
        throw new NotYet(String.join(", ", reasons));
    }

    private String why(KafkaException reason) {
        return reason instanceof NotYet
                ? reason.getMessage()
                : "broker %s accepts connections, but: %s"
                        .formatted(addresses, reason.getMessage());
    }

    private static LocalTime clock(Instant instant) {
        return LocalTime.now()
                .plus(Duration.between(Instant.now(), instant))
                .truncatedTo(ChronoUnit.SECONDS);
    }

    /// What is wrong, in words for people.
    private static final class NotYet extends KafkaException {
        private static final long serialVersionUID = 1;

        NotYet(String message) {
            super(message);
        }
    }
}
