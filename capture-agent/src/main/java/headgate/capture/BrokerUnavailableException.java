package headgate.capture;

/// The broker could not be reached in the time that was given, or refused. The message says which
/// and why.
public final class BrokerUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    public BrokerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
