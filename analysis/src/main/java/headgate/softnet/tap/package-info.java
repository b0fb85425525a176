/// What a capture socket makes of the packets that the protocol layer hands it: buffer, drops, and
/// a reader of a given speed.
///
/// [Tap] is the door. Each kind of socket is one class; its rules have numbers (`TP-…`) in
/// `docs/receive-path.md`, and the tests quote them. Times are nanoseconds of the traffic's own
/// clock.
///
/// To add one: a subclass of [Tap], its word in [TapKind], its settings in [TapSettings] and
/// `ProfileKey`.
package headgate.softnet.tap;
