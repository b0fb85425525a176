package headgate.capture;

/// An interface that frames come from.
///
/// @param name as the host or the capture file calls it
/// @param linkType LINKTYPE_ number, see [headgate.packet.LinkType]
/// @param snaplen most bytes kept of one frame; 0 means no limit
public record CaptureInterface(String name, int linkType, int snaplen) {}
