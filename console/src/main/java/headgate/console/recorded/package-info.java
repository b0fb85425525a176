/// Recordings of a real kernel, and what the models answer to them: of its receive path (settings,
/// arrivals, service times, fates; [PathJudge] is the door) and of its forwarding (frames with all
/// that they made it do, route answers; [RecordedDecisions] reads them).
///
/// To judge a further kind of recording of the receive path: give it what it needs in
/// [RecordedCase] or [RecordedTapCase], and its differences in [BacklogJudge] or [TapJudge]. A
/// further key of forwarding recordings: write it in [PredictedFrame]; every recorded key is
/// compared.
package headgate.console.recorded;
