package headgate.packet;

/// Why decoding stopped, and on whose word. Built only after a [Check] failed: the cold path.
///
/// @param check what was found
/// @param layer the header that could not be read
/// @param offset where that header starts in the frame
/// @param bytesNeeded what it needs; 1 for [Check#TOO_DEEP]
/// @param bytesPresent what there was; 0 for [Check#TOO_DEEP]
/// @param limitedBy the field or capture limit that set `bytesPresent`; null for [Check#TOO_DEEP]
public record DecodeError(
        Check check, Layer layer, int offset, int bytesNeeded, int bytesPresent, Limit limitedBy) {

    /// Whose word limits the bytes of a header. The order is part of the wire format: append, never
    /// reorder.
    public enum Limit {
        /// The capture cut the frame (snaplen): on the wire there was more.
        CAPTURE_LENGTH,

        IPV4_TOTAL_LENGTH,
        IPV6_PAYLOAD_LENGTH,
        UDP_LENGTH,

        /// The frame itself was no longer on the wire.
        FRAME_LENGTH,

        /// The length field of an IEEE 802.3 frame.
        IEEE_802_3_LENGTH,

        /// The header's own length field: IHL, TCP data offset.
        HEADER_LENGTH,

        PPPOE_LENGTH,
        GTP_LENGTH,

        /// The length of the attribute that holds the packet.
        NFLOG_LENGTH
    }

    @Override
    public String toString() {
        if (check == Check.TOO_DEEP) {
            return "%s: %s at byte %d is one more than is read".formatted(check, layer, offset);
        }
        return "%s: %s at byte %d needs %d bytes, %s leaves %d"
                .formatted(check, layer, offset, bytesNeeded, limitedBy, bytesPresent);
    }
}
