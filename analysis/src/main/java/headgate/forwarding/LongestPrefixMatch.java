package headgate.forwarding;

import java.util.function.IntConsumer;

/// From an address to the longest prefix of a table that contains it. Immutable.
///
/// Addresses of both families are 128 bits; those of IPv4 are the uppermost 32 of them. Values are
/// those of [LeafRoutes#value].
sealed interface LongestPrefixMatch permits AddressRanges, Dir24Dash8 {
    /// No leaf.
    int NONE = -1;

    /// The value of the longest prefix that contains the address, or of [#NONE].
    int find(long high, long low);

    /// The values that [#find] gives for the addresses in `prefix`, some of them several times.
    void forEachValue(Prefix6 prefix, IntConsumer consumer);

    /// One in which the addresses of `prefix` that belonged to one leaf belong to another one: the
    /// way a prefix comes (`from` is the next shorter one around it), goes (`to` is), or gets other
    /// routes (it is both).
    ///
    /// @param routes of `to`
    LongestPrefixMatch with(Prefix6 prefix, int from, int to, LeafRoutes routes);
}
