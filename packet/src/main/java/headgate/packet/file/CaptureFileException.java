package headgate.packet.file;

import java.io.IOException;

/// A file that cannot be read as a capture at all. What goes wrong later in it is [Damage].
public final class CaptureFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String reason;
    private final boolean foreign;

    /// @param file what the user called it
    /// @param reason what is wrong with it, for people; starts in lower case, has no full stop
    public CaptureFileException(String file, String reason) {
        this(file, reason, false);
    }

    private CaptureFileException(String file, String reason, boolean foreign) {
        super(file + ": " + reason);
        this.file = file;
        this.reason = reason;
        this.foreign = foreign;
    }

    /// Of a file whose first bytes are not those of a capture.
    static CaptureFileException foreign(String file, String reason) {
        return new CaptureFileException(file, reason, true);
    }

    public CaptureFileException(String file, String reason, IOException cause) {
        this(file, reason);
        initCause(cause);
    }

    public String file() {
        return file;
    }

    /// Whether the file is something else than a capture, rather than one that cannot be read.
    public boolean isForeign() {
        return foreign;
    }

    public String reason() {
        return reason;
    }
}
