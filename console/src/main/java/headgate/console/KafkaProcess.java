package headgate.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// An [EmbeddedKafka] in a process of its own: its heap and its pauses are not ours, and it can be
/// killed. It ends when this process does, however that happens.
public final class KafkaProcess implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(20);
    private static final int LOG_LINES_IN_MESSAGE = 5;

    private static final List<String> JVM_OPTIONS =
            List.of(
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    // It moves bytes: what the second JIT compiler would gain it costs many times
                    // over.
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private final Process process;
    private final String bootstrap;

    private KafkaProcess(Process process, String bootstrap) {
        this.process = process;
        this.bootstrap = bootstrap;
    }

    /// Starts a broker whose data and `broker.log` are in `directory`, and waits until it can be
    /// used.
    ///
    /// @param jvmOptions further options of its JVM, such as an AOT cache; they win over ours
    /// @throws IOException when it does not come up, with the end of its log
    public static KafkaProcess start(Path directory, String... jvmOptions) throws IOException {
        Files.createDirectories(directory);
        Path log = directory.resolve("broker.log");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(EmbeddedKafka.class.getName(), directory.toString()));
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        String bootstrap = awaitAddress(process);
        if (bootstrap == null) {
            process.destroyForcibly();
            throw new IOException("no broker on " + directory + ": " + endOf(log));
        }
        return new KafkaProcess(process, bootstrap);
    }

    /// Where clients connect: `127.0.0.1:PORT`.
    public String bootstrap() {
        return bootstrap;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// Ends the broker as a power cut would: no orderly stop.
    public void kill() throws IOException {
        process.destroyForcibly();
        awaitEnd();
    }

    /// Stops the broker in an orderly way, and by force if that takes too long.
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        if (!awaitEnd()) {
            kill();
        }
    }

    private boolean awaitEnd() throws IOException {
        try {
            return process.waitFor(STOPPED_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new InterruptedIOException("interrupted while a broker stopped");
        }
    }

    private static String awaitAddress(Process process) throws IOException {
        var address = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> address.complete(firstAddress(process)));
        try {
            return address.get(READY_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException _) {
            return null;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new InterruptedIOException("interrupted while a broker started");
        }
    }

    private static String firstAddress(Process process) {
        var lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return lines.lines()
                .map(EmbeddedKafka::addressIn)
                .filter(address -> address != null)
                .findFirst()
                .orElse(null);
    }

    private static String endOf(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        int from = Math.max(0, lines.size() - LOG_LINES_IN_MESSAGE);
        return String.join("; ", lines.subList(from, lines.size()));
    }
}
