package headgate.console;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/// A real Kafka broker in this process: one KRaft node that is broker and controller, on loopback
/// only, with its data on disk.
///
/// A directory keeps cluster, topics and port: started again on it, even after a kill, the broker
/// has what it acknowledged and, where the port is still free, its old address. Topics are never
/// created by mere use, as on most clusters: who writes creates what is missing.
///
/// [KafkaProcess] runs the same broker as a child process. A fault that Kafka calls fatal ends the
/// process that the broker is in; where that must not be this one, use the child.
public final class EmbeddedKafka implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String READY = "READY ";

    /// Between the choice of a free port and its use another process may take it.
    private static final int BIND_ATTEMPTS = 3;

    private static final long FORCED_EXIT_MILLIS = 15_000;

    /// Directories of brokers in this process. Opening and closing a lock file that this process
    /// has locked would free it (POSIX), so a second start must not even open it.
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

    private final KafkaRaftServer server;
    private final String bootstrap;
    private final Path directory;
    private final FileChannel lock;

    private EmbeddedKafka(
            KafkaRaftServer server, String bootstrap, Path directory, FileChannel lock) {
        this.server = server;
        this.bootstrap = bootstrap;
        this.directory = directory;
        this.lock = lock;
    }

    /// Starts a broker whose data is in `directory`, on its former port or else any free one.
    ///
    /// @throws IOException when the directory cannot be used, or another broker uses it
    public static EmbeddedKafka start(Path directory) throws IOException {
        return start(directory, Map.of());
    }

    /// Starts a broker with further broker settings, which win over those of this class.
    public static EmbeddedKafka start(Path directory, Map<String, String> settings)
            throws IOException {
        Path home = Files.createDirectories(directory).toRealPath();
        FileChannel lock = lock(home);
        try {
            for (int attempt = 1; ; attempt++) {
                Node node = Node.of(home);
                try {
                    return new EmbeddedKafka(node.start(settings), node.bootstrap(), home, lock);
                } catch (RuntimeException refused) {
                    if (attempt == BIND_ATTEMPTS || node.hadItsPorts()) {
                        throw new IOException(
                                "no broker on " + directory + ": " + rootOf(refused).getMessage(),
                                refused);
                    }
                }
            }
        } catch (IOException unusable) {
            unlock(home, lock);
            throw unusable;
        }
    }

    /// Where clients connect: `127.0.0.1:PORT`.
    public String bootstrap() {
        return bootstrap;
    }

    /// Stops the broker in an orderly way; what it acknowledged stays on disk.
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        try {
            unlock(directory, lock);
        } catch (IOException unlockable) {
            throw new UncheckedIOException(unlockable);
        }
    }

    /// Runs a broker on the directory that the only argument names, until standard input ends, so
    /// that it never outlives its parent, or until SIGTERM. Prints one line when it can be used:
    /// `READY 127.0.0.1:PORT`. Log goes to standard error.
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: EmbeddedKafka DIRECTORY");
            System.exit(ExitCode.USAGE);
        }
        PrintStream out = System.out;
        System.setOut(System.err);
        EmbeddedKafka kafka = null;
        try {
            kafka = start(Path.of(arguments[0]));
        } catch (IOException unusable) {
            System.err.println(unusable.getMessage());
            System.exit(ExitCode.BROKER);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "stop broker"));
        out.println(READY + kafka.bootstrap());
        out.flush();
        System.in.transferTo(OutputStream.nullOutputStream());
        haltUnlessStoppedSoon();
        System.exit(0);
    }

    /// The address in the line that [#main] prints; null if the line is something else.
    static String addressIn(String line) {
        return line != null && line.startsWith(READY) ? line.substring(READY.length()) : null;
    }

    /// Kafka's own lock is taken too late: by then a second broker has written to the metadata log.
    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel = null;
        if (IN_USE.add(directory)) {
            try {
                channel = FileChannel.open(directory.resolve("lock"), CREATE, WRITE);
                if (channel.tryLock() != null) {
                    return channel;
                }
                unlock(directory, channel);
            } catch (IOException unusable) {
                unlock(directory, channel);
                throw unusable;
            }
        }
        throw new IOException("no broker on " + directory + ": another one uses this directory");
    }

    private static void unlock(Path directory, FileChannel lock) throws IOException {
        try {
            if (lock != null) {
                lock.close();
            }
        } finally {
            IN_USE.remove(directory);
        }
    }

    private static void haltUnlessStoppedSoon() {
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    Time.SYSTEM.sleep(FORCED_EXIT_MILLIS);
                    Runtime.getRuntime().halt(1);
                });
    }

    private static Throwable rootOf(Throwable thrown) {
        return thrown.getCause() == null ? thrown : rootOf(thrown.getCause());
    }

    /// What a directory says of its broker.
    private record Node(Path directory, String clusterId, int port, int controllerPort) {
        private static final String FILE = "broker.properties";

        static Node of(Path directory) throws IOException {
            var known = new Properties();
            Path file = directory.resolve(FILE);
            if (Files.exists(file)) {
                try (var in = Files.newInputStream(file)) {
                    known.load(in);
                }
            }
            var node =
                    new Node(
                            directory,
                            known.getProperty("cluster.id", Uuid.randomUuid().toString()),
                            freePort(known.getProperty("port", "0")),
                            freePort(known.getProperty("controller.port", "0")));
            if (known.isEmpty()) {
                node.write();
            }
            return node;
        }

        KafkaRaftServer start(Map<String, String> settings) throws IOException {
            format();
            var config = new HashMap<>(defaults());
            config.putAll(settings);
            var server =
                    new KafkaRaftServer(
                            KafkaConfig.fromProps(asProperties(config), false), Time.SYSTEM);
            try {
                server.startup();
            } catch (RuntimeException refused) {
                server.shutdown();
                throw refused;
            }
            write();
            return server;
        }

        String bootstrap() {
            return LOOPBACK + ":" + port;
        }

        boolean hadItsPorts() {
            return port != controllerPort && isFree(port) && isFree(controllerPort);
        }

        private void write() throws IOException {
            var properties = new Properties();
            properties.setProperty("cluster.id", clusterId);
            properties.setProperty("port", Integer.toString(port));
            properties.setProperty("controller.port", Integer.toString(controllerPort));
            try (var out = Files.newOutputStream(directory.resolve(FILE))) {
                properties.store(out, null);
            }
        }

        private void format() {
            try {
                new Formatter()
                        .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                        .setSupportedFeatures(
                                List.of(Feature.PRODUCTION_FEATURES.toArray(new Feature[0])))
                        .setNodeId(1)
                        .setClusterId(clusterId)
                        .setDirectories(List.of(logDirectory()))
                        .setMetadataLogDirectory(logDirectory())
                        .setControllerListenerName("CONTROLLER")
                        .setIgnoreFormatted(true)
                        .setReleaseVersion(MetadataVersion.latestProduction())
                        .run();
            } catch (Exception refused) {
                throw new IllegalStateException(refused);
            }
        }

        private Map<String, String> defaults() {
            return Map.ofEntries(
                    Map.entry("process.roles", "broker,controller"),
                    Map.entry("node.id", "1"),
                    Map.entry("controller.quorum.voters", "1@" + LOOPBACK + ":" + controllerPort),
                    Map.entry(
                            "listeners",
                            "PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d"
                                    .formatted(LOOPBACK, port, controllerPort)),
                    Map.entry("advertised.listeners", "PLAINTEXT://" + LOOPBACK + ":" + port),
                    Map.entry(
                            "listener.security.protocol.map",
                            "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                    Map.entry("controller.listener.names", "CONTROLLER"),
                    Map.entry("inter.broker.listener.name", "PLAINTEXT"),
                    Map.entry("log.dirs", logDirectory()),
                    Map.entry("auto.create.topics.enable", "false"),
                    // There is only this one node to hold a copy.
                    Map.entry("default.replication.factor", "1"),
                    Map.entry("min.insync.replicas", "1"),
                    Map.entry("offsets.topic.replication.factor", "1"),
                    Map.entry("transaction.state.log.replication.factor", "1"),
                    Map.entry("transaction.state.log.min.isr", "1"),
                    Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                    Map.entry("share.coordinator.state.topic.min.isr", "1"),
                    Map.entry("offsets.topic.num.partitions", "4"),
                    // The transaction of a process that died hides what came after it no longer
                    // than
                    // its own time-out and this.
                    Map.entry(
                            "transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
                    Map.entry("transaction.state.log.num.partitions", "4"),
                    Map.entry("share.coordinator.state.topic.num.partitions", "2"),
                    // A busy machine must not make the broker miss its own session.
                    Map.entry("broker.heartbeat.interval.ms", "500"),
                    Map.entry("group.initial.rebalance.delay.ms", "0"),
                    Map.entry("num.network.threads", "2"),
                    Map.entry("num.io.threads", "2"),
                    Map.entry("background.threads", "2"),
                    Map.entry("log.cleaner.threads", "1"),
                    Map.entry("log.cleaner.dedupe.buffer.size", "33554432"),
                    Map.entry("log.index.size.max.bytes", "1048576"),
                    Map.entry("message.max.bytes", "8388608"));
        }

        private String logDirectory() {
            return directory.resolve("data").toString();
        }

        private static Properties asProperties(Map<String, String> config) {
            var properties = new Properties();
            properties.putAll(config);
            return properties;
        }

        private static int freePort(String wanted) throws IOException {
            int port = Integer.parseInt(wanted);
            if (port != 0 && isFree(port)) {
                return port;
            }
            try (var socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
                return socket.getLocalPort();
            }
        }

        private static boolean isFree(int port) {
            try (var socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(LOOPBACK, port));
                return true;
            } catch (IOException taken) {
                return false;
            }
        }
    }
}
