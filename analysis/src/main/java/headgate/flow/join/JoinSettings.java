package headgate.flow.join;

/// How flows of several capture points are joined.
///
/// @param maxConversations conversations remembered; beyond that those that ended longest ago are
///   forgotten, and where none has ended, flows are counted without being joined
/// @param clockNanos how far the clocks of two capture points may be apart
/// @param holdRounds how many rounds ([FlowJoins#nextRound]) an ended conversation waits for
///   further capture points
/// @param forgetRounds how many rounds nothing is heard of a conversation that has not ended before
///   it is forgotten
/// @param interimNanos a conversation that goes on is told this often
public record JoinSettings(
        int maxConversations,
        long clockNanos,
        int holdRounds,
        int forgetRounds,
        long interimNanos) {

    private static final long SECOND = 1_000_000_000L;

    /// For a stream with a round each 5 s. An ended conversation waits for as long as a capture
    /// point that missed its end takes to give it up ([headgate.flow.FlowSettings#LIVE]: 5 min),
    /// and some more.
    public static final JoinSettings LIVE = new JoinSettings(100_000, SECOND, 66, 180, 60 * SECOND);

    /// For one capture file: there is nobody to wait for.
    public static final JoinSettings ONE_POINT =
            new JoinSettings(Integer.MAX_VALUE, 0, 0, Integer.MAX_VALUE, Long.MAX_VALUE);

    public JoinSettings {
        require(maxConversations > 0, "conversations", maxConversations);
        require(clockNanos >= 0, "clock", clockNanos);
        require(holdRounds >= 0, "hold", holdRounds);
        require(forgetRounds >= holdRounds, "forget", forgetRounds);
        require(interimNanos > 0, "interim", interimNanos);
    }

    public JoinSettings withInterimNanos(long nanos) {
        return new JoinSettings(maxConversations, clockNanos, holdRounds, forgetRounds, nanos);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value + " is out of range");
        }
    }
}
