/// The stream processor: topics to topics, by the engines of `analysis`.
///
/// [headgate.streams.PacketTopology] is the whole graph on one screen. A processor reads a batch
/// through its codec, calls its engine and forwards what came out; it decides nothing.
/// [headgate.streams.StreamProcessor] runs the graph.
///
/// To add an operator: write the step in `analysis`, an `XxxProcessor` here, and its lines in
/// [headgate.streams.PacketTopology].
package headgate.streams;
