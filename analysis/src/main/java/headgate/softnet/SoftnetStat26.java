package headgate.softnet;

/// The row of a CPU in `/proc/net/softnet_stat` of a 2.6.12 kernel (`struct netif_rx_stats`).
///
/// @param processed packets taken up by the protocol layer
/// @param total packets that `netif_rx` saw, and once more those that `netif_receive_skb` did
/// @param dropped packets that `netif_rx` refused
/// @param timeSqueeze softirq runs that ended by budget or time with something left to poll
/// @param throttled times that the backlog ran over, not packets
public record SoftnetStat26(
        int cpu, long processed, long total, long dropped, long timeSqueeze, long throttled)
        implements SoftnetRow {

    /// The row as `softnet_seq_show` prints it: nine columns of 32 bits in hexadecimal (OP-40).
    /// Fast routes and collisions are not modelled.
    @Override
    public String toString() {
        return "%08x %08x %08x %08x %08x %08x %08x %08x %08x"
                .formatted(
                        (int) total,
                        (int) dropped,
                        (int) timeSqueeze,
                        (int) throttled,
                        0,
                        0,
                        0,
                        0,
                        0);
    }
}
