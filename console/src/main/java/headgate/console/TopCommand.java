package headgate.console;

import headgate.streams.BrokerAwayException;
import headgate.streams.Brokers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        description = {
            "Show what the agents and stream processors of a cluster have found, as run does.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  headgate top --brokers kafka1:9092,kafka2:9092",
            "  headgate top --brokers kafka1:9092 --once",
            "",
            "Exit status: 0 done, 2 usage, 4 broker unreachable or refusing, 5 internal error,",
            "130 interrupted."
        })
final class TopCommand implements Callable<Integer> {
    private static final Duration SCREEN = Duration.ofSeconds(1);

    @Mixin private TopicOptions options;

    @Option(
            names = "--from-beginning",
            description = "Begin with all that the topics hold (default: with what comes now).")
    private boolean fromBeginning;

    @Option(
            names = "--once",
            description =
                    "Show all that the topics hold, once; further answers are not waited for.")
    private boolean once;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        try {
            new Brokers(options.brokers(), TopicOptions.PATIENCE, options::talk)
                    .await(options.topics(), LiveAnswers.TOPICS);
        } catch (BrokerAwayException away) {
            throw new CommandFailure(ExitCode.BROKER, away.getMessage());
        }
        try (var answers =
                new LiveAnswers(options.brokers(), options.topics(), fromBeginning || once)) {
            return show(answers);
        }
    }

    private int show(LiveAnswers answers) throws InterruptedException {
        var screen =
                new AnswerScreen(
                        spec.commandLine().getOut(), "headgate top · brokers " + options.brokers());
        var stop = new CountDownLatch(1);
        Interruption.onRaise(stop::countDown);
        long start = System.nanoTime();
        boolean done = false;
        while (!done && answers.failure() == null) {
            if (once) {
                done = answers.catchUp(SCREEN) || Interruption.raised();
            } else {
                done = stop.await(SCREEN.toMillis(), TimeUnit.MILLISECONDS);
                var now = answers.snapshot();
                screen.show(System.nanoTime() - start, now.ledgers(), now, "reading");
            }
        }
        if (answers.failure() != null) {
            throw new CommandFailure(
                    ExitCode.BROKER, "reading answers: " + answers.failure().getMessage());
        }
        var last = answers.snapshot();
        screen.showEnd(
                System.nanoTime() - start,
                last.ledgers(),
                last,
                Interruption.raised() ? "interrupted" : "all that the topics hold");
        return Interruption.raised() ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }
}
