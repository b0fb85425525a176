package headgate.flow.app;

import headgate.packet.Check;
import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// QUIC: the headers of the packets in a datagram (RFC 9000 section 12.2), and the hellos that lie
/// in Initial packets, protected with keys that everybody can know. Alone, the bytes of the client
/// give its hello; the server's needs the [Conversation]. So do short headers and versions that are
/// not known: almost any datagram could be one of these.
final class QuicParser implements ConversationalParser {
    private final QuicLongHeaderView packet = new QuicLongHeaderView();

    @Override
    public Application application() {
        return Application.QUIC;
    }

    @Override
    public int protocol() {
        return IpProtocol.UDP;
    }

    /// A long header of a known version: of a packet that is whole, or the client's first one cut.
    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        return limit > offset
                && QuicLongHeaderView.isLong(NetworkOrder.u8(bytes, offset))
                && packet.wrap(bytes, offset, limit) == Check.OK
                && packet.knownVersion() != null
                && (packet.isWhole() || packet.mayBeClientsFirst());
    }

    @Override
    public Outcome parse(
            MemorySegment bytes,
            long offset,
            long limit,
            Conversation conversation,
            FieldSink fields) {
        int side = conversation.fromClient ? 0 : 1;
        boolean isPacket =
                conversation.isQuic()
                        ? conversation.quic().isPacket(bytes, offset, limit, side)
                        : recognises(bytes, offset, limit);
        if (!isPacket) {
            return Outcome.NOT_MINE;
        }
        return conversation.quic().read(bytes, offset, limit, side, fields)
                ? Outcome.NEED_MORE
                : Outcome.DONE;
    }
}
