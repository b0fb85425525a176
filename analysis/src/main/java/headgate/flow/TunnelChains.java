package headgate.flow;

import headgate.packet.Frame;
import headgate.packet.IpAddress;
import headgate.packet.Layer;
import headgate.packet.NetworkOrder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The packets around packets: for each live flow the chain of tunnels that it came through, kept
/// once for all flows of one chain.
///
/// A chain is known by a number; as bytes it has, for each packet from the outermost on, the IP
/// version, the header behind IP and UDP, two ports, an identifier and two addresses.
final class TunnelChains {
    /// No tunnel, or one for which there was no room.
    static final int NONE = 0;

    /// Chains that are kept at once.
    static final int MAX_CHAINS = (1 << 11) - 1;

    // Of one packet: version, type, ports, identifier, addresses.
    private static final int PORTS = 2;
    private static final int ADDRESSES = PORTS + 2 * Short.BYTES + Long.BYTES;
    private static final int ADDRESS_LENGTH = 2 * Long.BYTES;
    private static final int PACKET_LENGTH = ADDRESSES + 2 * ADDRESS_LENGTH;
    private static final int BUCKETS = 1 << 12;
    private static final Layer[] LAYERS = Layer.values();

    private final ByteBuffer scratch = ByteBuffer.allocate(Frame.MAX_LAYERS * PACKET_LENGTH);
    private final int[] heads = new int[BUCKETS];
    private final int[] next = new int[MAX_CHAINS + 1];
    private final int[] flows = new int[MAX_CHAINS + 1];
    private final byte[][] chains = new byte[MAX_CHAINS + 1][];
    private int reached;
    private int firstFree = NONE;
    private long withoutRoom;

    /// Flows whose chain was not kept for want of room.
    long withoutRoom() {
        return withoutRoom;
    }

    /// Whether the frame has an IP header around that of its flow.
    static boolean isInTunnel(Frame frame) {
        for (int i = 0; i < frame.layerCount; i++) {
            Layer layer = frame.layer(i);
            if (layer == Layer.IPV4 || layer == Layer.IPV6) {
                return frame.layerOffset(i) != frame.networkOffset;
            }
        }
        return false;
    }

    /// The number of the frame's chain, for one more flow; [#NONE] if it has none.
    int take(Frame frame) {
        return isInTunnel(frame) ? take(read(frame)) : NONE;
    }

    /// The number of the chain that a state gave, for one more flow.
    int take(byte[] chain) {
        return chain.length == 0 ? NONE : take(chain.length, chain);
    }

    private int take(int length) {
        return take(length, scratch.array());
    }

    private int take(int length, byte[] chain) {
        int bucket = bucket(chain, length);
        for (int each = heads[bucket]; each != NONE; each = next[each]) {
            if (Arrays.equals(chains[each], 0, chains[each].length, chain, 0, length)) {
                flows[each]++;
                return each;
            }
        }
        int number = firstFree;
        if (number != NONE) {
            firstFree = next[number];
        } else if (reached < MAX_CHAINS) {
            number = ++reached;
        } else {
            withoutRoom++;
            return NONE;
        }
        chains[number] = Arrays.copyOf(chain, length);
        flows[number] = 1;
        next[number] = heads[bucket];
        heads[bucket] = number;
        return number;
    }

    private static int bucket(byte[] chain, int length) {
        int hash = 1;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + chain[i];
        }
        return (hash ^ hash >>> 16) & BUCKETS - 1;
    }

    /// A flow of this chain is over.
    void giveBack(int number) {
        if (number == NONE || --flows[number] > 0) {
            return;
        }
        int bucket = bucket(chains[number], chains[number].length);
        if (heads[bucket] == number) {
            heads[bucket] = next[number];
        } else {
            int before = heads[bucket];
            while (next[before] != number) {
                before = next[before];
            }
            next[before] = next[number];
        }
        chains[number] = null;
        next[number] = firstFree;
        firstFree = number;
    }

    /// Whether the frame came through packets between other endpoints than this chain, whichever of
    /// them sent it. Identifiers do not count: a GTP tunnel has one in each direction.
    boolean isOther(int number, Frame frame) {
        boolean tunnelled = isInTunnel(frame);
        if (number == NONE || !tunnelled) {
            return tunnelled != (number != NONE);
        }
        int length = read(frame);
        byte[] chain = chains[number];
        if (chain.length != length) {
            return true;
        }
        boolean same = true;
        boolean reverse = true;
        for (int at = 0; at < length; at += PACKET_LENGTH) {
            same &= isBetween(chain, at, 0);
            reverse &= isBetween(chain, at, 1);
        }
        return !same && !reverse;
    }

    /// Whether a packet of the chain in the scratch buffer has type and ends of one of another
    /// chain; `turned` 1 if the ends are the other way round.
    private boolean isBetween(byte[] chain, int at, int turned) {
        byte[] ours = scratch.array();
        int source = ADDRESSES + turned * ADDRESS_LENGTH;
        int destination = ADDRESSES + (1 - turned) * ADDRESS_LENGTH;
        int sourcePort = PORTS + turned * Short.BYTES;
        int destinationPort = PORTS + (1 - turned) * Short.BYTES;
        return isEqual(chain, at, ours, at, PORTS)
                && isEqual(chain, at + PORTS, ours, at + sourcePort, Short.BYTES)
                && isEqual(chain, at + PORTS + Short.BYTES, ours, at + destinationPort, Short.BYTES)
                && isEqual(chain, at + ADDRESSES, ours, at + source, ADDRESS_LENGTH)
                && isEqual(
                        chain,
                        at + ADDRESSES + ADDRESS_LENGTH,
                        ours,
                        at + destination,
                        ADDRESS_LENGTH);
    }

    private static boolean isEqual(byte[] a, int atA, byte[] b, int atB, int length) {
        return Arrays.equals(a, atA, atA + length, b, atB, atB + length);
    }

    // ---- From frames ----

    /// Fills the scratch buffer and returns how long the chain is.
    private int read(Frame frame) {
        scratch.clear();
        int layers = frame.ownLayerCount();
        for (int i = 0; i < layers; i++) {
            Layer layer = frame.layer(i);
            if (frame.layerOffset(i) == frame.networkOffset) {
                break;
            }
            if (layer == Layer.IPV4 || layer == Layer.IPV6) {
                readPacket(frame, i);
            }
        }
        return scratch.position();
    }

    private void readPacket(Frame frame, int index) {
        boolean four = frame.layer(index) == Layer.IPV4;
        int behind = index + 1;
        int ports = 0;
        while (behind < frame.layerCount - 1 && isPassedOver(frame.layer(behind))) {
            if (frame.layer(behind) == Layer.UDP) {
                ports = NetworkOrder.i32(frame.bytes, at(frame, behind));
            }
            behind++;
        }
        Layer type = frame.layer(Math.min(behind, frame.layerCount - 1));
        scratch.put((byte) (four ? 4 : 6)).put((byte) type.ordinal()).putInt(ports);
        scratch.putLong(identifier(frame, type, behind));
        long at = at(frame, index);
        if (four) {
            scratch.putLong(0).putLong(Integer.toUnsignedLong(i32(frame, at + 12)));
            scratch.putLong(0).putLong(Integer.toUnsignedLong(i32(frame, at + 16)));
        } else {
            for (int word = 0; word < 4; word++) {
                scratch.putLong(NetworkOrder.i64(frame.bytes, at + 8 + Long.BYTES * word));
            }
        }
    }

    private static boolean isPassedOver(Layer layer) {
        return switch (layer) {
            case UDP, IPV6_HOP_BY_HOP, IPV6_ROUTING, IPV6_FRAGMENT, IPV6_DESTINATION -> true;
            default -> false;
        };
    }

    private static long at(Frame frame, int index) {
        return frame.start + frame.layerOffset(index);
    }

    private static int i32(Frame frame, long at) {
        return NetworkOrder.i32(frame.bytes, at);
    }

    /// The decoder has read these headers: their bytes are there.
    private static long identifier(Frame frame, Layer type, int index) {
        long at = at(frame, index);
        return switch (type) {
            // RFC 7348 section 5, RFC 8926 section 3.4: 24 bits after 32.
            case VXLAN, GENEVE -> i32(frame, at + 4) >>> 8;
            // 3GPP TS 29.281 section 5.1.
            case GTP -> Integer.toUnsignedLong(i32(frame, at + 4));
            case GRE -> greKey(frame, at);
            default -> -1;
        };
    }

    /// RFC 2890 section 2: behind the checksum, if there is one.
    private static long greKey(Frame frame, long at) {
        int flags = NetworkOrder.u16(frame.bytes, at);
        if ((flags & 0x2000) == 0) {
            return -1;
        }
        long key = at + ((flags & 0x8000) == 0 ? 4 : 8);
        return key + Integer.BYTES > frame.start + frame.lengthCaptured
                ? -1
                : Integer.toUnsignedLong(i32(frame, key));
    }

    // ---- For records and states ----

    /// As bytes; empty for [#NONE].
    byte[] chain(int number) {
        return number == NONE ? new byte[0] : chains[number];
    }

    /// Whether these bytes are a chain.
    static boolean isChain(byte[] bytes) {
        if (bytes.length % PACKET_LENGTH != 0) {
            return false;
        }
        for (int at = 0; at < bytes.length; at += PACKET_LENGTH) {
            if (bytes[at] != 4 && bytes[at] != 6 || (bytes[at + 1] & 0xff) >= LAYERS.length) {
                return false;
            }
        }
        return true;
    }

    List<Tunnel> tunnels(int number) {
        if (number == NONE) {
            return List.of();
        }
        var tunnels = new ArrayList<Tunnel>();
        var in = ByteBuffer.wrap(chains[number]);
        while (in.hasRemaining()) {
            int version = in.get();
            String type = LAYERS[in.get()].name().toLowerCase(Locale.ROOT);
            in.getInt();
            long identifier = in.getLong();
            String source = IpAddress.format(version, in.getLong(), in.getLong());
            String destination = IpAddress.format(version, in.getLong(), in.getLong());
            tunnels.add(new Tunnel(type, source, destination, identifier));
        }
        return tunnels;
    }
}
