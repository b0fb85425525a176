package headgate.forwarding.nft;

/// What becomes of a packet at a rule: a code of [Step], and the chain that it leads to.
///
/// @param target null unless the code is [Step#JUMP] or [Step#GOTO]
record NftVerdict(int code, NftChain target) {}
