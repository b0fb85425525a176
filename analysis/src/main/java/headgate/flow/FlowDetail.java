package headgate.flow;

/// How a flow went on in time; each number is defined in `docs/flows.md`.
///
/// @param interArrivalNanos times from one of its frames to the next, whoever sent them
/// @param activeNanos lengths of the stretches without a pause of more than 5 s, those of one frame
///   left out
/// @param idleNanos lengths of these pauses
/// @param subflows stretches without a pause of more than 1 s
public record FlowDetail(
        Spread interArrivalNanos, Spread activeNanos, Spread idleNanos, long subflows) {}
