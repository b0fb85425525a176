/// Recordings of a real kernel's receive path: settings, arrivals, service times and fates, and
/// what the model answers to them. [PathJudge] is the door.
///
/// To judge a further kind of recording: give it what it needs in [RecordedCase] or
/// [RecordedTapCase], and its differences in [BacklogJudge] or [TapJudge].
package headgate.console.recorded;
