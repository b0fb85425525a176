package headgate.flow;

/// Times from a segment of one side to the peer's acknowledgment of it, seen from the capture
/// point: the way from there to the peer and back, with the time that the peer took.
///
/// @param samples how many were measured; at least 1
/// @param minNanos the shortest
/// @param meanNanos their mean
/// @param p50Nanos half of them took no longer; to ± 9 %, see `docs/flows.md`
/// @param p95Nanos 95 in a hundred took no longer; to ± 9 %
/// @param maxNanos the longest
public record RoundTrips(
        long samples, long minNanos, long meanNanos, long p50Nanos, long p95Nanos, long maxNanos) {}
