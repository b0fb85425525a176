/// The capture agent: frames from files and interfaces, decoded and published.
///
/// To add a source: implement [FrameSource] in a package of its own below this one, extend
/// `FrameSourceContract` in test, and give it one case in `CaptureAgent`.
package headgate.capture;
