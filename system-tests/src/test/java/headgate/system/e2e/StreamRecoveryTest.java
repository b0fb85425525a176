package headgate.system.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.FlowVerdict;
import headgate.forwarding.HostDocuments;
import headgate.schema.FateChangeCodec;
import headgate.schema.FlowRecordCodec;
import headgate.schema.PathStatsCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.schema.VerdictCodec;
import headgate.schema.VerdictStatsCodec;
import headgate.schema.WhatIf;
import headgate.softnet.SoftnetProfile;
import headgate.softnet.StageStats;
import headgate.streams.StreamProcessor;
import headgate.streams.StreamSettings;
import headgate.streams.WhatIfTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A stream processor that is killed goes on where its last commit was: the answers that readers of
/// committed records see are those of a run without the kill, and those of the engines alone.
@Timeout(240)
class StreamRecoveryTest {
    private static final CannedTraffic TRAFFIC = CannedTraffic.of(600, 7);

    /// However slow this test is, the pauses in it are none of the traffic's.
    private static final Duration NEVER_SILENT = Duration.ofMinutes(10);

    @TempDir private Path directory;

    @Test
    void answersAfterAKillAreThoseOfARunWithoutIt() throws Exception {
        List<CannedTraffic.Value> values = TRAFFIC.values();
        var killed = new Topics("killed.");
        var whole = new Topics("whole.");
        try (var broker = Broker.start(directory.resolve("broker"))) {
            prepare(broker, whole, CannedHost.history(), CannedHost.whatIfs());
            runWhole(broker, whole, values);
            prepare(broker, killed, CannedHost.history(), CannedHost.whatIfs());
            runAndKill(broker, killed, values);
            runTheRest(broker, killed, values);
            for (Topics topics : List.of(whole, killed)) {
                assertAnswersOfTheEnginesAlone(broker, topics);
            }
            assertFalse(broker.committed("killed.stream-lanes-changelog").isEmpty());
            assertFalse(broker.committed("killed.stream-paths-changelog").isEmpty());
        }
    }

    /// A rule set that goes by connections, with translation: what was learnt before the kill
    /// decides about what comes after it.
    @Test
    void connectionsAndFragmentsSurviveAKill() throws Exception {
        CannedTraffic traffic = CannedTraffic.pausing(300, 11);
        List<CannedTraffic.Value> values = traffic.values();
        var killed = new Topics("killed.");
        try (var broker = Broker.start(directory.resolve("broker"))) {
            prepare(broker, killed, CannedHost.tracking(), List.of());
            int half = values.size() / 2;
            broker.publish(killed, values.subList(0, half));
            try (var victim = stream(broker, killed)) {
                broker.awaitProcessed("killed.stream", half);
                victim.kill();
            }
            runTheRest(broker, killed, values);
            List<FlowVerdict> verdicts = EnginesAlone.verdicts(traffic, CannedHost.tracking());
            long late = CannedTraffic.START_NANOS + 9_000_000_000L;
            assertEquals(
                    Set.of("forward", "pending"),
                    verdicts.stream()
                            .filter(row -> row.secondNanos() > late)
                            .map(row -> row.fate().verdict())
                            .collect(Collectors.toSet()),
                    "all that comes late belongs to what came early");
            assertTrue(
                    verdicts.stream().anyMatch(row -> row.fate().verdict().equals("reassembling")),
                    "no fragment waits");
            assertSame(verdicts, answers(broker, killed, Topic.VERDICTS, VerdictCodec::read));
        }
    }

    private void runWhole(Broker broker, Topics topics, List<CannedTraffic.Value> values)
            throws Exception {
        var settings =
                StreamSettings.of(broker.bootstrap(), topics, directory.resolve("state"))
                        .with(draft -> {
                            draft.applicationId = topics.prefix() + "stream";
                            draft.silence = NEVER_SILENT;
                        });
        try (var _ = StreamProcessor.start(settings, System.err::println)) {
            broker.publish(topics, values);
            broker.awaitProcessed(settings.applicationId(), values.size());
        }
    }

    /// Half of the traffic, and SIGKILL in the midst of it: something is committed, not all is.
    private void runAndKill(Broker broker, Topics topics, List<CannedTraffic.Value> values)
            throws Exception {
        int half = values.size() / 2;
        broker.publish(topics, values.subList(0, half / 2));
        try (var victim = stream(broker, topics)) {
            broker.awaitProcessed("killed.stream", 1);
            broker.publish(topics, values.subList(half / 2, half));
            victim.kill();
            assertTrue(broker.processed("killed.stream") < values.size());
        }
    }

    private void runTheRest(Broker broker, Topics topics, List<CannedTraffic.Value> values)
            throws Exception {
        try (var successor = stream(broker, topics)) {
            broker.publish(topics, values.subList(values.size() / 2, values.size()));
            broker.awaitProcessed("killed.stream", values.size());
            assertEquals(143, successor.terminate(), successor::log);
        }
    }

    private static void prepare(
            Broker broker, Topics topics, List<HostDocuments> hosts, List<WhatIf> whatIfs)
            throws Exception {
        broker.createTopics(topics);
        byte[] agent = CannedTraffic.AGENT.getBytes(UTF_8);
        for (byte[] snapshot : CannedHost.written(hosts)) {
            broker.publish(topics, Topic.HOSTS, agent, snapshot);
        }
        var profiles =
                new WhatIfTopic(
                        broker.bootstrap(), topics, Duration.ofSeconds(20), System.err::println);
        for (WhatIf whatIf : whatIfs) {
            profiles.put(whatIf);
        }
    }

    private Child stream(Broker broker, Topics topics) throws Exception {
        return Child.start(
                StreamProcessor.class,
                directory,
                "--brokers",
                broker.bootstrap(),
                "--topic-prefix",
                topics.prefix(),
                "--application-id",
                topics.prefix() + "stream",
                "--commit-interval",
                "200ms",
                "--silence",
                NEVER_SILENT.toSeconds() + "s",
                "--state-dir",
                directory.resolve("state").toString());
    }

    private static void assertAnswersOfTheEnginesAlone(Broker broker, Topics topics)
            throws Exception {
        assertSame(
                EnginesAlone.flows(TRAFFIC),
                answers(broker, topics, Topic.FLOWS, FlowRecordCodec::read));
        var verdicts = EnginesAlone.verdicts(TRAFFIC, CannedHost.history());
        assertTrue(
                verdicts.stream().anyMatch(row -> row.fate().verdict().equals("forward")),
                () -> "no frame is forwarded: " + verdicts.getFirst());
        assertTrue(
                verdicts.stream().anyMatch(row -> row.fate().verdict().equals("reject")),
                "the route that is added takes no effect");
        assertSame(verdicts, answers(broker, topics, Topic.VERDICTS, VerdictCodec::read));
        var changes = EnginesAlone.changes(TRAFFIC);
        assertTrue(
                changes.stream().map(change -> change.asIs().verdict()).distinct().count() > 1,
                "the rule set is not compared with the changed host");
        assertSame(changes, answers(broker, topics, Topic.FATE_CHANGES, FateChangeCodec::read));
        assertSame(
                EnginesAlone.stats(TRAFFIC),
                answers(broker, topics, Topic.VERDICT_STATS, VerdictStatsCodec::read));
        var slow = EnginesAlone.path(TRAFFIC, CannedHost.SLOW);
        assertTrue(slow.stream().anyMatch(stats -> stats.dropped() > 0), "nothing is dropped");
        var steered = EnginesAlone.path(TRAFFIC, CannedHost.STEERED);
        assertTrue(
                steered.stream()
                                .flatMap(stats -> stats.stages().stream())
                                .filter(stage -> stage.droppedPackets() > 0)
                                .map(StageStats::stage)
                                .distinct()
                                .count()
                        > 1,
                "drops in one stage only");
        var asItIs = EnginesAlone.path(TRAFFIC, SoftnetProfile.LINUX_6.named("host"));
        assertSame(
                Stream.of(slow, steered, asItIs).flatMap(List::stream).toList(),
                answers(
                        broker,
                        topics,
                        Topic.PATH_STATS,
                        value -> PathStatsCodec.read(value).stats()));
        assertEquals(List.of(), answers(broker, topics, Topic.DEAD_LETTERS, value -> value));
    }

    private static <A> List<A> answers(
            Broker broker, Topics topics, Topic topic, Function<byte[], A> codec)
            throws InterruptedException {
        return broker.committed(topics.name(topic)).stream()
                .map(record -> codec.apply(record.value()))
                .toList();
    }

    /// The same answers, each as often; partitions have no order among each other.
    private static <A> void assertSame(List<A> expected, List<A> actual) {
        var missing = new ArrayList<>(expected);
        actual.forEach(missing::remove);
        var surplus = new ArrayList<>(actual);
        expected.forEach(surplus::remove);
        assertTrue(
                missing.isEmpty() && surplus.isEmpty(),
                () ->
                        "%d expected, %d there; %d missing: %s; %d surplus: %s"
                                .formatted(
                                        expected.size(),
                                        actual.size(),
                                        missing.size(),
                                        missing.stream().limit(3).toList(),
                                        surplus.size(),
                                        surplus.stream().limit(3).toList()));
    }
}
