package headgate.packet;

/// What a view found when it was placed on bytes.
public enum Check {
    OK,

    /// Fewer bytes present than the header needs.
    TRUNCATED,

    /// A length field contradicts the header's own minimum.
    BAD_LENGTH,

    /// A version field names another protocol than the layer above announced.
    BAD_VERSION
}
