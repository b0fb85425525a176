package headgate.system.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.flow.join.JoinedFlow;
import headgate.flow.rollup.Dimension;
import headgate.flow.rollup.RollUp;
import headgate.flow.rollup.RollUp.Row;
import headgate.flow.rollup.RollUp.Sums;
import headgate.flow.rollup.RollUps;
import headgate.packet.FlowKey;
import headgate.schema.FindingCodec;
import headgate.schema.FlowRecordCodec;
import headgate.schema.JoinedFlowCodec;
import headgate.schema.RollUpCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.streams.StreamProcessor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two agents see the same traffic, and the stream processor is killed in the midst of it: what is
/// summed over flows counts each of them once, to the packet.
@Timeout(240)
class FlowSumsTest {
    private static final int SCANNED_PORTS = 100;
    private static final int FLOOD = 600;
    private static final CannedTraffic TRAFFIC =
            CannedTraffic.of(300, 11).scanned(SCANNED_PORTS).flooded(FLOOD);
    private static final List<String> AGENTS = List.of("east", "west");
    private static final String APPLICATION = "sums.stream";

    /// Long enough for a restart, so that no lane's time goes on by the clock in between.
    private static final String SILENCE = "20s";

    private final Topics topics = new Topics("sums.");

    @TempDir private Path directory;

    @Test
    void twoAgentsAndAKilledProcessCountEachFlowOnce() throws Exception {
        List<CannedTraffic.Value> values = values();
        int half = values.size() / 2;
        try (var broker = Broker.start(directory.resolve("broker"))) {
            broker.createTopics(topics);
            broker.publish(topics, values.subList(0, half / 2));
            try (var victim = stream(broker)) {
                broker.awaitProcessed(APPLICATION, 1);
                broker.publish(topics, values.subList(half / 2, half));
                victim.kill();
                assertTrue(broker.processed(APPLICATION) < values.size());
            }
            try (var successor = stream(broker)) {
                broker.publish(topics, values.subList(half, values.size()));
                broker.awaitProcessed(APPLICATION, values.size());
                Broker.await(
                        "roll-ups of all flows",
                        () -> packets(rollUps(broker)) >= TRAFFIC.frames());
                Broker.await("findings", () -> findings(broker).size() >= 2);
                assertEquals(143, successor.terminate(), successor::log);
            }
            assertFlows(broker);
            assertJoined(broker);
            assertRollUps(rollUps(broker));
            assertEquals(
                    new TreeSet<>(
                            List.of("port-scan 10.9.0.1 to 192.0.2.1", "syn-flood 192.0.2.2:443")),
                    findings(broker));
            assertSchemas(broker);
            assertEquals(List.of(), answers(broker, Topic.DEAD_LETTERS, value -> value));
            assertFalse(broker.committed(APPLICATION + "-flow-sums-changelog").isEmpty());
        }
    }

    /// What both agents publish, batch by batch in turn.
    private static List<CannedTraffic.Value> values() {
        var all = new ArrayList<CannedTraffic.Value>();
        var east = TRAFFIC.valuesToTheEnd(AGENTS.get(0));
        var west = TRAFFIC.valuesToTheEnd(AGENTS.get(1));
        for (int i = 0; i < east.size(); i++) {
            all.add(east.get(i));
            all.add(west.get(i));
        }
        return all;
    }

    private Child stream(Broker broker) throws Exception {
        return Child.start(
                StreamProcessor.class,
                directory,
                "--brokers",
                broker.bootstrap(),
                "--topic-prefix",
                topics.prefix(),
                "--application-id",
                APPLICATION,
                "--commit-interval",
                "200ms",
                "--silence",
                SILENCE,
                "--state-dir",
                directory.resolve("state").toString());
    }

    /// What an engine without Kafka says of one agent's traffic.
    private static List<FlowRecord> flowsOfOneAgent() {
        var flows = new ArrayList<FlowRecord>();
        var table = new FlowTable(FlowSettings.LIVE, flows::add);
        TRAFFIC.forEach(table::onFrame);
        table.endAll();
        return flows;
    }

    private void assertFlows(Broker broker) {
        var flows = answers(broker, Topic.FLOWS, FlowRecordCodec::read);
        assertEquals(AGENTS.size() * flowsOfOneAgent().size(), flows.size());
    }

    private void assertJoined(Broker broker) {
        var joined = new HashMap<String, JoinedFlow>();
        answers(broker, Topic.JOINED_FLOWS, JoinedFlowCodec::read)
                .forEach(flow -> joined.put(flow.communityId(), flow));
        assertEquals(flowsOfOneAgent().size(), joined.size());
        for (JoinedFlow flow : joined.values()) {
            assertTrue(flow.ended());
            assertEquals(
                    List.of("east/eth0", "west/eth0"),
                    flow.points().stream().map(point -> point.capturePoint()).sorted().toList());
            flow.points().forEach(point -> assertEquals(0, flow.missingAt(point)));
        }
    }

    /// Whoever reads a value finds its schema under the value's fingerprint.
    private void assertSchemas(Broker broker) throws InterruptedException {
        var schemas = new TreeSet<String>();
        for (var record : broker.committed(topics.name(Topic.SCHEMAS))) {
            schemas.add(new String(record.key(), UTF_8));
        }
        for (Topic topic : List.of(Topic.FLOWS, Topic.JOINED_FLOWS, Topic.ROLL_UPS)) {
            var value = ByteBuffer.wrap(broker.committed(topics.name(topic)).getFirst().value());
            long fingerprint = value.order(ByteOrder.LITTLE_ENDIAN).getLong(2);
            assertTrue(schemas.contains("%016x".formatted(fingerprint)), topic::baseName);
        }
    }

    private static void assertRollUps(List<RollUp> rollUps) {
        long[] bytes = {0};
        Map<String, long[]> sentBy = new TreeMap<>();
        TRAFFIC.forEach(frame -> {
            bytes[0] += frame.lengthOnWire;
            long[] sums = sentBy.computeIfAbsent(FlowKey.of(frame).source(), _ -> new long[2]);
            sums[0]++;
            sums[1] += frame.lengthOnWire;
        });
        var all = new Sums(flowsOfOneAgent().size(), TRAFFIC.frames(), bytes[0], 0);
        for (int seconds : RollUps.SPANS) {
            for (Dimension dimension : Dimension.values()) {
                Sums total = Sums.NONE;
                for (RollUp each : rollUps) {
                    if (each.seconds() == seconds && each.dimension() == dimension) {
                        total = total.plus(each.total());
                    }
                }
                assertEquals(all, total, dimension + " of " + seconds + " s");
            }
        }
        Map<String, long[]> told = new TreeMap<>();
        for (RollUp each : rollUps) {
            if (each.seconds() == 10 && each.dimension() == Dimension.ADDRESS) {
                for (Row row : each.rows()) {
                    long[] sums = told.computeIfAbsent(row.key(), _ -> new long[2]);
                    sums[0] += row.sent().packets();
                    sums[1] += row.sent().bytes();
                }
            }
        }
        sentBy.forEach((address, sums) -> {
            assertEquals(sums[0], told.get(address)[0], address + " packets");
            assertEquals(sums[1], told.get(address)[1], address + " bytes");
        });
    }

    private List<RollUp> rollUps(Broker broker) {
        return answers(broker, Topic.ROLL_UPS, RollUpCodec::read);
    }

    /// In roll-ups of the longest time, which are told last.
    private static long packets(List<RollUp> rollUps) {
        return rollUps.stream()
                .filter(each -> each.seconds() == RollUps.SPANS.getLast())
                .filter(each -> each.dimension() == Dimension.APPLICATION)
                .mapToLong(each -> each.total().packets())
                .sum();
    }

    private TreeSet<String> findings(Broker broker) {
        var findings = new TreeSet<String>();
        answers(broker, Topic.FINDINGS, FindingCodec::read)
                .forEach(finding -> findings.add(finding.kind() + " " + finding.subject()));
        return findings;
    }

    private <A> List<A> answers(Broker broker, Topic topic, Function<byte[], A> codec) {
        try {
            return broker.committed(topics.name(topic)).stream()
                    .map(record -> codec.apply(record.value()))
                    .toList();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
