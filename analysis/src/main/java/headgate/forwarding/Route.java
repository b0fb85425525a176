package headgate.forwarding;

/// One route of a table, printed as `ip route` prints it.
public sealed interface Route permits Route4, Route6 {
    /// Number of its table, as lookups report it.
    int table();
}
