package headgate.softnet;

/// The `net.core.*` settings that the queue layer obeys; one set for all CPUs of a host.
///
/// @param netdevMaxBacklog compared as unsigned with the input queue's length, so -1 means no
///   bound; the queue holds one packet more than this
/// @param devWeight packets that one poll of the backlog may take; a change is picked up one poll
///   late
/// @param netdevBudget packets that one softirq run may take over all polls; 0 and less end the run
///   after one poll
/// @param netdevBudgetUsecs time that one softirq run may take
/// @param flowLimitCpuBitmap CPUs that hold a flow table when they enqueue
/// @param flowLimitTableLen buckets of that table: a power of two
public record NetCoreSysctls(
        int netdevMaxBacklog,
        int devWeight,
        int netdevBudget,
        int netdevBudgetUsecs,
        CpuMask flowLimitCpuBitmap,
        int flowLimitTableLen) {

    /// Buckets that the model grants a flow table at most.
    static final int FLOW_LIMIT_TABLE_LEN_MAX = 1 << 20;

    public NetCoreSysctls {
        ProfileKey.WEIGHT.require(devWeight);
        ProfileKey.BUDGET_USECS.require(netdevBudgetUsecs);
        ProfileKey.FLOW_LIMIT_TABLE_LEN.require(flowLimitTableLen);
        ProfileKey.FLOW_LIMIT_TABLE_LEN.require(
                Integer.bitCount(flowLimitTableLen) == 1, flowLimitTableLen, "a power of two");
    }

    /// What a kernel of that tick rate starts with.
    public static NetCoreSysctls defaults(int hz) {
        return new NetCoreSysctls(1000, 64, 300, twoTicksUsecs(hz), CpuMask.OFF, 4096);
    }

    /// The default of `netdev_budget_usecs`, and the least that 6.18 takes.
    static int twoTicksUsecs(int hz) {
        return 2 * 1_000_000 / hz;
    }
}
