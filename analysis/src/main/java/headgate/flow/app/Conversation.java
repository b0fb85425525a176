package headgate.flow.app;

/// What is remembered of a conversation from one frame to the next, for applications whose messages
/// cannot be read alone.
public final class Conversation {
    /// Whether the bytes at hand come from the side that asked for the conversation, as far as is
    /// known.
    public boolean fromClient = true;

    /// Whether the server chose TLS 1.3, in which records of application data may hold anything.
    boolean isTls13;

    private QuicConnection quic;

    boolean isQuic() {
        return quic != null;
    }

    /// Whether the other side's messages cannot be read without it.
    public boolean isNeeded() {
        return quic != null;
    }

    /// At most; a round figure for those who keep many.
    public int sizeBytes() {
        return quic == null ? 64 : QuicConnection.MAX_BYTES;
    }

    /// Begun when it is first asked for.
    QuicConnection quic() {
        if (quic == null) {
            quic = new QuicConnection();
        }
        return quic;
    }
}
