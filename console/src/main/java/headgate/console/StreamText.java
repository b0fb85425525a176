package headgate.console;

import headgate.console.flows.FlowField;
import headgate.console.flows.FollowedStream;
import headgate.console.flows.FollowedStream.Side;
import headgate.packet.FlowKey;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.Map;

/// What two sides said, for people: each line begins with `>` where the originator speaks and with
/// `<` where the responder does; `*` is our own. So nothing that is said passes for the other side
/// or for us.
final class StreamText implements FollowedStream.Listener {
    private final PrintWriter out;
    private final boolean hex;
    private final Map<Side, Long> offsets = new EnumMap<>(Side.class);
    private Side speaking;
    private boolean inLine;

    /// @param hex in lines of sixteen bytes; otherwise as text
    StreamText(PrintWriter out, boolean hex) {
        this.out = out;
        this.hex = hex;
    }

    @Override
    public void onBegin(FlowKey key, String communityId, long nanos) {
        endLine();
        offsets.clear();
        out.printf(
                "* %s %s > %s  %s  %s%n",
                FlowField.protocol(key.protocol()),
                end(key.ipVersion(), key.source(), key.sourcePort()),
                end(key.ipVersion(), key.destination(), key.destinationPort()),
                communityId,
                FlowField.time(nanos));
    }

    private static String end(int ipVersion, String address, int port) {
        return port < 0 ? address : FlowText.endpoint(ipVersion, address, port);
    }

    @Override
    public void onBytes(Side side, byte[] bytes) {
        if (side != speaking) {
            endLine();
            speaking = side;
        }
        if (hex) {
            PayloadText.dump(bytes, prefix(side), offsets.getOrDefault(side, 0L), out);
        } else {
            print(prefix(side), bytes);
        }
        offsets.merge(side, (long) bytes.length, Long::sum);
    }

    @Override
    public void onMissing(Side side, long count) {
        endLine();
        speaking = null;
        offsets.merge(side, count, Long::sum);
        out.printf("* %s[%d bytes missing]%n", prefix(side), count);
    }

    @Override
    public void onEnd() {
        endLine();
    }

    private void endLine() {
        if (inLine) {
            out.println();
            inLine = false;
        }
    }

    private static String prefix(Side side) {
        return side == Side.orig ? "> " : "< ";
    }

    private void print(String prefix, byte[] bytes) {
        var text = new StringBuilder(bytes.length + prefix.length());
        for (byte each : bytes) {
            if (!inLine) {
                text.append(prefix);
                inLine = true;
            }
            PayloadText.escape(Byte.toUnsignedInt(each), text);
            inLine = each != '\n';
        }
        out.print(text);
    }
}
