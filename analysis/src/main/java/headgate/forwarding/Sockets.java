package headgate.forwarding;

import headgate.packet.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// The sockets of the host, from `sockets.txt`: the tables of `/proc/net/tcp`, `udp`, `raw`,
/// `udplite` and their IPv6 counterparts, each behind a line `== /proc/net/NAME`. Built once, then
/// only read.
public final class Sockets {
    /// One socket.
    ///
    /// @param kind name of its table: `tcp`, `udp`, `raw`, `udplite`, `tcp6` …
    /// @param local 4 or 16 bytes in network order; all zero for any
    /// @param localPort port; the protocol for raw sockets
    /// @param remote likewise; all zero if it is not connected
    /// @param state as in the table: 10 listening, 7 not connected
    public record Socket(
            String kind, byte[] local, int localPort, byte[] remote, int remotePort, int state) {
        public static final int ESTABLISHED = 1;
        public static final int LISTEN = 10;

        /// The local address as text.
        public String localAddress() {
            return local.length == 4
                    ? IpAddress.formatV4(local4())
                    : IpAddress.format(
                            6, ByteBuffer.wrap(local).getLong(), ByteBuffer.wrap(local).getLong(8));
        }

        /// The local address as an unsigned 32-bit number, for IPv4.
        int local4() {
            return int32(local);
        }

        int remote4() {
            return int32(remote);
        }

        /// Whether it takes what is sent to `destination` by `source`, whatever their ports.
        boolean accepts(int destination, int source) {
            return (local4() == 0 || local4() == destination)
                    && (remote4() == 0 || remote4() == source);
        }

        boolean accepts(int destination, int source, int sourcePort) {
            return accepts(destination, source) && (remotePort == 0 || remotePort == sourcePort);
        }

        private static int int32(byte[] address) {
            return ByteBuffer.wrap(address).getInt();
        }
    }

    /// More than any host has.
    private static final int MOST = 1_000_000;

    private final List<Socket> all = new ArrayList<>();
    private final Map<String, List<Socket>> byPort = new HashMap<>();
    private final boolean known;

    private Sockets(boolean known) {
        this.known = known;
    }

    static Sockets unknown() {
        return new Sockets(false);
    }

    /// @throws SnapshotException if there are more than a million
    static Sockets read(BufferedReader reader, SnapshotReader notes)
            throws IOException, SnapshotException {
        var sockets = new Sockets(true);
        String kind = "";
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            if (line.startsWith("== /proc/net/")) {
                kind = line.substring("== /proc/net/".length()).strip();
            } else if (isSocketTable(kind) && line.contains(":") && !line.contains("local_addr")) {
                sockets.add(kind, line, number, notes);
            }
        }
        return sockets;
    }

    private static boolean isSocketTable(String kind) {
        return switch (kind) {
            case "tcp", "udp", "raw", "udplite", "tcp6", "udp6", "raw6", "udplite6" -> true;
            default -> false;
        };
    }

    private void add(String kind, String line, int number, SnapshotReader notes)
            throws SnapshotException {
        String[] words = line.strip().split("\\s+");
        try {
            String[] local = words[1].split(":");
            String[] remote = words[2].split(":");
            var socket =
                    new Socket(
                            kind,
                            address(local[0], kind),
                            Integer.parseInt(local[1], 16),
                            address(remote[0], kind),
                            Integer.parseInt(remote[1], 16),
                            Integer.parseInt(words[3], 16));
            all.add(socket);
            byPort.computeIfAbsent(kind + socket.localPort(), _ -> new ArrayList<>()).add(socket);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            notes.note("sockets.txt", "line " + number, "is not a socket");
        }
        if (all.size() > MOST) {
            throw new SnapshotException("sockets.txt", number, 0, "more than a million sockets");
        }
    }

    /// Words of 32 bits, each printed as a number of the machine, which is little-endian.
    private static byte[] address(String text, String kind) {
        byte[] bytes = HexFormat.of().parseHex(text);
        if (bytes.length != (kind.endsWith("6") ? 16 : 4)) {
            throw new IllegalArgumentException(text);
        }
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = bytes[i & ~3 | 3 - (i & 3)];
        }
        return address;
    }

    /// Those of a table that have this local port; for raw sockets, this protocol.
    List<Socket> boundTo(String kind, int port) {
        return byPort.getOrDefault(kind + port, List.of());
    }

    /// The IPv4 socket that a packet is for: the most specific one; null if there is none.
    Socket find(String kind, int destination, int port, int source, int sourcePort) {
        Socket best = null;
        int bestScore = -1;
        for (Socket socket : boundTo(kind, port)) {
            int score = (socket.local4() != 0 ? 1 : 0) + (socket.remotePort() != 0 ? 2 : 0);
            if (socket.accepts(destination, source, sourcePort) && score > bestScore) {
                best = socket;
                bestScore = score;
            }
        }
        return best;
    }

    /// Whether an IPv6 socket that is bound to no address has the port: it takes IPv4 packets too,
    /// unless it was told not to, which the tables do not say.
    boolean isDualStackPossible(String kind, int port) {
        for (Socket socket : boundTo(kind, port)) {
            if (Arrays.equals(socket.local(), new byte[16])) {
                return true;
            }
        }
        return false;
    }

    /// Whether the snapshot says which sockets there are.
    public boolean isKnown() {
        return known;
    }

    /// All of them, in the order of the tables.
    public List<Socket> all() {
        return all;
    }
}
