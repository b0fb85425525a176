package headgate.softnet;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/// The state of a path as bytes.
final class SavedState {
    private SavedState() {}

    static byte[] of(QueueLayer path) throws IOException {
        var bytes = new ByteArrayOutputStream();
        path.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    static QueueLayer restore(byte[] bytes, RxListener listener) throws IOException {
        return QueueLayer.restore(listener, new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    /// The path that goes on from where this one is.
    static QueueLayer throughBytes(QueueLayer path, RxListener listener) {
        try {
            return restore(of(path), listener);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
