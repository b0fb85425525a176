package headgate.forwarding;

/// Something in a snapshot that Headgate does not know or does not model. Answers that depend on it
/// are marked incomplete.
///
/// @param document its name in the snapshot: `route4.json`
/// @param place JSON pointer (RFC 6901), or `line N`; empty for the document as a whole
public record Unmodelled(String document, String place, String what) {
    @Override
    public String toString() {
        return (place.isEmpty() ? document : document + " " + place) + ": " + what;
    }
}
