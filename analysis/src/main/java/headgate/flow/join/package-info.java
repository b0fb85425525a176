/// Conversations: what several capture points saw of the same flow, counted once.
///
/// [headgate.flow.join.FlowJoins] is the one door: [headgate.flow.FlowRecord]s of all capture
/// points go in; out of its listener come [headgate.flow.join.FlowStep]s, each what its record adds
/// to what was told before, and [headgate.flow.join.JoinedFlow]s, which keep the capture points
/// apart. Whatever is summed over flows is summed from steps. `docs/flows.md` holds the rules.
package headgate.flow.join;
