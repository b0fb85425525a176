package headgate.flow.join;

import headgate.flow.ConnState;
import headgate.flow.EndReason;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.LossPlace;
import headgate.packet.CommunityId;
import headgate.packet.FlowKey;
import headgate.packet.IpProtocol;
import java.util.List;
import java.util.Map;

/// Flow records for tests, made step by step: `Records.tcp(A, 1000, B, 443).at(0, SECOND).build()`.
public final class Records {
    public static final long SECOND = 1_000_000_000L;
    public static final long NOON = 1_750_000_200L * SECOND;
    public static final int SYN = 0x02;
    public static final int ACK = 0x10;

    private final int protocol;
    private final long client;
    private final int clientPort;
    private final long server;
    private final int serverPort;
    private long first = NOON;
    private long last = NOON;
    private int timeToLive = 64;
    private ConnState state = ConnState.SF;
    private EndReason end = EndReason.CLOSED;
    private String application = "";
    private Map<String, List<String>> metadata = Map.of();
    private long rtt = -1;
    private final long[] packets = {1, 1};
    private final long[] bytes = {100, 100};
    private final long[] payload = {0, 0};
    private final long[] stream = {0, 0};
    private final long[] retransmissions = {0, 0};
    private final long[] zeroWindows = {0, 0};
    private final int[] flags = {0, 0};

    private Records(int protocol, int client, int clientPort, int server, int serverPort) {
        this.protocol = protocol;
        this.client = Integer.toUnsignedLong(client);
        this.clientPort = clientPort;
        this.server = Integer.toUnsignedLong(server);
        this.serverPort = serverPort;
        if (protocol == IpProtocol.TCP) {
            flags[0] = SYN | ACK;
            flags[1] = SYN | ACK;
        }
    }

    /// @param client IPv4 address of who began
    public static Records tcp(int client, int clientPort, int server, int serverPort) {
        return new Records(IpProtocol.TCP, client, clientPort, server, serverPort);
    }

    public static Records udp(int client, int clientPort, int server, int serverPort) {
        return new Records(IpProtocol.UDP, client, clientPort, server, serverPort);
    }

    public static Records icmp(int sender, int type, int receiver, int code) {
        var record = new Records(IpProtocol.ICMP, sender, type, receiver, code);
        record.packets[1] = record.bytes[1] = 0;
        return record;
    }

    /// When it began and when it was seen last, after noon.
    public Records at(long firstNanos, long lastNanos) {
        first = NOON + firstNanos;
        last = NOON + lastNanos;
        return this;
    }

    public Records packets(long originator, long responder) {
        packets[0] = originator;
        packets[1] = responder;
        return this;
    }

    public Records bytes(long originator, long responder) {
        bytes[0] = originator;
        bytes[1] = responder;
        return this;
    }

    /// Payload with and without repeated bytes, of the originator.
    public Records payload(long sent, long once) {
        payload[0] = sent;
        stream[0] = once;
        return this;
    }

    public Records retransmissions(long originator, long responder) {
        retransmissions[0] = originator;
        retransmissions[1] = responder;
        return this;
    }

    public Records zeroWindows(long originator, long responder) {
        zeroWindows[0] = originator;
        zeroWindows[1] = responder;
        return this;
    }

    public Records state(ConnState now) {
        state = now;
        return this;
    }

    public Records flags(int originator, int responder) {
        flags[0] = originator;
        flags[1] = responder;
        return this;
    }

    public Records interim() {
        end = EndReason.NOT_ENDED;
        return this;
    }

    /// Lowest and highest time to live of both sides.
    public Records timeToLive(int hops) {
        timeToLive = hops;
        return this;
    }

    public Records rtt(long nanos) {
        rtt = nanos;
        return this;
    }

    public Records application(String label, Map<String, List<String>> fields) {
        application = label;
        metadata = fields;
        return this;
    }

    public FlowRecord build() {
        var key = new FlowKey(4, 0, client, 0, server, protocol, clientPort, serverPort);
        return new FlowRecord(
                4,
                protocol,
                side(0, client, clientPort),
                side(1, server, serverPort),
                List.of(),
                CommunityId.of(key),
                first,
                last,
                state,
                "",
                rtt < 0 ? -1 : rtt / 2,
                rtt < 0 ? -1 : rtt - rtt / 2,
                end,
                application,
                metadata,
                List.of(),
                List.of(),
                LossPlace.NONE,
                null,
                1);
    }

    private Side side(int number, long address, int port) {
        return new Side(
                0,
                address,
                port,
                packets[number],
                bytes[number],
                bytes[number],
                payload[number],
                stream[number],
                0,
                flags[number],
                -1,
                -1,
                retransmissions[number],
                zeroWindows[number],
                0,
                0,
                false,
                timeToLive,
                timeToLive,
                false,
                null);
    }
}
