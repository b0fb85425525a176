/// Simulated time: a calendar of due times, and queues of what waits for a server. Knows nothing of
/// networks.
///
/// Nothing here reads a clock or draws a random number: a run is a function of what was scheduled.
package headgate.sim;
