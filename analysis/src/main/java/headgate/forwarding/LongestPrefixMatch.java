package headgate.forwarding;

import java.util.function.IntConsumer;

/// From an address to the longest prefix of a table that contains it. Immutable.
///
/// Addresses of both families are 128 bits; those of IPv4 are the uppermost 32 of them.
sealed interface LongestPrefixMatch permits AddressRanges, Dir24Dash8 {
    /// No leaf.
    int NONE = -1;

    /// @param highs `lows` and `lengths`: the prefixes, by address and then length
    /// @param parents filled with the index of the next shorter prefix around each
    /// @param slots whether as [Dir24Dash8]; for IPv4 alone
    static LongestPrefixMatch of(
            long[] highs,
            long[] lows,
            byte[] lengths,
            LeafRoutes routes,
            int[] parents,
            boolean slots) {
        var ranges = new AddressRanges.Builder(highs, lows, lengths, routes, parents);
        return slots ? Dir24Dash8.of(ranges::forEachUpper) : ranges.build();
    }

    /// The leaf of the longest prefix that contains the address, or [#NONE], as a value whose
    /// routes are [LeafRoutes#ofValue].
    long find(long high, long low);

    /// The leaves of the longest prefixes that addresses in `prefix` have, and [#NONE]; some of
    /// them several times.
    void forEachLeaf(Prefix6 prefix, IntConsumer consumer);

    /// One in which the addresses of `prefix` that belonged to one leaf belong to another one: the
    /// way a prefix comes (`from` is the next shorter one around it), goes (`to` is), or gets other
    /// routes (it is both).
    ///
    /// @param routes of `to`
    LongestPrefixMatch with(Prefix6 prefix, int from, int to, LeafRoutes routes);
}
