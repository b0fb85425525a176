package headgate.forwarding.syntax;

import headgate.packet.IpAddress;
import java.nio.ByteBuffer;

/// One BGP route of a dump: what a router goes by when it chooses; reused from route to route.
final class MrtRoute {
    private static final int EXTENDED_LENGTH = 0x10;

    private static final int ORIGIN = 1;
    private static final int AS_PATH = 2;
    private static final int NEXT_HOP = 3;
    private static final int MULTI_EXIT_DISC = 4;
    private static final int LOCAL_PREF = 5;
    private static final int MP_REACH_NLRI = 14;

    private static final int AS_SET = 1;
    private static final int AS_SEQUENCE = 2;
    private static final int INCOMPLETE = 2;
    private static final long DEFAULT_LOCAL_PREF = 100;

    IpAddress peer;
    int peerIdentifier;

    /// Null if the route names none.
    IpAddress nextHop;

    private long localPreference;
    private int pathLength;
    private int firstAs;
    private int origin;
    private long discriminator;

    /// @throws RuntimeException of [ByteBuffer] if a length points out of the attributes
    void read(ByteBuffer attributes, boolean ipv6) {
        nextHop = null;
        localPreference = DEFAULT_LOCAL_PREF;
        pathLength = firstAs = 0;
        origin = INCOMPLETE;
        discriminator = 0;
        while (attributes.hasRemaining()) {
            int flags = attributes.get();
            int type = attributes.get() & 255;
            int length =
                    (flags & EXTENDED_LENGTH) != 0
                            ? MrtTable.u16(attributes)
                            : attributes.get() & 255;
            ByteBuffer value = attributes.slice(attributes.position(), length);
            MrtTable.skip(attributes, length);
            switch (type) {
                case ORIGIN -> origin = value.get();
                case AS_PATH -> readPath(value);
                case NEXT_HOP -> nextHop = ipv6 ? nextHop : MrtTable.address(value, false);
                case MULTI_EXIT_DISC -> discriminator = value.getInt() & 0xffff_ffffL;
                case LOCAL_PREF -> localPreference = value.getInt() & 0xffff_ffffL;
                case MP_REACH_NLRI -> readReach(value);
                default -> {}
            }
        }
    }

    /// A set counts as one AS (RFC 4271 section 9.1.2.2 a); those of confederations do not count.
    private void readPath(ByteBuffer path) {
        while (path.hasRemaining()) {
            int kind = path.get();
            int count = path.get() & 255;
            if (kind == AS_SEQUENCE && firstAs == 0 && count > 0) {
                firstAs = path.getInt(path.position());
            }
            pathLength += kind == AS_SEQUENCE ? count : kind == AS_SET ? 1 : 0;
            MrtTable.skip(path, count * 4);
        }
    }

    /// RFC 6396 writes the next hop alone; some writers put family and kind before it.
    private void readReach(ByteBuffer reach) {
        if (reach.get(0) == 0) {
            MrtTable.skip(reach, 3);
        }
        int length = reach.get() & 255;
        nextHop = MrtTable.address(reach, length != 4);
    }

    /// Whether the router itself is where the prefix comes from: its route to it is then none of
    /// BGP's.
    boolean isOwn() {
        return nextHop != null && nextHop.high() == 0 && nextHop.low() == 0;
    }

    boolean isBetterThan(MrtRoute other) {
        if (localPreference != other.localPreference) {
            return localPreference > other.localPreference;
        }
        if (pathLength != other.pathLength) {
            return pathLength < other.pathLength;
        }
        if (origin != other.origin) {
            return origin < other.origin;
        }
        if (firstAs == other.firstAs && discriminator != other.discriminator) {
            return discriminator < other.discriminator;
        }
        if (peerIdentifier != other.peerIdentifier) {
            return Integer.compareUnsigned(peerIdentifier, other.peerIdentifier) < 0;
        }
        int byHalf = Long.compareUnsigned(peer.high(), other.peer.high());
        return byHalf < 0 || byHalf == 0 && Long.compareUnsigned(peer.low(), other.peer.low()) < 0;
    }

    void set(MrtRoute other) {
        peer = other.peer;
        peerIdentifier = other.peerIdentifier;
        nextHop = other.nextHop;
        localPreference = other.localPreference;
        pathLength = other.pathLength;
        firstAs = other.firstAs;
        origin = other.origin;
        discriminator = other.discriminator;
    }
}
