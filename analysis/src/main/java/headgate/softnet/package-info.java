/// The Linux receive path as a deterministic model: where traffic queues up and is dropped.
///
/// [ReceivePath] is the one door. Classes and methods carry the names of the kernel's structures
/// and functions; each rule has a number in `docs/receive-path.md`, and the tests quote it. Times
/// are nanoseconds of the traffic's own clock; nothing here reads a clock.
///
/// To add a setting: one constant in [ProfileKey], and its value in [SoftnetProfile]. To add a
/// profile: one constant in [SoftnetProfile] and its line in the registry there.
package headgate.softnet;
