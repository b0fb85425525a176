package headgate.forwarding;

/// From an address to the longest prefix of a table that contains it.
interface LongestPrefixMatch {
    int NONE = -1;

    /// Index of the prefix; [#NONE] if no prefix contains the address.
    int leaf(int address);
}
