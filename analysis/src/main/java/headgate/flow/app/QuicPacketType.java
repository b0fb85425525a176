package headgate.flow.app;

/// The packets with a long header, in the order of their numbers in RFC 9000 section 17.2.
enum QuicPacketType {
    INITIAL,
    ZERO_RTT,
    HANDSHAKE,
    RETRY
}
