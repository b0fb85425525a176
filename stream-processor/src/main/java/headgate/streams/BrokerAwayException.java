package headgate.streams;

/// No broker could be used, and it was time to give up. The message says which, why, and for how
/// long it was tried.
public final class BrokerAwayException extends Exception {
    private static final long serialVersionUID = 1;

    BrokerAwayException(String message, Throwable cause) {
        super(message, cause);
    }
}
