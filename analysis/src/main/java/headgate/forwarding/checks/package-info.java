/// The kernel's questions about a packet, one class each, in the order of
/// [headgate.forwarding.ForwardingPath#CHECKS].
///
/// To add one: write `XxxCheck` here, give it its line in `CHECKS` at the place where the kernel
/// asks, a numbered row in `docs/forwarding.md`, and `XxxCheckTest` with one case per branch.
package headgate.forwarding.checks;
