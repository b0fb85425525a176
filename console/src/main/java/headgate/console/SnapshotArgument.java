package headgate.console;

import headgate.forwarding.HostSnapshot;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// A host snapshot as the command line names it: directories and files.
///
/// @param sources at least one
record SnapshotArgument(List<Path> sources) {
    /// Reads it, and says what of it is not known.
    ///
    /// @throws CommandFailure if it cannot be read
    HostSnapshot read(PrintWriter err) throws IOException {
        return explained(() -> HostSnapshot.read(sources), err);
    }

    /// Reads `base` with what this names changed.
    ///
    /// @throws CommandFailure if it cannot be read
    HostSnapshot readOver(SnapshotArgument base, PrintWriter err) throws IOException {
        return explained(() -> HostSnapshot.readChanged(base.sources, sources), err);
    }

    /// The text of one of its documents; empty if there is none.
    ///
    /// @throws CommandFailure if it cannot be read
    String text(String document) throws IOException {
        try {
            return HostSnapshot.text(sources, document);
        } catch (SnapshotException e) {
            throw new CommandFailure(
                    ExitCode.INPUT, this + ": " + TextTable.escape(e.getMessage()));
        }
    }

    private interface Reading {
        HostSnapshot read() throws IOException, SnapshotException;
    }

    private HostSnapshot explained(Reading reading, PrintWriter err) throws IOException {
        HostSnapshot host = read(reading);
        if (host.devices().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.INPUT,
                    this + " is no snapshot: it has neither links nor addresses (ip addr)");
        }
        if (host.unmodelledCount() > 0) {
            err.printf(
                    "headgate: %d things in the snapshot are not known; answers that depend on them"
                            + " are incomplete. The first: %s%n",
                    host.unmodelledCount(),
                    TextTable.escape(host.unmodelled().getFirst().toString()));
            err.flush();
        }
        return host;
    }

    private HostSnapshot read(Reading reading) throws IOException {
        try {
            return reading.read();
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.INPUT, "no file or directory " + e.getFile());
        } catch (SnapshotException e) {
            throw new CommandFailure(
                    ExitCode.INPUT, this + ": " + TextTable.escape(e.getMessage()));
        }
    }

    @Override
    public String toString() {
        return String.join(" ", sources.stream().map(Path::toString).toList());
    }
}
