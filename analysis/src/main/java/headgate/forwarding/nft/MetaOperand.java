package headgate.forwarding.nft;

import headgate.forwarding.NetDevice;
import headgate.forwarding.conntrack.NfPacket;
import java.util.Map;

/// `meta …`: what is known of a packet beside its bytes (kernel: `nft_meta_get_eval`).
final class MetaOperand extends Operand {
    enum Key {
        LENGTH(Datatype.number(32)),
        PROTOCOL(Datatype.ETHER_TYPE),
        NFPROTO(Datatype.NF_PROTO),
        L4PROTO(Datatype.INET_PROTO),
        MARK(Datatype.MARK),
        PRIORITY(Datatype.CLASS_ID),
        IIFGROUP(Datatype.DEVICE_GROUP),
        OIFGROUP(Datatype.DEVICE_GROUP),
        IIF(Datatype.IFACE_INDEX),
        OIF(Datatype.IFACE_INDEX),
        IIFNAME(Datatype.IFNAME),
        OIFNAME(Datatype.IFNAME),
        IIFTYPE(Datatype.DEV_TYPE),
        OIFTYPE(Datatype.DEV_TYPE),
        PKTTYPE(Datatype.PKT_TYPE);

        private final Datatype type;

        Key(Datatype type) {
            this.type = type;
        }
    }

    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_LOOPBACK = 772;

    private final Key key;

    MetaOperand(Key key) {
        this.key = key;
    }

    Key key() {
        return key;
    }

    @Override
    Datatype type() {
        return key.type;
    }

    @Override
    Object source() {
        return key;
    }

    @Override
    int load(Evaluation e, int at) {
        NfPacket packet = e.packet;
        e.high[at] = 0;
        switch (key) {
            case LENGTH -> e.low[at] = packet.length;
            case PROTOCOL -> e.low[at] = packet.etherType;
            case NFPROTO -> e.low[at] = e.hookFamily;
            case L4PROTO -> {
                if (!packet.hasTransport) {
                    return ABSENT;
                }
                e.low[at] = packet.transportProtocol;
            }
            case MARK -> e.low[at] = Integer.toUnsignedLong(packet.mark);
            case PRIORITY -> e.low[at] = Integer.toUnsignedLong(packet.priority);
            case IIF -> e.low[at] = index(packet.input());
            case OIF -> e.low[at] = index(packet.output());
            case IIFNAME -> {
                e.high[at] = packet.inputNameHigh();
                e.low[at] = packet.inputNameLow();
            }
            case OIFNAME -> {
                e.high[at] = packet.outputNameHigh();
                e.low[at] = packet.outputNameLow();
            }
            case IIFGROUP -> {
                return group(e, at, packet.input());
            }
            case OIFGROUP -> {
                return group(e, at, packet.output());
            }
            case IIFTYPE -> {
                return type(e, at, packet.input());
            }
            case OIFTYPE -> {
                return type(e, at, packet.output());
            }
            case PKTTYPE -> e.low[at] = packet.packetType;
        }
        return OK;
    }

    private static long index(NetDevice device) {
        return device == null ? 0 : device.index();
    }

    private static int group(Evaluation e, int at, NetDevice device) {
        if (device == null) {
            return ABSENT;
        }
        Interval group = Datatype.DEVICE_GROUP.parse(device.group(), Map.of());
        if (group == null) {
            return e.unknown("the number of device group " + device.group() + " is not known");
        }
        e.low[at] = group.firstLow();
        return OK;
    }

    private static int type(Evaluation e, int at, NetDevice device) {
        if (device == null) {
            return ABSENT;
        }
        if (device.mac() < 0) {
            return e.unknown("the hardware type of " + device + " is not known");
        }
        e.low[at] = device.isLoopback() ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
        return OK;
    }
}
