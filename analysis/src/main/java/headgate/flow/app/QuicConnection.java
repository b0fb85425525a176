package headgate.flow.app;

import headgate.packet.Check;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/// A QUIC connection from outside: the headers of its packets, and the hellos of both sides in its
/// Initial packets, whose keys follow from the client's first Destination Connection ID (RFC 9001
/// section 5.2).
final class QuicConnection {
    /// A side whose Initial packets so often cannot be opened is not tried again: keys cost more
    /// than reading does.
    static final int MAX_FAILURES = 8;

    /// Both streams, and keys.
    static final int MAX_BYTES = 2 * QuicCryptoStream.MAX_LENGTH + 2048;

    private final QuicLongHeaderView packet = new QuicLongHeaderView();
    private final Side[] sides = {new Side(), new Side()};
    private Side client;

    /// What one side has sent so far.
    private static final class Side {
        private QuicInitialKeys keys;
        private QuicCryptoStream stream;
        private boolean isRead;
        private int failures;

        /// That it chose for itself in the clear; it comes back in short headers without a length.
        private byte[] connectionId = {};
    }

    /// Whether a packet begins here: a long header that is whole, or a first byte that may be of a
    /// short one.
    static boolean isPacket(QuicLongHeaderView packet, MemorySegment bytes, long at, long limit) {
        if (at >= limit) {
            return false;
        }
        int first = NetworkOrder.u8(bytes, at);
        return QuicLongHeaderView.isLong(first)
                ? packet.wrap(bytes, at, limit) == Check.OK
                : QuicLongHeaderView.hasFixedBit(first);
    }

    /// Reads the packets of datagrams. True while the side's hello is not whole, and may still
    /// come.
    ///
    /// @param index 0 or 1: which side sent them
    boolean read(MemorySegment bytes, long offset, long limit, int index, FieldSink fields) {
        Side side = sides[index];
        Side other = sides[1 - index];
        long at = offset;
        boolean opens = false;
        while (isPacket(packet, bytes, at, limit)) {
            if (!QuicLongHeaderView.isLong(NetworkOrder.u8(bytes, at))) {
                shortHeader(bytes, at, limit, other, fields);
                break;
            }
            longHeader(fields);
            opens = true;
            side.connectionId = packet.sourceConnectionId();
            boolean isOfUse = !(side.isRead && other.isRead) && side.failures < MAX_FAILURES;
            if (isInitial() && isOfUse) {
                initial(bytes, side, other);
            }
            at = packet.end();
        }
        readHello(side, fields);
        return opens && !side.isRead;
    }

    private boolean isInitial() {
        return packet.knownVersion() != null && packet.packetType() == QuicPacketType.INITIAL;
    }

    private void longHeader(FieldSink fields) {
        fields.add("quic.header_form", 1);
        fields.add("quic.version", Integer.toUnsignedLong(packet.version()));
        if (packet.knownVersion() != null) {
            fields.add(packet.knownVersion().packetTypeField(), packet.typeBits());
        }
        id("quic.dcid", packet.destinationConnectionId(), fields);
        id("quic.scid", packet.sourceConnectionId(), fields);
    }

    /// Only an id that its owner was seen to choose is told: others are agreed upon under
    /// encryption.
    private static void shortHeader(
            MemorySegment bytes, long at, long limit, Side receiver, FieldSink fields) {
        fields.add("quic.header_form", 0);
        var known = MemorySegment.ofArray(receiver.connectionId);
        long end = at + 1 + known.byteSize();
        if (end <= limit && bytes.asSlice(at + 1, end - at - 1).mismatch(known) < 0) {
            id("quic.dcid", receiver.connectionId, fields);
        }
    }

    private static void id(String name, byte[] connectionId, FieldSink fields) {
        if (connectionId.length > 0) {
            fields.add(name, HexFormat.of().formatHex(connectionId));
        }
    }

    private void initial(MemorySegment bytes, Side side, Side other) {
        byte[] frames = side.keys == null ? null : side.keys.open(bytes, packet);
        if (frames == null && other != client) {
            frames = openAsClient(bytes, side, other);
        }
        if (frames == null) {
            side.failures++;
        } else if (!side.isRead) {
            if (side.stream == null) {
                side.stream = new QuicCryptoStream();
            }
            side.stream.add(frames);
        }
    }

    /// The packet may be the client's first, or its first after a Retry (RFC 9001 section 5.2).
    private byte[] openAsClient(MemorySegment bytes, Side side, Side other) {
        byte[] connectionId = packet.destinationConnectionId();
        var keys = QuicInitialKeys.client(packet.knownVersion(), connectionId);
        byte[] frames = keys.open(bytes, packet);
        if (frames != null) {
            client = side;
            side.keys = keys;
            other.keys = QuicInitialKeys.server(packet.knownVersion(), connectionId);
        }
        return frames;
    }

    private static void readHello(Side side, FieldSink fields) {
        if (side.stream == null) {
            return;
        }
        var handshake = new TlsHandshake();
        handshake.add(side.stream.bytes(), 0, side.stream.length());
        side.isRead = handshake.read(fields, 'q');
        if (side.isRead) {
            side.stream = null;
        }
    }
}
