package headgate.capture;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// Two network namespaces joined by a veth pair, made and removed with `ip`.
///
/// ```
///   capture namespace                       peer namespace
///   10.77.0.1  cap0  ───────────────────  peer0  10.77.0.2
/// ```
///
/// Nobody speaks unasked: there is no IPv6, and both neighbours are known. What goes over the wire
/// is what a test sends.
final class NetworkNamespaces implements AutoCloseable {
    static final String CAPTURE_ADDRESS = "10.77.0.1";
    static final String PEER_ADDRESS = "10.77.0.2";
    static final String CAPTURE_MAC = "02:00:00:00:00:01";
    static final String PEER_MAC = "02:00:00:00:00:02";

    /// UDP ports that are open at both ends.
    static final int FIRST_PORT = 5001;

    static final int LAST_PORT = 5003;

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY = 0;
    private static final int O_RDWR = 2;
    private static final long TUNSETIFF = 0x400454caL;
    private static final short IFF_TUN_NO_PI = 0x1001;

    private static final MethodHandle OPEN =
            call(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL =
            call(
                    "ioctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SETNS =
            call("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE =
            call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final String capture;
    private final String peer;
    private final List<Process> started = new ArrayList<>();
    private final List<DatagramSocket> sinks = new ArrayList<>();

    private NetworkNamespaces(String name) {
        capture = name + "-capture";
        peer = name + "-peer";
    }

    /// Skips the test where namespaces cannot be made.
    static NetworkNamespaces open() throws Exception {
        assumeTrue(
                Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward")) && has("ip"),
                "network namespaces need root and the program `ip` (package iproute2)");
        var namespaces =
                new NetworkNamespaces(
                        "hg-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
        Runtime.getRuntime().addShutdownHook(new Thread(namespaces::remove));
        try {
            namespaces.make();
            namespaces.openSinks();
            return namespaces;
        } catch (Exception e) {
            namespaces.close();
            throw e;
        }
    }

    private void make() throws Exception {
        for (String namespace : List.of(capture, peer)) {
            run("ip", "netns", "add", namespace);
            // `ip netns exec` gives its child the namespace's own /sys, and so its own counters.
            run(
                    "ip",
                    "netns",
                    "exec",
                    namespace,
                    "sh",
                    "-c",
                    "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        }
        run(
                "ip",
                "link",
                "add",
                "cap0",
                "netns",
                capture,
                "address",
                CAPTURE_MAC,
                "type",
                "veth",
                "peer",
                "name",
                "peer0",
                "netns",
                peer,
                "address",
                PEER_MAC);
        configure(capture, "cap0", CAPTURE_ADDRESS, PEER_ADDRESS, PEER_MAC);
        configure(peer, "peer0", PEER_ADDRESS, CAPTURE_ADDRESS, CAPTURE_MAC);
    }

    /// Sockets that nobody reads take the tests' datagrams in silence: no ICMP error comes back.
    private void openSinks() throws Exception {
        for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
            int number = port;
            sinks.add(onCaptureSide(() -> new DatagramSocket(number)));
            sinks.add(onPeerSide(() -> new DatagramSocket(number)));
        }
    }

    private static void configure(
            String namespace, String device, String address, String other, String otherMac)
            throws Exception {
        run("ip", "-n", namespace, "link", "set", "lo", "up");
        run("ip", "-n", namespace, "address", "add", address + "/24", "dev", device);
        run("ip", "-n", namespace, "link", "set", device, "up");
        run("ip", "-n", namespace, "neighbour", "add", other, "lladdr", otherMac, "dev", device);
    }

    /// Runs a program in the namespace that captures, and returns what it printed.
    String inCapture(String... command) throws Exception {
        return run(within(capture, command));
    }

    String inPeer(String... command) throws Exception {
        return run(within(peer, command));
    }

    /// Starts a program that stays until this is closed.
    void startInPeer(String... command) throws IOException {
        started.add(
                new ProcessBuilder(within(peer, command))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start());
    }

    private static String[] within(String namespace, String... command) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }

    /// Frames that the capturing end of the pair took in.
    long framesIn() throws Exception {
        return counter("rx_packets");
    }

    long framesOut() throws Exception {
        return counter("tx_packets");
    }

    private long counter(String name) throws Exception {
        return Long.parseLong(inCapture("cat", "/sys/class/net/cap0/statistics/" + name).strip());
    }

    /// Runs a task on a thread of its own that has joined the capturing namespace: sockets that it
    /// opens belong there, and stay there when other threads use them.
    <T> T onCaptureSide(Callable<T> task) throws Exception {
        return within(capture, task).get(60, TimeUnit.SECONDS);
    }

    <T> T onPeerSide(Callable<T> task) throws Exception {
        return within(peer, task).get(60, TimeUnit.SECONDS);
    }

    private static <T> Joined<T> within(String namespace, Callable<T> task) {
        var result = new CompletableFuture<T>();
        Thread.ofPlatform()
                .name(namespace)
                .daemon()
                .start(() -> {
                    try {
                        joinNamespace(namespace);
                        result.complete(task.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
        return new Joined<>(result);
    }

    private record Joined<T>(CompletableFuture<T> result) {
        T get(long timeout, TimeUnit unit) throws Exception {
            try {
                return result.get(timeout, unit);
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case Exception cause -> throw cause;
                    case Error cause -> throw cause;
                    default -> throw e;
                }
            } catch (TimeoutException e) {
                throw new AssertionError("not done after " + timeout + " " + unit, e);
            }
        }
    }

    private static void joinNamespace(String namespace) throws IOException {
        try (var file = OpenFile.open("/run/netns/" + namespace, O_RDONLY)) {
            system(SETNS, file.fd(), CLONE_NEWNET);
        }
    }

    /// Makes a tun interface without packet information in the capturing namespace; it is there
    /// until this is closed.
    OpenFile openTun(String name) throws Exception {
        return onCaptureSide(() -> {
            OpenFile file = OpenFile.open("/dev/net/tun", O_RDWR);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment ifreq = arena.allocate(40, 8);
                ifreq.setString(0, name);
                ifreq.set(JAVA_SHORT, 16, IFF_TUN_NO_PI);
                system(IOCTL, file.fd(), TUNSETIFF, ifreq);
                return file;
            }
        });
    }

    /// An open file of the operating system.
    record OpenFile(int fd) implements AutoCloseable {
        static OpenFile open(String path, int flags) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                return new OpenFile(system(OPEN, arena.allocateFrom(path), flags));
            }
        }

        @Override
        public void close() throws IOException {
            system(CLOSE, fd);
        }
    }

    private static int system(MethodHandle call, Object... arguments) throws IOException {
        try {
            int returned = (int) call.invokeWithArguments(arguments);
            if (returned < 0) {
                throw new IOException("a system call failed: " + List.of(arguments));
            }
            return returned;
        } catch (RuntimeException | Error | IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call(
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
    }

    static boolean has(String program) {
        for (String directory : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    /// Runs a program to its end and returns what it printed.
    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.onExit().join().exitValue() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    @Override
    public void close() throws IOException {
        sinks.forEach(DatagramSocket::close);
        for (Process process : started) {
            process.destroy();
            process.onExit().join();
        }
        remove();
    }

    /// Also when the tests are stopped half way: namespaces outlive the process that made them.
    private void remove() {
        for (String namespace : List.of(capture, peer)) {
            if (Files.exists(Path.of("/run/netns", namespace))) {
                try {
                    run("ip", "netns", "delete", namespace);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
