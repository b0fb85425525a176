package headgate.schema;

import headgate.forwarding.Fate;
import headgate.packet.CommunityId;
import headgate.packet.FlowKey;
import headgate.packet.IpAddress;

/// The parts that verdicts and fate changes share: a flow with its name (`flow-key.avsc`), a fate
/// (`fate.avsc`).
final class FateFields {
    private FateFields() {}

    /// Community id and flow, both null if there is no flow.
    static void writeFlow(AvroOutput out, FlowKey flow) {
        if (flow == null) {
            out.writeIndex(0);
            out.writeIndex(0);
            return;
        }
        out.writeIndex(1);
        out.writeString(CommunityId.of(flow));
        out.writeIndex(1);
        out.writeInt(flow.ipVersion());
        out.writeString(flow.source());
        out.writeString(flow.destination());
        out.writeInt(flow.protocol());
        writePort(out, flow.sourcePort());
        writePort(out, flow.destinationPort());
    }

    private static void writePort(AvroOutput out, int port) {
        out.writeIndex(port < 0 ? 0 : 1);
        if (port >= 0) {
            out.writeInt(port);
        }
    }

    static FlowKey readFlow(AvroInput in) {
        if (in.readIndexBelow(2) == 1) {
            in.skipString();
        }
        return in.readIndexBelow(2) == 0 ? null : readKey(in);
    }

    private static FlowKey readKey(AvroInput in) {
        int version = in.readInt();
        String source = in.readString();
        String destination = in.readString();
        int protocol = in.readInt();
        int sourcePort = readPort(in);
        int destinationPort = readPort(in);
        try {
            IpAddress from = IpAddress.parse(source);
            IpAddress to = IpAddress.parse(destination);
            return new FlowKey(
                    version,
                    from.high(),
                    from.low(),
                    to.high(),
                    to.low(),
                    protocol,
                    sourcePort,
                    destinationPort);
        } catch (IllegalArgumentException e) {
            throw new UnreadableValueException("flow: " + e.getMessage());
        }
    }

    private static int readPort(AvroInput in) {
        return in.readIndexBelow(2) == 0 ? -1 : in.readInt();
    }

    static void write(AvroOutput out, Fate fate) {
        out.writeString(fate.verdict());
        out.writeString(fate.reason());
        out.writeString(fate.dropReason());
        out.writeString(fate.icmp());
        out.writeString(fate.rule());
        out.writeString(fate.route());
        out.writeString(fate.nextHop());
        out.writeString(fate.nextHopMac());
        out.writeString(fate.outputDevice());
    }

    static Fate readFate(AvroInput in) {
        return new Fate(
                in.readString(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readString());
    }
}
