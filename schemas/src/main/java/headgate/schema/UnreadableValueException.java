package headgate.schema;

/// A record's value that does not hold what its topic promises. The message says what was expected
/// and what was found, so that it can stand in a dead letter as it is.
public final class UnreadableValueException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UnreadableValueException(String message) {
        super(message);
    }
}
