package headgate.forwarding.nft;

import headgate.forwarding.conntrack.CtInfo;
import headgate.forwarding.conntrack.HeaderWriter;
import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.conntrack.NfPacket.Presence;
import headgate.packet.IpProtocol;

/// Statements that change the packet, or what is known of it.
abstract class Action extends Step {

    /// `reject`: the packet is dropped, and its source told.
    static final class RejectStep extends Action {
        private final Reject v4;
        private final Reject v6;

        /// @param v4 null where the statement is for IPv6 alone, and the other way round
        RejectStep(Reject v4, Reject v6) {
            this.v4 = v4;
            this.v6 = v6;
        }

        @Override
        int run(Evaluation e) {
            Reject reject = e.packet.family == NfPacket.IPV4 ? v4 : v6;
            boolean applies = e.packet.family == NfPacket.IPV4 || e.packet.family == NfPacket.IPV6;
            if (reject == null || !applies) {
                return BREAK;
            }
            if (reject.isTcpReset() && !isTcp(e.packet)) {
                return BREAK;
            }
            e.reject = reject;
            return DROP;
        }

        /// nft tests for TCP without saying so.
        private static boolean isTcp(NfPacket packet) {
            return packet.hasTransport && packet.transportProtocol == IpProtocol.TCP;
        }
    }

    static final class Notrack extends Action {
        @Override
        int run(Evaluation e) {
            if (e.packet.connection == null && e.packet.zoneDirections == 0) {
                e.packet.ctInfo = CtInfo.UNTRACKED;
            }
            return NEXT;
        }
    }

    /// `ct zone set`: before tracking looks for the connection, and the first one counts (kernel:
    /// `nft_ct_set_zone_eval`).
    static final class SetZone extends Action {
        private final Operand value;
        private final int directions;

        /// @param directions as [NfPacket#zoneDirections]
        SetZone(Operand value, int directions) {
            this.value = value;
            this.directions = directions;
        }

        @Override
        boolean tracksConnections() {
            return true;
        }

        @Override
        int run(Evaluation e) {
            int loaded = value.load(e, 0);
            if (loaded == Operand.OK
                    && e.packet.connection == null
                    && e.packet.zoneDirections == 0) {
                e.packet.zone = (int) e.low[0];
                e.packet.zoneDirections = directions;
                e.packet.ctInfo = CtInfo.NEW;
            }
            return loaded;
        }
    }

    /// `meta mark set`, `ct mark set`, `meta priority set`.
    static final class Assign extends Action {
        enum Field {
            MARK,
            PRIORITY,
            CT_MARK,

            /// Changes nothing that is judged.
            NOTHING
        }

        private final Field field;
        private final Operand value;

        Assign(Field field, Operand value) {
            this.field = field;
            this.value = value;
        }

        @Override
        boolean tracksConnections() {
            return field == Field.CT_MARK || value.tracksConnections();
        }

        @Override
        int run(Evaluation e) {
            int loaded = value.load(e, 0);
            if (loaded != Operand.OK) {
                return loaded;
            }
            switch (field) {
                case MARK -> e.packet.mark = (int) e.low[0];
                case PRIORITY -> e.packet.priority = (int) e.low[0];
                case CT_MARK -> {
                    if (e.packet.connection != null) {
                        e.packet.connection.setMark((int) e.low[0]);
                    }
                }
                case NOTHING -> {}
            }
            return NEXT;
        }
    }

    /// Writes a field of a TCP option.
    static final class SetTcpOption extends Action {
        private final HeaderOption option;
        private final Operand value;

        SetTcpOption(HeaderOption option, Operand value) {
            this.option = option;
            this.value = value;
        }

        @Override
        boolean tracksConnections() {
            return value.tracksConnections();
        }

        @Override
        int run(Evaluation e) {
            int loaded = value.load(e, 0);
            return loaded == Operand.OK ? option.write(e, e.low[0]) : loaded;
        }
    }

    /// Writes a header field, and mends the checksums over it (kernel: `nft_payload_set_eval`).
    static final class Mangle extends Action {
        private final Operand.Payload place;
        private final Operand value;

        Mangle(Operand.Payload place, Operand value) {
            this.place = place;
            this.value = value;
        }

        @Override
        int run(Evaluation e) {
            NfPacket packet = e.packet;
            int loaded = value.load(e, 0);
            if (loaded != Operand.OK) {
                return loaded;
            }
            int at = place.place(packet);
            if (at < 0) {
                return BREAK;
            }
            Presence presence = packet.presence(at, place.byteCount());
            if (presence == Presence.ABSENT) {
                return BREAK;
            }
            if (presence == Presence.CUT) {
                e.why = "the capture cuts what a rule writes";
                return UNKNOWN;
            }
            int lengths = lengths(packet);
            write(packet, at, e.high[0], e.low[0]);
            packet.drawTogether(at + place.byteCount());
            return lengths == lengths(packet)
                    ? NEXT
                    : e.unknown("a rule writes another length into the IP header");
        }

        /// What the network header says of its own length, its version and the packet's length: the
        /// kernel goes by these at some places, and at others by what it knows besides.
        private static int lengths(NfPacket packet) {
            return packet.family == NfPacket.IPV4
                    ? packet.u8(0) << 16 | packet.u16(2)
                    : (packet.u8(0) & 0xf0) << 16 | packet.u16(4);
        }

        private void write(NfPacket packet, int at, long high, long low) {
            int bits = place.field().bits();
            int shift = place.shift();
            for (int i = place.byteCount() - 1; i >= 0; i--) {
                int mask = 0;
                int value = 0;
                for (int bit = 0; bit < 8; bit++) {
                    int number = (place.byteCount() - 1 - i) * 8 + bit - shift;
                    if (number >= 0 && number < bits) {
                        mask |= 1 << bit;
                        long half = number < 64 ? low >>> number : high >>> number - 64;
                        value |= (int) (half & 1) << bit;
                    }
                }
                int changed = packet.u8(at + i) & ~mask | value;
                if (place.field().hasChecksum()) {
                    HeaderWriter.write8(packet, at + i, changed);
                } else {
                    HeaderWriter.write8AsItIs(packet, at + i, changed);
                }
            }
        }
    }
}
