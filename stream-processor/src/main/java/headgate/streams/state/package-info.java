/// State of the stream: engines that live on the heap and survive the process.
///
/// [headgate.streams.state.EngineStore] keeps one [headgate.streams.state.PortableEngine] for each
/// record key and writes what changed to a changelog, in the transaction of the output that it led
/// to. [headgate.streams.state.LatestValues] keeps what a compacted topic says now, decoded.
package headgate.streams.state;
