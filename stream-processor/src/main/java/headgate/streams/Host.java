package headgate.streams;

import headgate.forwarding.HostDocuments;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.SnapshotException;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.UnreadableValueException;
import headgate.softnet.HostProfile;
import headgate.softnet.SoftnetProfile;
import java.util.List;

/// An agent's host as one of its snapshots has it, read once for all engines of the process.
/// Compared by identity.
final class Host {
    /// Under which name path statistics file the host as it is.
    static final String AS_IT_IS = "host";

    private final HostDocuments documents;
    private final HostSnapshot snapshot;

    private Host(HostDocuments documents, HostSnapshot snapshot) {
        this.documents = documents;
        this.snapshot = snapshot;
    }

    /// @throws UnreadableValueException when the value is no snapshot, or one of its documents is
    ///   broken
    static Host read(byte[] value) {
        HostDocuments documents = HostSnapshotCodec.read(value);
        try {
            return new Host(documents, documents.read());
        } catch (SnapshotException broken) {
            throw new UnreadableValueException(broken.getMessage());
        }
    }

    /// When the documents were taken; 0 if that is not known.
    long timeNanos() {
        return documents.timeNanos();
    }

    HostDocuments documents() {
        return documents;
    }

    /// What it does with packets.
    HostSnapshot snapshot() {
        return snapshot;
    }

    /// How its queue layer is set for traffic that arrives on these interfaces.
    ///
    /// @param devices empty for all that have interrupts of their own
    SoftnetProfile profile(List<String> devices) {
        return HostProfile.of(AS_IT_IS, documents.documents(), devices).profile();
    }
}
