package headgate.flow;

/// What the segments of one side of a TCP connection were; each count is defined in
/// `docs/flows.md`.
///
/// @param initialWindow window of the side's first segment, not scaled
/// @param fins segments with that flag; as are the next seven, which stay at 65,535 except for
///   pushes and acknowledgments
/// @param outOfOrder of the retransmissions, those that filled a hole: late, or lost before they
///   came here and sent again
/// @param fastRetransmissions retransmissions that three duplicate acknowledgments asked for, and
///   those of the same recovery
/// @param timeoutRetransmissions retransmissions after a silence as long as the shortest timeout,
///   and those of the same recovery
/// @param spuriousRetransmissions retransmissions of what had arrived, as the peer's
///   acknowledgments show
/// @param duplicateAcks acknowledgments that this side repeated
/// @param keepAlives segments of this side that only asked whether the peer is there
/// @param zeroWindowNanos how long this side kept its window closed
/// @param roundTrips of the segments of this side; null if none was measured
public record TcpDetail(
        int initialWindow,
        long fins,
        long syns,
        long resets,
        long pushes,
        long acknowledgments,
        long urgents,
        long eces,
        long cwrs,
        long outOfOrder,
        long fastRetransmissions,
        long timeoutRetransmissions,
        long spuriousRetransmissions,
        long duplicateAcks,
        long keepAlives,
        long zeroWindowNanos,
        RoundTrips roundTrips) {}
