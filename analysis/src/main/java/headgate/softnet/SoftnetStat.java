package headgate.softnet;

/// One row of `/proc/net/softnet_stat`: what one CPU counted since the start.
///
/// @param processed packets taken up by the protocol layer
/// @param dropped packets refused by this CPU's backlog, also those that another CPU enqueued
/// @param timeSqueeze softirq runs that ended by budget or time
/// @param receivedRps times that another CPU woke this one, not packets
/// @param flowLimitCount packets that this CPU refused when enqueuing, on whatever backlog
/// @param inputQlen packets in the input queue now
/// @param processQlen packets in the process queue now
public record SoftnetStat(
        int cpu,
        long processed,
        long dropped,
        long timeSqueeze,
        long receivedRps,
        long flowLimitCount,
        int inputQlen,
        int processQlen)
        implements SoftnetRow {

    /// The row as `softnet_seq_show` prints it: 15 columns of 32 bits in hexadecimal (RP-40).
    @Override
    public String toString() {
        return "%08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x"
                .formatted(
                        (int) processed,
                        (int) dropped,
                        (int) timeSqueeze,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        (int) receivedRps,
                        (int) flowLimitCount,
                        inputQlen + processQlen,
                        cpu,
                        inputQlen,
                        processQlen);
    }
}
