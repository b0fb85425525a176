package headgate.packet.file;

/// An interface as a capture file describes it.
///
/// @param name as the capturing host called it; empty where the file does not say
/// @param linkType LINKTYPE_ number, 0 to 65535, see [headgate.packet.LinkType]
/// @param snaplen most bytes kept of one frame; 0 means no limit
public record InterfaceDescription(String name, int linkType, int snaplen) {
    public InterfaceDescription {
        require(linkType >= 0 && linkType <= 0xffff, "link type", linkType);
        require(snaplen >= 0, "snaplen", snaplen);
    }

    private static void require(boolean holds, String what, int value) {
        if (!holds) {
            throw new IllegalArgumentException(what + " " + value + " is out of range");
        }
    }
}
