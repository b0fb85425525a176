/// What this host says of itself: the documents of a host snapshot, and the loss counters of its
/// interfaces and CPUs.
///
/// To add a document: give it one line in `HostProbe.take`. To add a counter: add it to the record
/// that reads its file.
package headgate.capture.host;
