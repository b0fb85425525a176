package headgate.forwarding;

import headgate.packet.FlowKey;

/// Packets of one flow and second that would fare otherwise under another rule set.
///
/// @param agent that saw the frames
/// @param device that they came in by
/// @param secondNanos start of the second, in nanoseconds since 1970-01-01T00:00:00Z
/// @param profile name of the other rule set
/// @param flow null for frames that are not IP
/// @param asIs what became of them
/// @param whatIf what would have become of them
/// @param bytes on the wire, with link-layer headers
/// @param firstNanos when the first of the packets was seen, since 1970-01-01T00:00:00Z
public record FateChange(
        String agent,
        String device,
        long secondNanos,
        String profile,
        FlowKey flow,
        Fate asIs,
        Fate whatIf,
        long packets,
        long bytes,
        long firstNanos) {}
