package headgate.console;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;

/// Standard output, which may come to an end before the command does: [PrintWriter] does not tell.
///
/// Every byte for it goes through [#OWN]. Where the reader has left (`| head`), the command is
/// interrupted, and ends quietly; any other failure, a full disk for one, is kept for the end.
final class StandardOutput extends OutputStream {
    /// That of this process.
    static final StandardOutput OWN = new StandardOutput(new FileOutputStream(FileDescriptor.out));

    private final OutputStream out;
    private IOException failure;

    StandardOutput(OutputStream out) {
        this.out = out;
    }

    PrintWriter writer(Charset charset) {
        return new PrintWriter(new BufferedWriter(new OutputStreamWriter(this, charset)), true);
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (failure != null) {
            return;
        }
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            if (readerLeft()) {
                Interruption.raise();
            }
        }
    }

    /// Whether nobody reads on.
    boolean readerLeft() {
        return failure != null && "Broken pipe".equals(failure.getMessage());
    }

    /// Why not all of it could be written; null if it was, or if nobody wanted the rest.
    String failure() {
        return failure == null || readerLeft() ? null : failure.getMessage();
    }
}
