package headgate.softnet;

/// One row of `/proc/net/softnet_stat`, whatever kernel it is of; its text is the row as that
/// kernel prints it.
public sealed interface SoftnetRow permits SoftnetStat, SoftnetStat26 {
    int cpu();

    /// Packets taken up by the protocol layer.
    long processed();

    /// Packets refused by this CPU's backlog.
    long dropped();
}
