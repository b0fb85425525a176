package headgate.forwarding.nft;

import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.conntrack.NfPacket.Presence;

/// Something a rule can read from a packet: one value, or several side by side.
abstract class Operand {
    /// The value is there.
    static final int OK = 0;

    /// The packet has no such thing: the rule does not match (kernel: `NFT_BREAK`).
    static final int ABSENT = 1;

    /// It cannot be told.
    static final int UNKNOWN = 2;

    /// How many registers it fills.
    int width() {
        return 1;
    }

    /// Type of the value, by which constants beside it are read; for several, of the first.
    abstract Datatype type();

    /// Types of all values.
    Datatype[] types() {
        return new Datatype[] {type()};
    }

    /// Whether it asks connection tracking.
    boolean tracksConnections() {
        return false;
    }

    /// What is read, equal for operands that read the same; null if it may be another thing from
    /// one rule to the next although the packet does not change.
    Object source() {
        return null;
    }

    /// Writes the value into register `at` and, if it has several, those that follow.
    abstract int load(Evaluation e, int at);

    /// A value of the rule itself.
    static final class Constant extends Operand {
        private final Datatype type;
        private final Interval value;

        Constant(Datatype type, Interval value) {
            this.type = type;
            this.value = value;
        }

        @Override
        Datatype type() {
            return type;
        }

        @Override
        int load(Evaluation e, int at) {
            e.high[at] = value.firstHigh();
            e.low[at] = value.firstLow();
            return OK;
        }
    }

    /// Several values side by side.
    static final class Concat extends Operand {
        private final Operand[] parts;
        private final Datatype[] types;

        Concat(Operand[] parts) {
            this.parts = parts;
            types = new Datatype[parts.length];
            for (int i = 0; i < parts.length; i++) {
                types[i] = parts[i].type();
            }
        }

        @Override
        boolean tracksConnections() {
            for (Operand part : parts) {
                if (part.tracksConnections()) {
                    return true;
                }
            }
            return false;
        }

        @Override
        int width() {
            return parts.length;
        }

        @Override
        Datatype type() {
            return types[0];
        }

        @Override
        Datatype[] types() {
            return types;
        }

        @Override
        int load(Evaluation e, int at) {
            for (int i = 0; i < parts.length; i++) {
                int loaded = parts[i].load(e, at + i);
                if (loaded != OK) {
                    return loaded;
                }
            }
            return OK;
        }
    }

    /// Bits of a header.
    static final class Payload extends Operand {
        private final PayloadField field;

        /// ICMP types that have the field; none if all do.
        private final int[] icmpTypes;

        private final int firstByte;
        private final int bytes;
        private final int shift;

        /// Whether the kernel's fast path reads it, which does not mind that a later fragment has
        /// no transport header (`nft_payload_fast_eval`).
        private final boolean fast;

        Payload(PayloadField field, int... icmpTypes) {
            this.field = field;
            this.icmpTypes = icmpTypes;
            firstByte = field.bit() / 8;
            bytes = (field.bit() + field.bits() + 7) / 8 - firstByte;
            shift = (firstByte + bytes) * 8 - field.bit() - field.bits();
            fast = (bytes == 1 || bytes == 2 || bytes == 4) && firstByte % bytes == 0;
        }

        PayloadField field() {
            return field;
        }

        @Override
        Object source() {
            return icmpTypes.length == 0 ? field : null;
        }

        boolean isWritable() {
            return field.base() == PayloadField.Base.NETWORK
                    || field.base() == PayloadField.Base.TRANSPORT;
        }

        @Override
        Datatype type() {
            return field.type();
        }

        @Override
        int load(Evaluation e, int at) {
            NfPacket packet = e.packet;
            return switch (field.base()) {
                case LINK -> loadLink(e, at);
                case NETWORK ->
                        field.needs() >= 0 && field.needs() != packet.family
                                ? ABSENT
                                : loadFrom(e, at, 0);
                case TRANSPORT -> isTransport(packet) ? loadFrom(e, at, packet.transport) : ABSENT;
                case INNER -> loadInner(e, at);
            };
        }

        private boolean isTransport(NfPacket packet) {
            if (!packet.hasTransport || packet.fragmentOffset > 0 && !fast) {
                return false;
            }
            return field.needs() < 0
                    || field.needs() == packet.transportProtocol && hasType(packet);
        }

        private boolean hasType(NfPacket packet) {
            if (icmpTypes.length == 0) {
                return true;
            }
            if (packet.presence(packet.transport, 1) != Presence.HERE) {
                return false;
            }
            int type = packet.u8(packet.transport);
            for (int candidate : icmpTypes) {
                if (type == candidate) {
                    return true;
                }
            }
            return false;
        }

        private int loadInner(Evaluation e, int at) {
            int inner = innerHeader(e.packet);
            return inner < 0 ? ABSENT : loadFrom(e, at, inner);
        }

        /// Where the field starts in the packet; -1 if the packet does not have it.
        int place(NfPacket packet) {
            return switch (field.base()) {
                case NETWORK ->
                        field.needs() >= 0 && field.needs() != packet.family ? -1 : firstByte;
                case TRANSPORT ->
                        packet.fragmentOffset == 0 && isTransport(packet)
                                ? packet.transport + firstByte
                                : -1;
                case LINK, INNER -> -1;
            };
        }

        int byteCount() {
            return bytes;
        }

        int shift() {
            return shift;
        }

        private int loadFrom(Evaluation e, int at, int header) {
            NfPacket packet = e.packet;
            int start = header + firstByte;
            Presence presence = packet.presence(start, bytes);
            if (presence != Presence.HERE) {
                return presence == Presence.ABSENT
                        ? ABSENT
                        : e.unknown("the capture cuts what a rule reads");
            }
            long high = 0;
            long low;
            switch (bytes) {
                case 1 -> low = packet.u8(start);
                case 2 -> low = packet.u16(start);
                case 4 -> low = Integer.toUnsignedLong(packet.i32(start));
                case 16 -> {
                    high = packet.i64(start);
                    low = packet.i64(start + 8);
                }
                default -> {
                    low = 0;
                    for (int i = 0; i < bytes; i++) {
                        high = high << 8 | low >>> 56;
                        low = low << 8 | packet.u8(start + i);
                    }
                }
            }
            return store(e, at, high, low);
        }

        private int loadLink(Evaluation e, int at) {
            if (e.packet.linkPresence(firstByte, bytes) != Presence.HERE) {
                return ABSENT;
            }
            long high = 0;
            long low = 0;
            for (int i = 0; i < bytes; i++) {
                high = high << 8 | low >>> 56;
                low = low << 8 | e.packet.linkByte(firstByte + i);
            }
            return store(e, at, high, low);
        }

        /// Fields of 121 bits and more start and end at whole bytes (the reader sees to it).
        private int store(Evaluation e, int at, long high, long low) {
            if (shift > 0) {
                low = low >>> shift | high << 64 - shift;
                high >>>= shift;
            }
            int bits = field.bits();
            e.high[at] = bits >= 128 ? high : bits > 64 ? high & (1L << bits - 64) - 1 : 0;
            e.low[at] = bits >= 64 ? low : low & (1L << bits) - 1;
            return OK;
        }
    }

    /// Where the data of TCP, UDP and the like starts; -1 if that is not known.
    private static int innerHeader(NfPacket packet) {
        if (!packet.hasTransport || packet.fragmentOffset > 0) {
            return -1;
        }
        return switch (packet.transportProtocol) {
            case 17 -> packet.transport + 8;
            case 6 ->
                    packet.presence(packet.transport + 12, 1) == Presence.HERE
                            ? packet.transport + (packet.u8(packet.transport + 12) >>> 4) * 4
                            : -1;
            default -> -1;
        };
    }

    /// `vlan id` and its like: fields of the tag that was taken off.
    static final class Vlan extends Operand {
        private final int shift;
        private final Datatype type;

        Vlan(int shift, int bits) {
            this.shift = shift;
            type = Datatype.number(bits);
        }

        @Override
        Datatype type() {
            return type;
        }

        @Override
        int load(Evaluation e, int at) {
            if (e.packet.vlanTag < 0) {
                return ABSENT;
            }
            e.set(at, e.packet.vlanTag >>> shift & (1L << type.bits()) - 1);
            return OK;
        }
    }

    /// Two operands combined bit by bit.
    static final class Bitwise extends Operand {
        enum Operator {
            AND,
            OR,
            XOR,
            SHIFT_LEFT,
            SHIFT_RIGHT
        }

        private final Operator operator;
        private final Operand left;
        private final Operand right;

        Bitwise(Operator operator, Operand left, Operand right) {
            this.operator = operator;
            this.left = left;
            this.right = right;
        }

        @Override
        boolean tracksConnections() {
            return left.tracksConnections() || right.tracksConnections();
        }

        @Override
        Datatype type() {
            return left.type();
        }

        @Override
        int load(Evaluation e, int at) {
            int loaded = right.load(e, at);
            if (loaded != OK) {
                return loaded;
            }
            long high = e.high[at];
            long low = e.low[at];
            loaded = left.load(e, at);
            if (loaded != OK) {
                return loaded;
            }
            switch (operator) {
                case AND -> {
                    e.high[at] &= high;
                    e.low[at] &= low;
                }
                case OR -> {
                    e.high[at] |= high;
                    e.low[at] |= low;
                }
                case XOR -> {
                    e.high[at] ^= high;
                    e.low[at] ^= low;
                }
                case SHIFT_LEFT -> e.set(at, low > 63 ? 0 : e.low[at] << low & 0xffff_ffffL);
                case SHIFT_RIGHT -> e.set(at, low > 63 ? 0 : e.low[at] >>> low);
            }
            return OK;
        }
    }

    /// What a map says of a key.
    static final class MapLookup extends Operand {
        private final Operand key;
        private final NftSet map;

        MapLookup(Operand key, NftSet map) {
            this.key = key;
            this.map = map;
        }

        @Override
        boolean tracksConnections() {
            return key.tracksConnections();
        }

        @Override
        int width() {
            return map.dataWidth();
        }

        @Override
        Datatype type() {
            return map.dataType(0);
        }

        @Override
        int load(Evaluation e, int at) {
            int loaded = key.load(e, at);
            if (loaded != OK) {
                return loaded;
            }
            int element = map.find(e, at, true);
            if (element == NftSet.UNKNOWN_ELEMENT) {
                return UNKNOWN;
            }
            if (element < 0) {
                return ABSENT;
            }
            for (int i = 0; i < map.dataWidth(); i++) {
                e.high[at + i] = map.dataHigh(e, element, i);
                e.low[at + i] = map.dataLow(e, element, i);
            }
            return OK;
        }
    }

    /// Something that is not known; reading it makes the answer incomplete.
    static final class Unknown extends Operand {
        private final String why;
        private final boolean tracks;

        Unknown(String why, boolean tracks) {
            this.why = why;
            this.tracks = tracks;
        }

        @Override
        boolean tracksConnections() {
            return tracks;
        }

        @Override
        Datatype type() {
            return Datatype.INTEGER;
        }

        @Override
        int load(Evaluation e, int at) {
            return e.unknown(why);
        }
    }
}
