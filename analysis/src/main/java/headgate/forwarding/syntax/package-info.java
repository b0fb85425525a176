/// What tools other than `ip -j` print of a host, read into the elements that `ip -j` would have
/// printed: one meaning, however it is written. A word or line that a reader does not know becomes
/// a key that nobody knows, so that it is listed with its place and taints what it belongs to.
///
/// To add a tool: write a [Syntax], give it a constant and its marks in [Format], and hold it to
/// that tool's real output in `SyntaxTest` and to damage in `SyntaxProperties`.
package headgate.forwarding.syntax;
