/// The packet filter: the rule set that `nft -j list ruleset` (or `iptables-save`) prints, compiled
/// and evaluated as `nft_do_chain` would.
///
/// [Ruleset] is what was read, immutable; [Netfilter] takes packets through its hooks and keeps
/// what rules count. A rule is a row of [Step]s; what a step compares comes from an [Operand]. A
/// statement that is not known becomes a step that makes the answer incomplete, if evaluation
/// reaches it.
///
/// To add a header field: one line in [PayloadField]. To add a match or statement: a class beside
/// the others, and one case in the reader.
package headgate.forwarding.nft;
