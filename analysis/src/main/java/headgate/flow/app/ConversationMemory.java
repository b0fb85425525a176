package headgate.flow.app;

import headgate.packet.FlowKey;
import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.util.LinkedHashMap;

/// The conversations that were spoken last. Bounded: the one that was silent for longest makes
/// room.
final class ConversationMemory {
    /// With 18 KiB at most for each, see [QuicCryptoStream].
    static final int CAPACITY = 4096;

    private final LinkedHashMap<FlowKey, Conversation> conversations =
            new LinkedHashMap<>(64, 0.75f, true);
    private long forgotten;

    /// The conversation of a frame with ports, told who speaks: the side whose port is the higher
    /// one is taken for the client.
    Conversation of(Frame frame) {
        FlowKey key = FlowKey.of(frame);
        boolean fromClient = isFromClient(frame);
        var conversation =
                conversations.computeIfAbsent(
                        fromClient ? key : key.reversed(), _ -> new Conversation());
        if (conversations.size() > CAPACITY) {
            conversations.pollFirstEntry();
            forgotten++;
        }
        conversation.fromClient = fromClient;
        return conversation;
    }

    /// Whether QUIC was spoken between these ends, most of whose packets tell it by nothing else.
    boolean isQuic(Frame frame) {
        if (frame.protocol != IpProtocol.UDP) {
            return false;
        }
        FlowKey key = FlowKey.of(frame);
        var known = conversations.get(isFromClient(frame) ? key : key.reversed());
        return known != null && known.isQuic();
    }

    private static boolean isFromClient(Frame frame) {
        return frame.sourcePort >= frame.destinationPort;
    }

    /// How many had to make room.
    long forgotten() {
        return forgotten;
    }
}
