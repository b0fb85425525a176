/// What a Linux router would do with a packet, judged from the outputs of its standard tools.
///
/// [HostSnapshot] reads those outputs; [ForwardingPath] asks the kernel's questions in its order
/// and ends in a [Verdict]; [ForwardingPath#route] answers what `ip route get` would. Rules are
/// numbered in `docs/forwarding.md` and live, one class each, in [headgate.forwarding.checks]. What
/// is not modelled makes an answer incomplete, never wrong.
package headgate.forwarding;
