package headgate.flow.app;

import java.util.HexFormat;

/// The versions of QUIC whose Initial packets can be opened by anyone, because their secrets come
/// from a published salt and the client's first Destination Connection ID (RFC 9001 section 5.2).
enum QuicVersion {
    /// Of draft-ietf-quic-tls-22, and of Facebook's first version.
    DRAFT_22("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a", "quic "),

    /// Of draft-ietf-quic-tls-23 to 28, and of Facebook's later versions.
    DRAFT_23("c3eef712c72ebb5a11a7d2432bb46365bef9f502", "quic "),

    /// Google's three versions with the headers of the drafts, each with a salt of its own.
    Q050("504574efd066fe2f9d945cfcdbd3a7f0d3b56b45", "quic "),
    T050("7ff579e5acd072915580304c43a2367c60488310", "quic "),
    T051("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d", "quic "),

    /// Of draft-ietf-quic-tls-29 to 32. Who offers a reserved version, to see it refused, was seen
    /// to protect its packets so too; RFC 9000 section 15 does not say how.
    DRAFT_29("afbfec289993d24c9e9786f19c6111e04390a899", "quic "),

    /// RFC 9001; drafts 33 and 34 are the same.
    V1("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic "),

    /// RFC 9369: other salt, other labels, other numbers of the packet types.
    V2("0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2 ");

    /// RFC 9000 section 15: of the form 0x?a?a?a?a.
    private static final int RESERVED = 0x0a0a0a0a;

    private static final int RESERVED_MASK = 0x0f0f0f0f;
    private static final int DRAFTS = 0xff000000;

    private final byte[] initialSalt;
    private final String labelPrefix;

    QuicVersion(String initialSalt, String labelPrefix) {
        this.initialSalt = HexFormat.of().parseHex(initialSalt);
        this.labelPrefix = labelPrefix;
    }

    /// The version of this number; null for all others.
    static QuicVersion of(int number) {
        return switch (number) {
            case 1 -> V1;
            case 0x6b3343cf -> V2;
            case 0xfaceb001 -> DRAFT_22;
            case 0xfaceb002, 0xfaceb00e -> DRAFT_23;
            case 0x51303530 -> Q050;
            case 0x54303530 -> T050;
            case 0x54303531 -> T051;
            default -> (number & RESERVED_MASK) == RESERVED ? DRAFT_29 : ofDraft(number - DRAFTS);
        };
    }

    private static QuicVersion ofDraft(int draft) {
        if (draft < 22 || draft > 34) {
            return null;
        }
        return draft == 22 ? DRAFT_22 : draft <= 28 ? DRAFT_23 : draft <= 32 ? DRAFT_29 : V1;
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
