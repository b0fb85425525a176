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

        /// How much of the stream was read.
        private int position;

        private boolean isRead;
        private int failures;

        /// That it chose for itself in the clear; it comes back in short headers without a length.
        private byte[] connectionId = {};
    }

    /// Whether a packet of this side begins here: a long header that is whole, or what may be a
    /// short one.
    ///
    /// @param index 0 or 1: which side sent it
    boolean isPacket(MemorySegment bytes, long at, long limit, int index) {
        if (at >= limit) {
            return false;
        }
        int first = NetworkOrder.u8(bytes, at);
        return QuicLongHeaderView.isLong(first)
                ? packet.wrap(bytes, at, limit) == Check.OK
                : QuicLongHeaderView.hasFixedBit(first)
                        || isFor(sides[1 - index], bytes, at, limit);
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
        while (isPacket(bytes, at, limit, index)) {
            if (!QuicLongHeaderView.isLong(NetworkOrder.u8(bytes, at))) {
                shortHeader(bytes, at, limit, other, fields);
                break;
            }
            longHeader(fields);
            opens = true;
            side.connectionId = packet.sourceConnectionId();
            boolean isOfUse = !(side.isRead && other.isRead) && side.failures < MAX_FAILURES;
            if (isInitial() && packet.isWhole() && isOfUse) {
                initial(bytes, side, other);
            }
            at = packet.end();
        }
        readHello(side, other, fields);
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
        if (isFor(receiver, bytes, at, limit)) {
            id("quic.dcid", receiver.connectionId, fields);
        }
    }

    /// Whether a short header names the connection id that its receiver was seen to choose: then it
    /// is one even without the fixed bit (RFC 9287).
    private static boolean isFor(Side receiver, MemorySegment bytes, long at, long limit) {
        var known = MemorySegment.ofArray(receiver.connectionId);
        long end = at + 1 + known.byteSize();
        return known.byteSize() > 0
                && end <= limit
                && bytes.asSlice(at + 1, end - at - 1).mismatch(known) < 0;
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

    /// After the server's hello no side's is wanted any more, unless the server asked for another
    /// one: both streams then go on behind the first.
    private static void readHello(Side side, Side other, FieldSink fields) {
        if (side.stream == null || side.isRead) {
            return;
        }
        var handshake = new TlsHandshake();
        handshake.add(side.stream.bytes(), side.position, side.stream.length());
        side.isRead = handshake.read(fields, 'q');
        if (handshake.asksForAnotherHello()) {
            side.isRead = other.isRead = false;
        }
        if (side.isRead && other.isRead) {
            side.stream = other.stream = null;
        } else {
            side.position += handshake.lengthRead();
        }
    }
}
