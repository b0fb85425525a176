/// The whole against real brokers, with faults: what was killed goes on, what is broken is put
/// aside, nothing is lost and nothing is counted twice.
package headgate.system.e2e;
