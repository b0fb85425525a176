package headgate.flow.app;

import java.util.HexFormat;

/// The versions of QUIC whose Initial packets can be opened by anyone, because their secrets come
/// from a published salt and the client's first Destination Connection ID (RFC 9001 section 5.2).
enum QuicVersion {
    /// Of draft-ietf-quic-tls-23 to 28.
    DRAFT_23("c3eef712c72ebb5a11a7d2432bb46365bef9f502", "quic "),

    /// Of draft-ietf-quic-tls-29 to 32.
    DRAFT_29("afbfec289993d24c9e9786f19c6111e04390a899", "quic "),

    /// RFC 9001; drafts 33 and 34 are the same.
    V1("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic "),

    /// RFC 9369: other salt, other labels, other numbers of the packet types.
    V2("0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2 ");

    private static final int NUMBER_V1 = 1;
    private static final int NUMBER_V2 = 0x6b3343cf;
    private static final int DRAFTS = 0xff000000;

    private final byte[] initialSalt;
    private final String labelPrefix;

    QuicVersion(String initialSalt, String labelPrefix) {
        this.initialSalt = HexFormat.of().parseHex(initialSalt);
        this.labelPrefix = labelPrefix;
    }

    /// The version of this number; null for all others.
    static QuicVersion of(int number) {
        if (number == NUMBER_V1) {
            return V1;
        }
        if (number == NUMBER_V2) {
            return V2;
        }
        int draft = number - DRAFTS;
        return draft >= 23 && draft <= 28
                ? DRAFT_23
                : draft >= 29 && draft <= 32 ? DRAFT_29 : draft == 33 || draft == 34 ? V1 : null;
    }

    byte[] initialSalt() {
        return initialSalt.clone();
    }

    /// The label of a packet protection key, RFC 9001 section 5.1, RFC 9369 section 3.3.2.
    ///
    /// @param purpose `key`, `iv` or `hp`
    String label(String purpose) {
        return labelPrefix + purpose;
    }

    /// What the two type bits of a long header mean in this version.
    QuicPacketType packetType(int bits) {
        return QuicPacketType.values()[this == V2 ? bits + 3 & 3 : bits];
    }

    /// tshark's name for the two type bits, which mean something else in version 2.
    String packetTypeField() {
        return this == V2 ? "quic.long.packet_type_v2" : "quic.long.packet_type";
    }
}
