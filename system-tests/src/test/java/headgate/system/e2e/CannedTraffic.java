package headgate.system.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.packet.FlowHash;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.schema.ArrivalBatchCodec;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHeader;
import headgate.schema.FrameBatchHeader.Clock;
import headgate.schema.FrameBatchHeader.Interface;
import headgate.schema.Topic;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// Traffic of a small office as an agent would publish it: TCP conversations with handshake, data
/// and end, and questions over UDP. The same seed gives the same bytes.
///
/// After the last conversation each lane has one straggler, an hour later, so that every flow
/// before it ends by its timeout.
final class CannedTraffic {
    static final String AGENT = "office";
    static final String CAPTURE_POINT = "eth0";
    static final int LANES = 4;

    private static final int FRAMES_IN_BATCH = 50;
    private static final int SYN = 0x02;
    private static final int ACK = 0x10;
    private static final int PSH_ACK = 0x18;
    private static final int FIN_ACK = 0x11;
    static final long START_NANOS = 1_750_000_000_000_000_000L;
    private static final long PAUSE_NANOS = 10_000_000_000L;
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    /// One value to be published.
    record Value(Topic topic, byte[] key, byte[] value) {}

    /// A frame and when it is seen.
    private record Seen(long nanos, byte[] bytes) {}

    private final List<Seen> frames = new ArrayList<>();
    private final Random random;

    private CannedTraffic(long seed) {
        random = new Random(seed);
    }

    /// @param conversations how many; each has some ten frames
    static CannedTraffic of(int conversations, long seed) {
        var traffic = new CannedTraffic(seed);
        for (int i = 0; i < conversations; i++) {
            long start = START_NANOS + traffic.random.nextLong(20_000_000_000L);
            if (i % 3 == 0) {
                traffic.ask(start, i);
            } else {
                traffic.converse(start, i);
            }
        }
        for (int i = 0; i < 64; i++) {
            traffic.ask(START_NANOS + HOUR_NANOS + i, 100_000 + i);
        }
        return traffic.sorted();
    }

    /// The same, and an address that tries so many ports of a server, within the first second.
    CannedTraffic scanned(int ports) {
        for (int i = 0; i < ports; i++) {
            attempt(START_NANOS + i * 1_000_000L, 0x0a09_0001, 50_000, 0xc000_0201, 1 + i);
        }
        return sorted();
    }

    /// The same, and so many attempts to connect to one server from as many addresses, within the
    /// first second.
    CannedTraffic flooded(int attempts) {
        for (int i = 0; i < attempts; i++) {
            long nanos = START_NANOS + i * 1_000_000L;
            attempt(nanos, 0x0b00_0000 + 257 * i, 1_024 + i, 0xc000_0202, 443);
        }
        return sorted();
    }

    private CannedTraffic sorted() {
        frames.sort(Comparator.comparingLong(Seen::nanos));
        return this;
    }

    /// Conversations that are in their midst during a pause of ten seconds, each with a datagram
    /// whose second fragment comes after it; both sides' frames are for the router.
    static CannedTraffic pausing(int conversations, long seed) {
        var traffic = new CannedTraffic(seed);
        for (int i = 0; i < conversations; i++) {
            long start = START_NANOS + traffic.random.nextLong(1_000_000_000L);
            traffic.pause(start, i);
        }
        for (int i = 0; i < 64; i++) {
            traffic.ask(START_NANOS + HOUR_NANOS + i, 100_000 + i);
        }
        return traffic.sorted();
    }

    int frames() {
        return frames.size();
    }

    /// Hands over every frame, decoded, in order of time.
    void forEach(Consumer<Frame> consumer) {
        var frame = new Frame();
        var decoder = new FrameDecoder();
        for (Seen seen : frames) {
            frame.bytes = MemorySegment.ofArray(seen.bytes);
            frame.start = 0;
            frame.lengthCaptured = frame.lengthOnWire = seen.bytes.length;
            frame.arrivalNanos = seen.nanos;
            decoder.decode(frame);
            consumer.accept(frame);
        }
    }

    static int lane(Frame frame) {
        return Integer.remainderUnsigned(FlowHash.symmetric(frame), LANES);
    }

    static byte[] laneKey(int lane) {
        return laneKey(AGENT, lane);
    }

    private static byte[] laneKey(String agent, int lane) {
        return (agent + "/" + CAPTURE_POINT + "/" + lane).getBytes(UTF_8);
    }

    /// The traffic as batches of frames and arrivals, in the order of publishing.
    List<Value> values() {
        return values(AGENT, false);
    }

    /// Likewise, as an agent of this name would publish them whose capture has ended.
    List<Value> valuesToTheEnd(String agent) {
        return values(agent, true);
    }

    private List<Value> values(String agent, boolean ended) {
        var values = new ArrayList<Value>();
        var lanes = new LaneBatches[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            lanes[lane] = new LaneBatches(agent, lane, values);
        }
        var arrivals = new ArrivalBatches(agent, values);
        forEach(frame -> {
            int hash = FlowHash.symmetric(frame);
            lanes[lane(frame)].add(frame, arrivals.sequence, hash);
            arrivals.add(frame, hash);
        });
        for (LaneBatches lane : lanes) {
            lane.finish();
            if (ended) {
                lane.end();
            }
        }
        arrivals.finish();
        return values;
    }

    private static final class LaneBatches {
        private final String agent;
        private final int lane;
        private final List<Value> values;
        private final FrameBatchCodec codec = new FrameBatchCodec();
        private long batchSequence;

        LaneBatches(String agent, int lane, List<Value> values) {
            this.agent = agent;
            this.lane = lane;
            this.values = values;
        }

        void add(Frame frame, long sequence, int flowHash) {
            if (codec.count() == 0) {
                codec.begin(header(agent, lane, batchSequence++, sequence));
            }
            codec.add(frame, sequence, flowHash, frame.lengthCaptured);
            if (codec.count() == FRAMES_IN_BATCH) {
                finish();
            }
        }

        void finish() {
            if (codec.count() > 0) {
                values.add(new Value(Topic.FRAMES, laneKey(agent, lane), codec.finish()));
                codec.begin(header(agent, lane, batchSequence, 0));
            }
        }

        void end() {
            codec.begin(header(agent, lane, batchSequence, 0).asLast());
            values.add(new Value(Topic.FRAMES, laneKey(agent, lane), codec.finish()));
        }
    }

    private static final class ArrivalBatches {
        private final String agent;
        private final List<Value> values;
        private final ArrivalBatchCodec codec = new ArrivalBatchCodec();
        private long sequence;
        private long firstSequence;
        private long batchSequence;
        private long latestNanos;

        ArrivalBatches(String agent, List<Value> values) {
            this.agent = agent;
            this.values = values;
        }

        void add(Frame frame, int flowHash) {
            codec.add(frame.arrivalNanos, frame.lengthOnWire, flowHash, -1, 0);
            latestNanos = frame.arrivalNanos;
            sequence++;
            if (codec.count() == 4 * FRAMES_IN_BATCH) {
                finish();
            }
        }

        void finish() {
            byte[] value =
                    codec.finish(
                            agent,
                            CAPTURE_POINT,
                            interfaces(),
                            batchSequence++,
                            firstSequence,
                            latestNanos);
            values.add(new Value(Topic.ARRIVALS, agent.getBytes(UTF_8), value));
            firstSequence = sequence;
        }
    }

    private static List<Interface> interfaces() {
        return List.of(new Interface(CAPTURE_POINT, 1, 0));
    }

    private static FrameBatchHeader header(
            String agent, int lane, long batchSequence, long firstSequence) {
        return new FrameBatchHeader(
                agent,
                CAPTURE_POINT,
                interfaces(),
                lane,
                LANES,
                batchSequence,
                firstSequence,
                Clock.HOST,
                0,
                "",
                null,
                1);
    }

    // ---- Conversations ----

    private void ask(long nanos, int number) {
        frames.add(new Seen(nanos, udp(number, false, 40)));
        frames.add(new Seen(nanos + 3_000_000, udp(number, true, 120)));
    }

    /// Handshake, then data one way and the other, with pauses of up to a second, then the end.
    private void converse(long nanos, int number) {
        long at = nanos;
        int mine = 1_000 * number;
        int theirs = 77 * number;
        frames.add(new Seen(at, tcp(number, false, SYN, mine, 0, 0)));
        frames.add(new Seen(at += 2_000_000, tcp(number, true, SYN | ACK, theirs, mine + 1, 0)));
        frames.add(new Seen(at += 1_000_000, tcp(number, false, ACK, ++mine, ++theirs, 0)));
        for (int turn = 0; turn < 4; turn++) {
            int length = 1 + random.nextInt(400);
            at += random.nextLong(1_000_000_000L);
            frames.add(
                    new Seen(
                            at,
                            tcp(
                                    number,
                                    turn % 2 == 1,
                                    PSH_ACK,
                                    turn % 2 == 1 ? theirs : mine,
                                    turn % 2 == 1 ? mine : theirs,
                                    length)));
            if (turn % 2 == 1) {
                theirs += length;
            } else {
                mine += length;
            }
        }
        frames.add(new Seen(at += 1_000_000, tcp(number, false, FIN_ACK, mine, theirs, 0)));
        frames.add(new Seen(at += 1_000_000, tcp(number, true, FIN_ACK, theirs, mine + 1, 0)));
        frames.add(new Seen(at + 1_000_000, tcp(number, false, ACK, mine + 1, theirs + 1, 0)));
    }

    private void pause(long nanos, int number) {
        int mine = 1_000 * number;
        int theirs = 77 * number;
        byte[] datagram = udp(number, false, 792);
        see(nanos, tcp(number, false, SYN, mine, 0, 0));
        see(nanos + 1, tcp(number, true, SYN | ACK, theirs, mine + 1, 0));
        see(nanos + 2, tcp(number, false, ACK, mine + 1, theirs + 1, 0));
        see(nanos + 3, fragment(datagram, number, 0, 400, true));
        long later = nanos + PAUSE_NANOS;
        see(later, tcp(number, false, PSH_ACK, mine + 1, theirs + 1, 40));
        see(later + 1, tcp(number, true, PSH_ACK, theirs + 1, mine + 41, 40));
        see(later + 2, fragment(datagram, number, 400, 800, false));
    }

    private void see(long nanos, byte[] frame) {
        frame[5] = 2;
        frames.add(new Seen(nanos, frame));
    }

    /// @param from in the payload of the IPv4 packet `whole`
    private static byte[] fragment(
            byte[] whole, int identification, int from, int to, boolean more) {
        ByteBuffer bytes = ByteBuffer.allocate(34 + to - from);
        bytes.put(whole, 0, 34).put(whole, 34 + from, to - from);
        bytes.putShort(16, (short) (20 + to - from)).putShort(18, (short) identification);
        bytes.putShort(20, (short) (from / 8 | (more ? 0x2000 : 0))).putShort(24, (short) 0);
        bytes.putShort(24, headerChecksum(bytes));
        return bytes.array();
    }

    /// A SYN.
    private void attempt(long nanos, int client, int clientPort, int server, int port) {
        ByteBuffer bytes = packet(client, server, false, 6, 20);
        bytes.putShort((short) clientPort).putShort((short) port).putInt(1).putInt(0);
        bytes.putShort((short) (5 << 12 | SYN)).putShort((short) 8192);
        frames.add(new Seen(nanos, bytes.array()));
    }

    private static byte[] udp(int number, boolean back, int payload) {
        ByteBuffer bytes = packet(number, back, 17, 8 + payload);
        bytes.putShort((short) (back ? 53 : 20_000 + number % 40_000));
        bytes.putShort((short) (back ? 20_000 + number % 40_000 : 53));
        bytes.putShort((short) (8 + payload)).putShort((short) 0);
        return bytes.array();
    }

    private static byte[] tcp(
            int number, boolean back, int flags, int sequence, int acknowledgment, int payload) {
        ByteBuffer bytes = packet(number, back, 6, 20 + payload);
        bytes.putShort((short) (back ? 443 : 20_000 + number % 40_000));
        bytes.putShort((short) (back ? 20_000 + number % 40_000 : 443));
        bytes.putInt(sequence).putInt(acknowledgment);
        bytes.putShort((short) (5 << 12 | flags)).putShort((short) 8192);
        return bytes.array();
    }

    /// Ethernet and IPv4; the transport header follows.
    private static ByteBuffer packet(int number, boolean back, int protocol, int length) {
        int client = 0x0a00_0000 | 2 + number % 200;
        int server = 0xc000_0200 | 1 + number % 7;
        return packet(client, server, back, protocol, length);
    }

    private static ByteBuffer packet(
            int client, int server, boolean back, int protocol, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(14 + 20 + length);
        bytes.putShort((short) 0x0200).putInt(back ? 1 : 2);
        bytes.putShort((short) 0x0200).putInt(back ? 2 : 1);
        bytes.putShort((short) 0x0800);
        bytes.putShort((short) 0x4500).putShort((short) (20 + length));
        bytes.putInt(0x4000).put((byte) 64).put((byte) protocol).putShort((short) 0);
        bytes.putInt(back ? server : client).putInt(back ? client : server);
        bytes.putShort(14 + 10, headerChecksum(bytes));
        return bytes;
    }

    private static short headerChecksum(ByteBuffer bytes) {
        int sum = 0;
        for (int at = 14; at < 34; at += 2) {
            sum += bytes.getShort(at) & 0xffff;
        }
        return (short) ~((sum & 0xffff) + (sum >>> 16));
    }
}
