package headgate.console;

import headgate.schema.Topics;
import headgate.streams.BrokerAwayException;
import headgate.streams.WhatIfTopic;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The flags of commands that read topics, or change the one of what-ifs.
final class TopicOptions {
    /// How long brokers that are away are asked again.
    static final Duration PATIENCE = Duration.ofSeconds(10);

    @Option(
            names = {"-b", "--brokers"},
            paramLabel = "HOST:PORT[,…]",
            description = "Kafka brokers (default: ${DEFAULT-VALUE}).",
            defaultValue = "localhost:9092")
    private String brokers;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            description = "Begins the name of every topic (default: ${DEFAULT-VALUE}).",
            defaultValue = "headgate.")
    private String topicPrefix;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /// Where the brokers are.
    String brokers() {
        try {
            Topics.requireAddresses(brokers);
            return brokers;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /// The topics, by their prefix.
    Topics topics() {
        try {
            return Topics.with(topicPrefix);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /// Tells people what is waited for.
    void talk(String line) {
        var err = spec.commandLine().getErr();
        err.println("headgate: " + line);
        err.flush();
    }

    /// What a command does to the topic.
    interface Change {
        void on(WhatIfTopic topic) throws BrokerAwayException, InterruptedException;
    }

    /// Makes a change, and says it when the brokers have it.
    int apply(Change change, String done) throws InterruptedException {
        try {
            change.on(new WhatIfTopic(brokers(), topics(), PATIENCE, this::talk));
        } catch (BrokerAwayException away) {
            throw new CommandFailure(ExitCode.BROKER, away.getMessage());
        }
        spec.commandLine().getOut().println(done);
        spec.commandLine().getOut().flush();
        return ExitCode.DONE;
    }
}
