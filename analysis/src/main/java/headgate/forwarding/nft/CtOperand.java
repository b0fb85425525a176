package headgate.forwarding.nft;

import headgate.forwarding.conntrack.CtInfo;
import headgate.forwarding.conntrack.NfConn;
import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.conntrack.Tuple;

/// `ct …`: what connection tracking says of the packet (kernel: `nft_ct_get_eval`).
final class CtOperand extends Operand {
    enum Key {
        STATE(Datatype.CT_STATE),
        DIRECTION(Datatype.CT_DIR),
        STATUS(Datatype.CT_STATUS),
        MARK(Datatype.MARK),
        L3PROTO(Datatype.NF_PROTO),
        PROTOCOL(Datatype.INET_PROTO),
        SADDR(Datatype.IPV4_ADDR),
        DADDR(Datatype.IPV4_ADDR),
        SADDR6(Datatype.IPV6_ADDR),
        DADDR6(Datatype.IPV6_ADDR),
        PROTO_SRC(Datatype.INET_SERVICE),
        PROTO_DST(Datatype.INET_SERVICE),
        ZONE(Datatype.number(16));

        private final Datatype type;

        Key(Datatype type) {
            this.type = type;
        }
    }

    private final Key key;

    /// 0 original, 1 reply; -1 for that of the packet.
    private final int direction;

    CtOperand(Key key, int direction) {
        this.key = key;
        this.direction = direction;
    }

    @Override
    Datatype type() {
        return key.type;
    }

    @Override
    boolean tracksConnections() {
        return true;
    }

    @Override
    Object source() {
        return direction < 0 ? key : null;
    }

    @Override
    int load(Evaluation e, int at) {
        NfPacket packet = e.packet;
        NfConn connection = packet.connection;
        if (packet.ctUnknown != null) {
            return e.unknown(packet.ctUnknown);
        }
        if (key == Key.STATE) {
            e.set(at, stateBit(packet));
            return OK;
        }
        if (connection == null) {
            return ABSENT;
        }
        e.high[at] = 0;
        switch (key) {
            case DIRECTION -> e.low[at] = packet.ctInfo.isReply() ? 1 : 0;
            case STATUS -> e.low[at] = connection.status;
            case MARK -> e.low[at] = Integer.toUnsignedLong(connection.mark);
            case ZONE -> e.low[at] = zone(connection);
            default -> {
                return tuple(e, at, connection);
            }
        }
        return OK;
    }

    private long zone(NfConn connection) {
        return switch (direction) {
            case 0 -> connection.original.zone;
            case 1 -> connection.reply.zone;
            default -> connection.zone();
        };
    }

    private static long stateBit(NfPacket packet) {
        if (packet.zoneDirections != 0) {
            return CtInfo.NEW.stateBit();
        }
        if (packet.connection != null || packet.ctInfo == CtInfo.UNTRACKED) {
            return packet.ctInfo.stateBit();
        }
        return CtInfo.STATE_INVALID;
    }

    private int tuple(Evaluation e, int at, NfConn connection) {
        boolean reply = direction < 0 ? e.packet.ctInfo.isReply() : direction == 1;
        Tuple tuple = reply ? connection.reply : connection.original;
        switch (key) {
            case L3PROTO -> e.low[at] = tuple.family;
            case PROTOCOL -> e.low[at] = tuple.protocol;
            case PROTO_SRC -> e.low[at] = tuple.sourcePort;
            case PROTO_DST -> e.low[at] = tuple.destinationPort;
            case SADDR, SADDR6 -> {
                e.high[at] = tuple.sourceHigh;
                e.low[at] = tuple.sourceLow;
                return isFamily(tuple, Key.SADDR6);
            }
            case DADDR, DADDR6 -> {
                e.high[at] = tuple.destinationHigh;
                e.low[at] = tuple.destinationLow;
                return isFamily(tuple, Key.DADDR6);
            }
            default -> {
                return ABSENT;
            }
        }
        return OK;
    }

    private int isFamily(Tuple tuple, Key sixth) {
        return tuple.family == (key == sixth ? NfPacket.IPV6 : NfPacket.IPV4) ? OK : ABSENT;
    }
}
