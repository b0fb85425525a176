package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;

/// Reads one kind of document.
public interface Syntax {
    /// Takes what is read.
    interface Sink {
        /// @param place where it stands: `line 7`, `offset 4711`
        /// @param element with the keys of `ip -j`
        void add(String place, ObjectNode element) throws SnapshotException;
    }

    /// Reads the document to its end. Memory does not grow with it.
    ///
    /// @param name of the document, for messages
    /// @throws SnapshotException if it is broken in a way that leaves the rest without meaning
    void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException;
}
