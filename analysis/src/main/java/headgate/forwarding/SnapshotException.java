package headgate.forwarding;

/// A snapshot that cannot be read at all: a document is not what it says it is.
public final class SnapshotException extends Exception {
    private static final long serialVersionUID = 1;

    private final String document;
    private final int line;
    private final int column;

    /// @param line from 1; 0 if the document as a whole is meant
    /// @param column from 1; 0 if the line as a whole is meant
    public SnapshotException(String document, int line, int column, String what) {
        super(place(document, line, column) + ": " + what);
        this.document = document;
        this.line = line;
        this.column = column;
    }

    private static String place(String document, int line, int column) {
        if (line == 0) {
            return document;
        }
        return document + " line " + line + (column == 0 ? "" : " column " + column);
    }

    public String document() {
        return document;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }
}
