package headgate.flow.app;

/// The algorithms that one side of an SSH connection can speak, RFC 4253 section 7.1: name-lists as
/// they travel, most wanted first, joined by commas, one character a byte.
record SshKexInit(
        String keyExchange,
        String hostKey,
        String encryptionToServer,
        String encryptionToClient,
        String macToServer,
        String macToClient,
        String compressionToServer,
        String compressionToClient) {
    /// SSH_MSG_KEXINIT.
    static final int MESSAGE_NUMBER = 20;

    private static final int COOKIE_LENGTH = 16;

    /// Reads what follows the message number. Null if a list does not fit.
    static SshKexInit read(WireReader message) {
        message.skip(COOKIE_LENGTH);
        var kexInit =
                new SshKexInit(
                        nameList(message),
                        nameList(message),
                        nameList(message),
                        nameList(message),
                        nameList(message),
                        nameList(message),
                        nameList(message),
                        nameList(message));
        return message.overrun() ? null : kexInit;
    }

    /// HASSH: a name for the client's software. Source: the description of the method by its
    /// authors (Salesforce, `hassh`).
    String hassh() {
        return HexDigest.md5(hasshAlgorithms());
    }

    String hasshAlgorithms() {
        return String.join(";", keyExchange, encryptionToServer, macToServer, compressionToServer);
    }

    /// HASSHServer: the same for the server's.
    String hasshServer() {
        return HexDigest.md5(hasshServerAlgorithms());
    }

    String hasshServerAlgorithms() {
        return String.join(";", keyExchange, encryptionToClient, macToClient, compressionToClient);
    }

    private static String nameList(WireReader message) {
        return message.take(Integer.toUnsignedLong(message.i32())).rest();
    }
}
