package headgate.flow;

import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.util.ArrayList;
import java.util.List;

/// Two hosts that send each other segments and datagrams, one line per frame; and a table that sees
/// them. Every frame comes one millisecond after the one before.
final class Conversation implements FlowListener {
    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000 * MILLI;
    static final int ETHERNET = 14;

    static final int FIN = TcpTracker.FIN;
    static final int SYN = TcpTracker.SYN;
    static final int RST = TcpTracker.RST;
    static final int PSH = 0x008;
    static final int ACK = TcpTracker.ACK;

    final List<FlowRecord> records = new ArrayList<>();
    final FlowTable table;
    final Frame frame = new Frame();
    long nanos = 1_700_000_000L * SECOND;

    // The two hosts. Client is 10.0.0.1, server 10.0.0.2.
    long client = 0x0a000001;
    long server = 0x0a000002;
    int clientPort = 50_000;
    int serverPort = 80;
    int window = 1000;

    /// Records of smaller flows are not taken.
    long fewestWantedBytes;

    /// Time stamps option of the next segments: value and echo; null without.
    int[] timestamps;

    Conversation(FlowSettings settings) {
        table = new FlowTable(settings, this);
    }

    Conversation() {
        this(FlowSettings.LIVE);
    }

    @Override
    public boolean wants(FlowTotals totals) {
        return totals.frameBytes() >= fewestWantedBytes;
    }

    @Override
    public void onRecord(FlowRecord record) {
        records.add(record);
    }

    Conversation after(long moreNanos) {
        nanos += moreNanos;
        return this;
    }

    /// A segment of the client.
    Conversation client(int flags, long sequence, long acknowledgment, int payload) {
        return tcp(true, flags, sequence, acknowledgment, payload);
    }

    /// A segment of the server.
    Conversation server(int flags, long sequence, long acknowledgment, int payload) {
        return tcp(false, flags, sequence, acknowledgment, payload);
    }

    private Conversation tcp(
            boolean fromClient, int flags, long sequence, long acknowledgment, int payload) {
        ip(fromClient, IpProtocol.TCP, 20 + payload);
        frame.sourcePort = fromClient ? clientPort : serverPort;
        frame.destinationPort = fromClient ? serverPort : clientPort;
        frame.setTcp((int) sequence, (int) acknowledgment, 20, flags, window, 0, 0);
        if (timestamps != null) {
            frame.setTimestamps(timestamps[0], timestamps[1]);
        }
        frame.payloadLength = payload;
        return send();
    }

    Conversation udp(boolean fromClient, int payload) {
        ip(fromClient, IpProtocol.UDP, 8 + payload);
        frame.sourcePort = fromClient ? clientPort : serverPort;
        frame.destinationPort = fromClient ? serverPort : clientPort;
        frame.setUdpLength(8 + payload);
        frame.payloadLength = payload;
        return send();
    }

    Conversation icmp(boolean fromClient, int type, int code) {
        ip(fromClient, frame.ipVersion == 6 ? IpProtocol.ICMPV6 : IpProtocol.ICMP, 8 + 56);
        frame.setIcmp(type, code, -1, -1);
        frame.payloadLength = 56;
        return send();
    }

    /// A fragment of a UDP datagram; only the first one, at offset 0, has ports.
    Conversation udpFragment(boolean fromClient, int identification, int offset, boolean more) {
        ip(fromClient, IpProtocol.UDP, 1480);
        frame.setIpv4(0, 20 + 1480, identification, false, more, offset, 0, IpProtocol.UDP, 0);
        if (offset == 0) {
            frame.sourcePort = fromClient ? clientPort : serverPort;
            frame.destinationPort = fromClient ? serverPort : clientPort;
        }
        frame.payloadLength = offset == 0 ? 1472 : 1480;
        return send();
    }

    /// The next segments carry this time stamp and echo.
    Conversation timestamps(int value, int echo) {
        timestamps = new int[] {value, echo};
        return this;
    }

    /// Fills in what all frames have in common.
    void ip(boolean fromClient, int protocol, int length) {
        frame.clear();
        frame.arrivalNanos = nanos;
        frame.lengthOnWire = Math.max(60, ETHERNET + 20 + length);
        frame.lengthCaptured = frame.lengthOnWire;
        frame.setIpv4(0, 20 + length, 0, false, false, 0, 0, protocol, 0);
        frame.sourceLow = fromClient ? client : server;
        frame.destinationLow = fromClient ? server : client;
    }

    Conversation send() {
        table.onFrame(frame);
        nanos += MILLI;
        return this;
    }

    /// SYN from 1000, SYN/ACK from 5000, ACK: the first bytes are 1001 and 5001.
    Conversation handshake() {
        return client(SYN, 1000, 0, 0).server(SYN | ACK, 5000, 1001, 0).client(ACK, 1001, 5001, 0);
    }

    /// Ends all flows and gives the records.
    List<FlowRecord> end() {
        table.endAll();
        return records;
    }

    /// Ends all flows, of which there must be one.
    FlowRecord only() {
        end();
        if (records.size() != 1) {
            throw new AssertionError("one record expected, not " + records);
        }
        return records.getFirst();
    }
}
