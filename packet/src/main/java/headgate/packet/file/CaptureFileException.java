package headgate.packet.file;

import java.io.IOException;

/// A file that cannot be read as a capture at all. What goes wrong later in it is [Damage].
public final class CaptureFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String reason;

    /// @param file what the user called it
    /// @param reason what is wrong with it, for people; starts in lower case, has no full stop
    public CaptureFileException(String file, String reason) {
        super(file + ": " + reason);
        this.file = file;
        this.reason = reason;
    }

    public CaptureFileException(String file, String reason, IOException cause) {
        this(file, reason);
        initCause(cause);
    }

    public String file() {
        return file;
    }

    public String reason() {
        return reason;
    }
}
