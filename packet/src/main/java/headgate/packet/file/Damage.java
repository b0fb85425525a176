package headgate.packet.file;

/// What ended a capture file before its end.
///
/// @param offset where in the (uncompressed) file the record or block starts that could not be used
/// @param reason what is wrong with it, for people
public record Damage(long offset, String reason) {
    @Override
    public String toString() {
        return "at byte " + offset + ": " + reason;
    }
}
