package headgate.packet;

/// What a view found when it was placed on bytes.
public enum Check {
    OK,

    /// Fewer bytes present than the header needs.
    TRUNCATED,

    /// A length field contradicts the header's own minimum.
    BAD_LENGTH,

    /// A version field names another protocol than the layer above announced.
    BAD_VERSION,

    /// More headers, packets in packets or VLAN tags than are read of one frame:
    /// [Frame#MAX_LAYERS], [Frame#MAX_NESTING], [Frame#MAX_VLAN_TAGS]. What lies deeper is payload.
    TOO_DEEP
}
