package headgate.forwarding;

/// One route of a table, printed as `ip route` prints it.
public sealed interface Route permits Route4, Route6 {
    /// Where it leads: a [Prefix] or [Prefix6].
    Record prefix();

    /// Number of its table, as lookups report it.
    int table();
}
