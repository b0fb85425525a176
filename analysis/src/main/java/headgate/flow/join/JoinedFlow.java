package headgate.flow.join;

import headgate.flow.ConnState;
import headgate.flow.EndReason;
import java.util.List;

/// A conversation that several capture points saw. Counts are totals since it began: the latest
/// record tells all of it.
///
/// @param communityId Community ID v1 of the flow
/// @param ipVersion 4 or 6
/// @param protocol IP protocol number
/// @param originator who began, for the capture point whose record came first
/// @param responder the other side
/// @param firstNanos when the first capture point saw the first frame
/// @param lastNanos when the last one saw the last frame
/// @param ended whether it has ended at every one of these capture points
/// @param application what is spoken in it; empty if unknown
/// @param points what each capture point saw, in the order of their first records
public record JoinedFlow(
        String communityId,
        int ipVersion,
        int protocol,
        End originator,
        End responder,
        long firstNanos,
        long lastNanos,
        boolean ended,
        String application,
        List<Sighting> points) {

    /// One side, counted once: of each number the largest one that a capture point has.
    ///
    /// @param high IPv6: the upper 64 bits; IPv4: 0
    /// @param low IPv6: the lower 64 bits; IPv4: the 32 bits
    /// @param port as in flow records
    public record End(long high, long low, int port, SideSums sums) {}

    /// What one capture point saw. What it has less than the conversation was lost before it, or
    /// went another way.
    ///
    /// @param capturePoint agent and capture point
    /// @param state of its record that came last
    /// @param endReason likewise
    /// @param originator what it saw of the originator
    /// @param responder what it saw of the responder; without packets, that side goes another way
    public record Sighting(
            String capturePoint,
            long firstNanos,
            long lastNanos,
            ConnState state,
            EndReason endReason,
            SideSums originator,
            SideSums responder) {

        /// Whether it saw one side only.
        public boolean oneWay() {
            return originator.packets() == 0 || responder.packets() == 0;
        }
    }

    public JoinedFlow {
        points = List.copyOf(points);
    }

    /// Packets that some capture point saw and this one did not, both ways.
    public long missingAt(Sighting point) {
        return originator.sums.packets()
                - point.originator.packets()
                + responder.sums.packets()
                - point.responder.packets();
    }
}
