/// Flows: which conversations the frames belong to, and what each of them did.
///
/// [FlowTable] is the one door: frames go in, [FlowRecord]s come out of its [FlowListener]. The
/// state of a live flow is one [FlowRow] of longs, so that a frame costs no allocation and a row
/// can be written to a changelog as it stands. `docs/flows.md` holds the rules.
///
/// To keep one more fact of a flow: give it a word or some bits in [FlowRow] if every flow has it,
/// in [TcpRow] if every flow of TCP has, and otherwise in [DetailRow] or [TcpAnalysis], of which
/// there are only so many; write it where frames are counted ([FlowTable]) or where TCP is followed
/// ([TcpTracker]), and read it in [FlowRecords].
package headgate.flow;
