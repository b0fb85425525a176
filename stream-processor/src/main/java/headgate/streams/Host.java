package headgate.streams;

import headgate.forwarding.HostDocuments;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.SnapshotException;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.UnreadableValueException;
import headgate.softnet.HostProfile;
import headgate.softnet.SoftnetProfile;

/// An agent's host as its latest snapshot has it, read once for all engines of the process.
///
/// @param snapshot what it does with packets
/// @param profile how its queue layer is set, as far as the snapshot tells; the rest is that of
///   [SoftnetProfile#LINUX_6]
record Host(HostSnapshot snapshot, SoftnetProfile profile) {
    /// Under which name path statistics file the host as it is.
    static final String AS_IT_IS = "host";

    /// @throws UnreadableValueException when the value is no snapshot, or one of its documents is
    ///   broken
    static Host read(byte[] value) {
        HostDocuments documents = HostSnapshotCodec.read(value);
        try {
            SoftnetProfile profile =
                    HostProfile.of(AS_IT_IS, documents.documents(), null).profile();
            return new Host(documents.read(), profile);
        } catch (SnapshotException broken) {
            throw new UnreadableValueException(broken.getMessage());
        }
    }
}
