package headgate.forwarding;

import headgate.packet.FlowKey;

/// What became of one flow's packets in one second. Several records of the same flow, second and
/// fate add up.
///
/// @param agent that saw the frames
/// @param device that they came in by
/// @param secondNanos start of the second, in nanoseconds since 1970-01-01T00:00:00Z
/// @param flow null for frames that are not IP
/// @param bytes on the wire, with link-layer headers
public record FlowVerdict(
        String agent,
        String device,
        long secondNanos,
        FlowKey flow,
        Fate fate,
        long packets,
        long bytes) {}
