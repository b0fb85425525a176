/// Recordings of a real kernel's queue layer: settings, arrivals, service times and fates, and what
/// they say a model has to answer.
///
/// To judge a further kind of recording: give it what it needs in [RecordedCase] and let
/// `ReceivePathCasesTest` ask for it.
package headgate.console.recorded;
