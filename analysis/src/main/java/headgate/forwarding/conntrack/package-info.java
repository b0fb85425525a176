/// Connection tracking: what netfilter remembers of packets that passed, and what it makes of it.
///
/// [NfPacket] is the packet as the hooks see it; [Conntrack] holds the connections and says to
/// which one a packet belongs, and in which state that makes it. The rule set of
/// `headgate.forwarding.nft` reads both.
package headgate.forwarding.conntrack;
