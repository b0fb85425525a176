package headgate.capture.calibration;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import headgate.capture.afpacket.Libc;
import headgate.capture.afpacket.NetDevices;
import headgate.capture.host.BoundedCommand;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntSupplier;

/// Two network namespaces joined by a veth pair, made and removed with `ip`; their names begin with
/// `headgate-` and the number of this process.
///
/// ```
///   send namespace                          receive namespace
///   192.0.2.1  hgsend  ─────────────────►  hgrecv  192.0.2.2, UDP port 9 (discard)
/// ```
///
/// Nobody speaks unasked: there is no IPv6, and the neighbours need no asking.
final class VethLink implements AutoCloseable {
    static final String SENDER_MAC = "02:00:00:00:00:01";
    static final String RECEIVER_MAC = "02:00:00:00:00:02";
    static final int PORT = 9;

    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final String PREFIX = "headgate-";
    private static final String SENDER = "hgsend";
    private static final String RECEIVER = "hgrecv";
    private static final int ETH_P_ALL = 3;
    private static final int SOCKADDR_LL_BYTES = 20;
    private static final int SOCKADDR_IN_BYTES = 16;
    private static final int RECEIVE_BUFFER_BYTES = 16 << 20;

    private final BoundedCommand command = new BoundedCommand(Duration.ofSeconds(10), 1 << 20);
    private final String send;
    private final String receive;
    private final List<Integer> sockets = new ArrayList<>();

    private VethLink(long pid) {
        send = PREFIX + pid + "-send";
        receive = PREFIX + pid + "-receive";
    }

    /// @throws IOException with what is missing
    static VethLink open() throws IOException {
        var link = new VethLink(ProcessHandle.current().pid());
        link.removeOrphans();
        try {
            link.make();
            return link;
        } catch (IOException e) {
            link.close();
            throw e;
        }
    }

    private void make() throws IOException {
        for (String namespace : List.of(send, receive)) {
            command.run("ip", "netns", "add", namespace);
            in(namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
            in(namespace, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        }
        command.run(
                "ip",
                "link",
                "add",
                SENDER,
                "netns",
                send,
                "type",
                "veth",
                "peer",
                "name",
                RECEIVER,
                "address",
                RECEIVER_MAC,
                "netns",
                receive);
        configure(send, SENDER, "192.0.2.1/24");
        configure(receive, RECEIVER, "192.0.2.2/24");
    }

    private void configure(String namespace, String device, String address) throws IOException {
        command.run("ip", "-n", namespace, "address", "add", address, "dev", device);
        command.run("ip", "-n", namespace, "link", "set", device, "arp", "off", "up");
    }

    private void in(String namespace, String... words) throws IOException {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(words));
        command.run(all.toArray(String[]::new));
    }

    /// Lets that CPU do the protocol work of what arrives.
    void steerTo(int cpu) throws IOException {
        String mask = Long.toHexString(1L << cpu);
        in(
                receive,
                "sh",
                "-c",
                "echo " + mask + " > /sys/class/net/" + RECEIVER + "/queues/rx-0/rps_cpus");
    }

    /// Holds each packet against so many rules that do not match, in place of those before.
    void setRules(int count) throws IOException {
        var rules = new StringBuilder("add table ip headgate; delete table ip headgate; ");
        if (count > 0) {
            rules.append("add table ip headgate; ");
            rules.append("add chain ip headgate in { type filter hook input priority 0; }; ");
        }
        for (int i = 0; i < count; i++) {
            rules.append("add rule ip headgate in udp dport ").append(10_000 + i).append(" drop; ");
        }
        in(receive, "nft", rules.toString());
    }

    /// A packet socket that sends, or negative errno.
    int senderSocket() throws IOException {
        return socketIn(
                send,
                () ->
                        bindPacketSocket(
                                Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0),
                                SENDER,
                                0));
    }

    /// A packet socket that sees all that arrives, with its time stamp.
    int tapSocket() throws IOException {
        return stamped(packetSocket(ETH_P_ALL));
    }

    /// A packet socket that sees what arrives with this EtherType.
    int packetSocket(int etherType) throws IOException {
        return socketIn(
                receive,
                () ->
                        bindPacketSocket(
                                Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0),
                                RECEIVER,
                                etherType));
    }

    /// The socket that the frames are for, with their time stamps.
    int receiverSocket() throws IOException {
        int socket =
                socketIn(
                        receive,
                        () ->
                                bindUdpSocket(
                                        Libc.socket(
                                                Libc.AF_INET,
                                                Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC,
                                                0)));
        return stamped(socket);
    }

    void close(int socket) {
        sockets.remove((Integer) socket);
        Libc.close(socket);
    }

    private static int bindPacketSocket(int socket, String device, int etherType) {
        if (socket < 0) {
            return socket;
        }
        try (Arena arena = Arena.ofConfined();
                NetDevices devices = NetDevices.open()) {
            MemorySegment address = arena.allocate(SOCKADDR_LL_BYTES, 4);
            address.set(JAVA_SHORT, 0, (short) Libc.AF_PACKET);
            address.set(JAVA_SHORT, 2, Short.reverseBytes((short) etherType));
            address.set(JAVA_INT, 4, devices.index(device));
            return bound(socket, address);
        }
    }

    private static int bindUdpSocket(int socket) {
        if (socket < 0) {
            return socket;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_IN_BYTES, 4);
            address.set(JAVA_SHORT, 0, (short) Libc.AF_INET);
            address.set(JAVA_SHORT, 2, Short.reverseBytes((short) PORT));
            return bound(socket, address);
        }
    }

    private static int bound(int socket, MemorySegment address) {
        int returned = Libc.bind(socket, address);
        if (returned < 0) {
            Libc.close(socket);
            return returned;
        }
        return socket;
    }

    private static int stamped(int socket) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int stamps =
                    Libc.setsockopt(
                            socket,
                            Libc.SOL_SOCKET,
                            Libc.SO_TIMESTAMPNS,
                            arena.allocateFrom(JAVA_INT, 1));
            int buffer =
                    Libc.setsockopt(
                            socket,
                            Libc.SOL_SOCKET,
                            Libc.SO_RCVBUFFORCE,
                            arena.allocateFrom(JAVA_INT, RECEIVE_BUFFER_BYTES));
            if (stamps < 0 || buffer < 0) {
                throw new IOException("socket options: " + Libc.strerror(Math.min(stamps, buffer)));
            }
            return socket;
        }
    }

    /// A socket stays in the namespace that its thread was in when it was made.
    private int socketIn(String namespace, IntSupplier opening) throws IOException {
        var opened = new CompletableFuture<Integer>();
        Thread.ofPlatform()
                .start(() -> {
                    int file = Libc.open(NAMESPACES.resolve(namespace).toString());
                    int moved = file < 0 ? file : Libc.setns(file, Libc.CLONE_NEWNET);
                    opened.complete(moved < 0 ? moved : opening.getAsInt());
                    if (file >= 0) {
                        Libc.close(file);
                    }
                });
        try {
            int socket = opened.join();
            if (socket < 0) {
                throw new IOException("socket in " + namespace + ": " + Libc.strerror(socket));
            }
            sockets.add(socket);
            return socket;
        } catch (CompletionException e) {
            throw new IOException(e.getCause());
        }
    }

    @Override
    public void close() throws IOException {
        sockets.forEach(Libc::close);
        sockets.clear();
        for (String namespace : List.of(send, receive)) {
            if (Files.exists(NAMESPACES.resolve(namespace))) {
                command.run("ip", "netns", "delete", namespace);
            }
        }
    }

    /// What processes that were killed left behind.
    private void removeOrphans() throws IOException {
        if (!Files.isDirectory(NAMESPACES)) {
            return;
        }
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(NAMESPACES, PREFIX + "*-{send,receive}")) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                String pid = name.substring(PREFIX.length(), name.lastIndexOf('-'));
                if (pid.matches("\\d{1,10}") && !isAlive(Long.parseLong(pid))) {
                    command.run("ip", "netns", "delete", name);
                }
            }
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).isPresent();
    }
}
