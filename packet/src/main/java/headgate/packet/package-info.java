/// Turns bytes into header fields.
///
/// A *view* is a reusable window over one header in a frame. Views, and the reused [Frame] that
/// gathers what they say, never leave the call that was handed them.
///
/// To add a protocol: write `XxxView` beside `UdpView`, give it one case in [FrameDecoder], add its
/// field to [Frame], and add `XxxViewTest` with one annotated hex packet per branch.
package headgate.packet;
