/// Roll-ups: what flows came to in 10 seconds, a minute and an hour, by address, network, pair of
/// networks, port and application.
///
/// [headgate.flow.rollup.RollUps] is the one door: [headgate.flow.join.FlowStep]s go in,
/// [headgate.flow.rollup.RollUp]s come out. Memory is bounded by tables that keep the largest keys
/// and sum the others, so that rows and rest always come to all that there was. To add a dimension:
/// append it to [headgate.flow.rollup.Dimension] and say which key a flow has in it.
package headgate.flow.rollup;
