package headgate.flow;

/// What a [FlowTable] is allowed to keep, and for how long. All times are event time: the time
/// stamps of frames, never a clock.
///
/// @param maxFlows most flows alive at once; the next one evicts, counted as [EndReason#EVICTED]
/// @param maxFragmentedDatagrams most datagrams whose ports are remembered for their later
///   fragments
/// @param tcpOpeningNanos idle time allowed to a TCP flow that is not established
/// @param tcpEstablishedNanos idle time allowed to an established or half-closed TCP flow, and to
///   one taken up in the middle
/// @param tcpClosedNanos how long a closed TCP flow stays to take stragglers in
/// @param udpNanos idle time allowed to UDP
/// @param icmpNanos idle time allowed to ICMP and ICMPv6
/// @param otherNanos idle time allowed to other protocols
/// @param activeNanos a flow that goes on for longer gives an interim record this often
/// @param fragmentNanos how long the ports of a fragmented datagram are remembered
/// @param maxOpeningBytes most bytes kept, for all flows together, of what their sides say first:
///   messages that are put together, and metadata of live flows
/// @param hashSeed makes collisions in the table unpredictable to those who send the frames
public record FlowSettings(
        int maxFlows,
        int maxFragmentedDatagrams,
        long tcpOpeningNanos,
        long tcpEstablishedNanos,
        long tcpClosedNanos,
        long udpNanos,
        long icmpNanos,
        long otherNanos,
        long activeNanos,
        long fragmentNanos,
        long maxOpeningBytes,
        long hashSeed) {

    /// A time that never passes.
    public static final long NEVER = Long.MAX_VALUE;

    private static final long SECOND = 1_000_000_000L;

    private static final long OPENING_BYTES = 64 << 20;

    /// For a stream that does not end. Sources: `nf_conntrack_tcp_timeout_syn_recv` (60 s), Zeek's
    /// `tcp_inactivity_timeout` (5 min), `tcp_close_delay` (5 s), `udp_inactivity_timeout` (1 min)
    /// and `icmp_inactivity_timeout` (1 min); Linux `net.ipv4.ipfrag_time` (30 s).
    public static final FlowSettings LIVE =
            new FlowSettings(
                    1_000_000,
                    4096,
                    60 * SECOND,
                    300 * SECOND,
                    5 * SECOND,
                    60 * SECOND,
                    60 * SECOND,
                    60 * SECOND,
                    60 * SECOND,
                    30 * SECOND,
                    OPENING_BYTES,
                    0);

    /// For one capture file: a conversation is what its endpoints make it, however long it pauses,
    /// as in tshark's `-z conv`. Only a SYN of another connection, or a full table, splits it.
    public static final FlowSettings CAPTURE_FILE =
            new FlowSettings(
                    1_000_000,
                    4096,
                    NEVER,
                    NEVER,
                    NEVER,
                    NEVER,
                    NEVER,
                    NEVER,
                    NEVER,
                    30 * SECOND,
                    OPENING_BYTES,
                    0);

    /// The most flows that row numbers allow for.
    static final int MAX_FLOWS_LIMIT = 1 << 28;

    public FlowSettings {
        require(maxFlows > 0 && maxFlows <= MAX_FLOWS_LIMIT, "max-flows", maxFlows);
        require(
                maxFragmentedDatagrams >= 0 && maxFragmentedDatagrams <= 1 << 24,
                "max-fragmented-datagrams",
                maxFragmentedDatagrams);
        require(tcpOpeningNanos > 0, "tcp-opening", tcpOpeningNanos);
        require(tcpEstablishedNanos > 0, "tcp-established", tcpEstablishedNanos);
        require(tcpClosedNanos > 0, "tcp-closed", tcpClosedNanos);
        require(udpNanos > 0, "udp", udpNanos);
        require(icmpNanos > 0, "icmp", icmpNanos);
        require(otherNanos > 0, "other", otherNanos);
        require(activeNanos > 0, "active", activeNanos);
        require(fragmentNanos > 0, "fragment", fragmentNanos);
        require(maxOpeningBytes >= 0, "max-opening-bytes", maxOpeningBytes);
    }

    private static void require(boolean fulfilled, String name, long value) {
        if (!fulfilled) {
            throw new IllegalArgumentException(name + " " + value + " is out of range");
        }
    }

    /// The same with another limit of flows.
    public FlowSettings withMaxFlows(int flows) {
        return new FlowSettings(
                flows,
                maxFragmentedDatagrams,
                tcpOpeningNanos,
                tcpEstablishedNanos,
                tcpClosedNanos,
                udpNanos,
                icmpNanos,
                otherNanos,
                activeNanos,
                fragmentNanos,
                maxOpeningBytes,
                hashSeed);
    }

    /// The same with one idle time for every protocol and state, closed TCP excepted.
    public FlowSettings withIdleNanos(long nanos) {
        return new FlowSettings(
                maxFlows,
                maxFragmentedDatagrams,
                nanos,
                nanos,
                tcpClosedNanos,
                nanos,
                nanos,
                nanos,
                activeNanos,
                fragmentNanos,
                maxOpeningBytes,
                hashSeed);
    }

    /// The same with interim records this often.
    public FlowSettings withActiveNanos(long nanos) {
        return new FlowSettings(
                maxFlows,
                maxFragmentedDatagrams,
                tcpOpeningNanos,
                tcpEstablishedNanos,
                tcpClosedNanos,
                udpNanos,
                icmpNanos,
                otherNanos,
                nanos,
                fragmentNanos,
                maxOpeningBytes,
                hashSeed);
    }

    /// The same with another seed of the table's hash.
    public FlowSettings withHashSeed(long seed) {
        return new FlowSettings(
                maxFlows,
                maxFragmentedDatagrams,
                tcpOpeningNanos,
                tcpEstablishedNanos,
                tcpClosedNanos,
                udpNanos,
                icmpNanos,
                otherNanos,
                activeNanos,
                fragmentNanos,
                maxOpeningBytes,
                seed);
    }

    /// The shortest time after which a flow may end by itself; [#NEVER] if none does.
    long shortestNanos() {
        long tcp = Math.min(Math.min(tcpOpeningNanos, tcpEstablishedNanos), tcpClosedNanos);
        return Math.min(Math.min(tcp, udpNanos), Math.min(icmpNanos, otherNanos));
    }
}
