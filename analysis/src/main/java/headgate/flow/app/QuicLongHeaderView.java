package headgate.flow.app;

import headgate.packet.Check;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A packet of QUIC with a long header, RFC 9000 section 17.2; the first five fields are those of
/// all versions (RFC 8999 section 5.1).
///
/// ```
/// 1 fixed 1 type 2 specific 4 · version 32 · destination connection id <8> · source connection id <8>
/// Initial:    · token <varint> · length varint · packet number and payload
/// 0-RTT, Handshake:            · length varint · packet number and payload
/// Retry, Version Negotiation and versions that are not known: the rest of the datagram
/// ```
final class QuicLongHeaderView {
    /// RFC 9000 section 17.2: of versions 1 and 2; other ones may have up to 255 bytes.
    static final int MAX_CONNECTION_ID_LENGTH = 20;

    private static final int MIN_FIRST_CONNECTION_ID_LENGTH = 8;

    private static final int FORM_LONG = 0x80;
    private static final int FIXED_BIT = 0x40;
    private static final int VERSION = 1;
    private static final int DESTINATION = 5;

    private MemorySegment bytes = MemorySegment.NULL;
    private long start;
    private long source;
    private long payload;
    private long end;
    private boolean isWhole;
    private QuicVersion knownVersion;

    /// Whether a datagram's first byte announces a long header; else the header is short.
    static boolean isLong(int firstByte) {
        return (firstByte & FORM_LONG) != 0;
    }

    /// Set in every packet with a short header, unless both sides agreed that it says nothing (RFC
    /// 9287).
    static boolean hasFixedBit(int firstByte) {
        return (firstByte & FIXED_BIT) != 0;
    }

    /// Places this view at `offset`. The fixed bit may be either (RFC 9287). [Check#BAD_LENGTH] if
    /// a connection id is longer than the version allows. A packet whose length field promises more
    /// than there is ends with what there is, and is not whole.
    Check wrap(MemorySegment bytes, long offset, long limit) {
        this.bytes = bytes;
        this.start = offset;
        var header = new WireReader(bytes, offset, limit);
        header.skip(1);
        int version = header.i32();
        knownVersion = QuicVersion.of(version);
        int destinationLength = header.u8();
        header.skip(destinationLength);
        source = header.position();
        int sourceLength = header.u8();
        header.skip(sourceLength);
        payload = header.position();
        end = limit;
        isWhole = true;
        if (header.overrun()) {
            return Check.TRUNCATED;
        }
        if (knownVersion == null) {
            return Check.OK;
        }
        if (destinationLength > MAX_CONNECTION_ID_LENGTH
                || sourceLength > MAX_CONNECTION_ID_LENGTH) {
            return Check.BAD_LENGTH;
        }
        if (packetType() != QuicPacketType.RETRY) {
            readLength(header, packetType());
        }
        return Check.OK;
    }

    private void readLength(WireReader header, QuicPacketType type) {
        if (type == QuicPacketType.INITIAL) {
            header.skip(header.varint());
        }
        long length = header.varint();
        payload = header.position();
        header.skip(length);
        isWhole = !header.overrun();
        end = isWhole ? header.position() : end;
    }

    /// The version field as an unsigned 32-bit number; 0 is Version Negotiation.
    int version() {
        return NetworkOrder.i32(bytes, start + VERSION);
    }

    /// Null if nothing is known of packets of this version but what all versions share.
    QuicVersion knownVersion() {
        return knownVersion;
    }

    /// The two bits that number the type.
    int typeBits() {
        return NetworkOrder.u8(bytes, start) >>> 4 & 3;
    }

    /// Of a known version only.
    QuicPacketType packetType() {
        return knownVersion.packetType(typeBits());
    }

    byte[] destinationConnectionId() {
        return connectionId(start + DESTINATION);
    }

    byte[] sourceConnectionId() {
        return connectionId(source);
    }

    long start() {
        return start;
    }

    /// Where the protected packet number begins.
    long packetNumber() {
        return payload;
    }

    /// Whether all of the packet is there, which its length field tells.
    boolean isWhole() {
        return isWhole;
    }

    /// Whether it has what an Initial packet of a client has that knows nothing of its server yet
    /// (RFC 9000 sections 7.2 and 17.2.2). Of a known version only.
    boolean mayBeClientsFirst() {
        return packetType() == QuicPacketType.INITIAL
                && hasFixedBit(NetworkOrder.u8(bytes, start))
                && NetworkOrder.u8(bytes, start + DESTINATION) >= MIN_FIRST_CONNECTION_ID_LENGTH;
    }

    /// Where the next packet of the datagram begins.
    long end() {
        return end;
    }

    private byte[] connectionId(long at) {
        return bytes.asSlice(at + 1, NetworkOrder.u8(bytes, at)).toArray(ValueLayout.JAVA_BYTE);
    }
}
