package headgate.packet;

/// What a checksum says. The order is that of tshark's `*.checksum.status`.
public enum ChecksumStatus {
    BAD,
    GOOD,

    /// Part of the covered bytes is not in this frame: cut by the capture, or a fragment.
    UNVERIFIED,

    /// The sender computed none.
    NOT_PRESENT
}
