/// Simulated time: a calendar of due times. Knows nothing of networks.
///
/// Nothing here reads a clock or draws a random number: a run is a function of what was scheduled.
package headgate.sim;
