package headgate.flow.app;

/// What is remembered of a conversation from one frame to the next, for applications whose messages
/// cannot be read alone.
final class Conversation {
    /// Whether the bytes at hand come from the side that asked for the conversation, as far as is
    /// known.
    boolean fromClient = true;

    /// Whether the server chose TLS 1.3, in which records of application data may hold anything.
    boolean isTls13;

    private QuicConnection quic;

    /// Begun when it is first asked for.
    QuicConnection quic() {
        if (quic == null) {
            quic = new QuicConnection();
        }
        return quic;
    }
}
