package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import headgate.packet.IpAddress;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/// MRT routing tables, `TABLE_DUMP_V2` (RFC 6396 section 4.3, RFC 8050), as route collectors and
/// BGP routers write them. Of each prefix the route counts that BGP would choose (RFC 4271 section
/// 9.1.2.2) as far as a dump tells: local preference, length of the AS path, origin, discriminator
/// among routes of one neighbouring AS, lowest identifier, lowest address.
///
/// Routes name gateways, not devices: which way a gateway is, other documents say.
final class MrtTable implements Syntax {
    static final int TABLE_DUMP_V2 = 13;

    /// More than 65,535 peers' routes with ordinary attributes.
    private static final int LARGEST_RECORD = 16 << 20;

    private static final int HEADER = 12;
    private static final int PEER_INDEX_TABLE = 1;

    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        new Reading(name, new DataInputStream(in), sink).read();
    }

    /// @param identifier BGP identifier, unsigned
    private record Peer(int identifier, IpAddress address) {}

    private static final class Reading {
        private final String name;
        private final DataInputStream in;
        private final Sink sink;
        private final MrtRoute route = new MrtRoute();
        private final MrtRoute best = new MrtRoute();
        private Peer[] peers = {};
        private boolean begun4;
        private boolean begun6;
        private long offset;

        Reading(String name, DataInputStream in, Sink sink) {
            this.name = name;
            this.in = in;
            this.sink = sink;
        }

        void read() throws IOException, SnapshotException {
            byte[] header = in.readNBytes(HEADER);
            while (header.length > 0) {
                if (header.length < HEADER) {
                    throw broken("ends inside the header of a record");
                }
                readRecord(ByteBuffer.wrap(header));
                header = in.readNBytes(HEADER);
            }
        }

        private void readRecord(ByteBuffer header) throws IOException, SnapshotException {
            int type = u16(header.position(4));
            int subtype = u16(header);
            long length = header.getInt() & 0xffff_ffffL;
            if (type != TABLE_DUMP_V2) {
                throw broken("a record of type " + type + "; only tables are read (13)");
            }
            if (length > LARGEST_RECORD) {
                throw broken("a record says that it has " + length + " bytes");
            }
            byte[] body = in.readNBytes((int) length);
            if (body.length < length) {
                throw broken("a record ends after " + body.length + " of " + length + " bytes");
            }
            try {
                readBody(subtype, ByteBuffer.wrap(body));
            } catch (BufferUnderflowException
                    | IndexOutOfBoundsException
                    | IllegalArgumentException e) {
                throw broken("a length inside the record points out of it");
            }
            offset += HEADER + length;
        }

        private SnapshotException broken(String what) {
            return new SnapshotException(name, 0, 0, "at offset " + offset + ": " + what);
        }

        private void readBody(int subtype, ByteBuffer body) throws SnapshotException {
            switch (subtype) {
                case PEER_INDEX_TABLE -> readPeers(body);
                case 2 -> readRib(body.getInt(), body, false, false);
                case 4 -> readRib(body.getInt(), body, true, false);
                case 8 -> readRib(body.getInt(), body, false, true);
                case 10 -> readRib(body.getInt(), body, true, true);
                case 6 -> readGeneric(body.getInt(), body, false);
                case 12 -> readGeneric(body.getInt(), body, true);
                // Multicast tables, and where the peers are on Earth.
                case 3, 5, 7, 9, 11 -> {}
                default -> throw broken("a record of unknown kind " + subtype);
            }
        }

        private void readPeers(ByteBuffer body) {
            body.getInt();
            skip(body, u16(body));
            peers = new Peer[u16(body)];
            for (int i = 0; i < peers.length; i++) {
                int flags = body.get();
                int identifier = body.getInt();
                boolean ipv6 = (flags & 1) != 0;
                peers[i] = new Peer(identifier, address(body, ipv6));
                skip(body, (flags & 2) != 0 ? 4 : 2);
            }
        }

        private void readGeneric(int sequence, ByteBuffer body, boolean pathIds)
                throws SnapshotException {
            int family = u16(body);
            boolean unicast = body.get() == 1;
            if (unicast && (family == 1 || family == 2)) {
                readRib(sequence, body, family == 2, pathIds);
            }
        }

        private void readRib(int sequence, ByteBuffer body, boolean ipv6, boolean pathIds)
                throws SnapshotException {
            if (sequence == 0 && (ipv6 ? begun6 : begun4)) {
                throw broken("a second table begins; give one");
            }
            begun4 |= !ipv6;
            begun6 |= ipv6;
            int length = body.get() & 255;
            if (length > (ipv6 ? 128 : 32)) {
                throw broken("a prefix of " + length + " bits");
            }
            byte[] prefix = new byte[ipv6 ? 16 : 4];
            body.get(prefix, 0, (length + 7) / 8);
            String destination = address(ByteBuffer.wrap(prefix), ipv6) + "/" + length;
            boolean any = false;
            for (int entries = u16(body); entries > 0; entries--) {
                int peer = u16(body);
                if (peer >= peers.length) {
                    throw broken("a route of peer " + peer + " of " + peers.length);
                }
                skip(body, pathIds ? 8 : 4);
                int attributes = u16(body);
                route.read(body.slice(body.position(), attributes), ipv6);
                skip(body, attributes);
                route.peerIdentifier = peers[peer].identifier();
                route.peer = peers[peer].address();
                if (!route.isOwn() && (!any || route.isBetterThan(best))) {
                    best.set(route);
                    any = true;
                }
            }
            if (any) {
                sink.add("offset " + offset, element(destination));
            }
        }

        private ObjectNode element(String destination) {
            ObjectNode element = RouteElement.of(destination, "main").put("protocol", "bgp");
            return best.nextHop == null ? element : element.put("gateway", best.nextHop.toString());
        }
    }

    static IpAddress address(ByteBuffer bytes, boolean ipv6) {
        return ipv6
                ? new IpAddress(6, bytes.getLong(), bytes.getLong())
                : IpAddress.v4(bytes.getInt());
    }

    static int u16(ByteBuffer bytes) {
        return Short.toUnsignedInt(bytes.getShort());
    }

    static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }
}
