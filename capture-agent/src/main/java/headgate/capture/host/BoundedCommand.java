package headgate.capture.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs programs that may take neither longer nor say more than they are allowed to.
public record BoundedCommand(Duration timeLimit, int outputLimitBytes) {
    private static final int ERROR_WORDS_BYTES = 1024;

    /// What the program wrote to its standard output.
    ///
    /// @throws IOException when the program is not there, fails, or passes a limit; the message is
    ///   one line
    public String run(String... command) throws IOException {
        Process process = start(command);
        try {
            var output = read(process.getInputStream(), outputLimitBytes);
            var errors = read(process.getErrorStream(), ERROR_WORDS_BYTES);
            process.getOutputStream().close();
            byte[] bytes = output.get(timeLimit.toNanos(), TimeUnit.NANOSECONDS);
            if (bytes.length > outputLimitBytes) {
                throw new IOException("says more than " + outputLimitBytes + " bytes");
            }
            if (!process.waitFor(timeLimit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException();
            }
            if (process.exitValue() != 0) {
                throw new IOException(
                        "exit status %d: %s"
                                .formatted(
                                        process.exitValue(),
                                        firstLine(errors.get(1, TimeUnit.SECONDS))));
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (TimeoutException _) {
            throw new IOException("took longer than " + timeLimit.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(String... command) throws IOException {
        try {
            var builder = new ProcessBuilder(command);
            builder.environment().put("LC_ALL", "C");
            return builder.start();
        } catch (IOException e) {
            throw new IOException(
                    List.of(command).getFirst() + " is not installed or cannot be run", e);
        }
    }

    /// At most one byte more than the limit; that one tells that there was more. What the program
    /// writes beyond is not kept.
    private static CompletableFuture<byte[]> read(InputStream stream, int limitBytes) {
        var bytes = new CompletableFuture<byte[]>();
        Thread.ofVirtual()
                .start(() -> {
                    try (stream) {
                        bytes.complete(stream.readNBytes(limitBytes + 1));
                    } catch (IOException e) {
                        bytes.completeExceptionally(e);
                    }
                });
        return bytes;
    }

    private static String firstLine(byte[] words) {
        return new String(words, StandardCharsets.UTF_8).lines().findFirst().orElse("").strip();
    }
}
