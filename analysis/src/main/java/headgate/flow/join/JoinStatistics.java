package headgate.flow.join;

/// What [FlowJoins] counted since they were made; restored ones begin at zero.
///
/// @param records flow records that went in
/// @param conversations conversations that began
/// @param joined records of a capture point that was not the first of its conversation
/// @param heldShorter ended conversations that were forgotten early, to make room
/// @param forgotten conversations without an end that were forgotten, as nothing was heard of them
/// @param notJoined records that found no room: final ones were counted alone, interim ones not
/// @param remembered conversations remembered now
public record JoinStatistics(
        long records,
        long conversations,
        long joined,
        long heldShorter,
        long forgotten,
        long notJoined,
        int remembered) {}
