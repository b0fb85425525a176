package headgate.flow;

import java.util.function.Consumer;
import java.util.stream.LongStream;

/// What a [FlowTable] is allowed to keep, and for how long. All times are event time: the time
/// stamps of frames, never a clock. Times that allow for idleness count from the last frame.
///
/// @param maxFlows most flows alive at once; the next one evicts, counted as [EndReason#EVICTED]
/// @param maxFragmentedDatagrams most datagrams whose ports are remembered for their later
///   fragments
/// @param tcpAttemptNanos how long after its SYN a TCP flow that nobody answered may go on
/// @param tcpOpeningNanos idle time allowed to a TCP flow that is not established
/// @param tcpEstablishedNanos idle time allowed to an established or half-closed TCP flow, and to
///   one taken up in the middle
/// @param tcpPartialCloseNanos the same, where a side was first heard of when it closed
/// @param tcpClosedNanos how long a closed TCP flow stays to take stragglers in
/// @param udpNanos idle time allowed to UDP
/// @param dnsNanos how often [Conventions#ZEEK] looks whether questions for names have an end
/// @param icmpNanos idle time allowed to ICMP and ICMPv6
/// @param otherNanos idle time allowed to other protocols
/// @param activeNanos a flow that goes on for longer gives an interim record this often
/// @param fragmentNanos how long the ports of a fragmented datagram are remembered
/// @param maxOpeningBytes most bytes kept, for all flows together, of what their sides say first:
///   messages that are put together, and metadata of live flows
/// @param maxDetailedFlows most flows alive at once of which details are kept: those of which a
///   side sent more than one frame; further ones are counted and have none
/// @param verifiesChecksums whether frames with a wrong checksum are left out, as Zeek does
/// @param keepsMetadata whether records say what their sides said first; otherwise only which
///   application it was, for a fraction of the work
/// @param hashSeed makes collisions in the table unpredictable to those who send the frames
/// @param conventions by whose rules a flow has its sides and its end
public record FlowSettings(
        int maxFlows,
        int maxFragmentedDatagrams,
        long tcpAttemptNanos,
        long tcpOpeningNanos,
        long tcpEstablishedNanos,
        long tcpPartialCloseNanos,
        long tcpClosedNanos,
        long udpNanos,
        long dnsNanos,
        long icmpNanos,
        long otherNanos,
        long activeNanos,
        long fragmentNanos,
        long maxOpeningBytes,
        int maxDetailedFlows,
        boolean verifiesChecksums,
        boolean keepsMetadata,
        long hashSeed,
        Conventions conventions) {

    /// Where tools differ about what one conversation is.
    public enum Conventions {
        /// The sender of the first frame began, and the last frame is the end.
        PLAIN,

        /// Zeek's: who is first heard from a server's port answers (`likely_server_ports`), a SYN
        /// after a side has closed begins another connection, and acknowledgments and resets after
        /// both sides have closed do not make one last longer.
        ZEEK
    }

    /// A time that never passes.
    public static final long NEVER = Long.MAX_VALUE;

    private static final long SECOND = 1_000_000_000L;

    /// For a stream that does not end. Sources: `nf_conntrack_tcp_timeout_syn_recv` (60 s), Zeek's
    /// `tcp_inactivity_timeout` (5 min), `tcp_close_delay` (5 s), `udp_inactivity_timeout` (1 min)
    /// and `icmp_inactivity_timeout` (1 min); Linux `net.ipv4.ipfrag_time` (30 s).
    public static final FlowSettings LIVE =
            new FlowSettings(
                    1_000_000,
                    4096,
                    NEVER,
                    60 * SECOND,
                    300 * SECOND,
                    300 * SECOND,
                    5 * SECOND,
                    60 * SECOND,
                    60 * SECOND,
                    60 * SECOND,
                    60 * SECOND,
                    60 * SECOND,
                    30 * SECOND,
                    64 << 20,
                    1 << 16,
                    false,
                    true,
                    0,
                    Conventions.PLAIN);

    /// For one capture file: a conversation is what its endpoints make it, however long it pauses,
    /// as in tshark's `-z conv`. Only a SYN of another connection, or a full table, splits it.
    public static final FlowSettings CAPTURE_FILE =
            LIVE.withIdleNanos(NEVER)
                    .with(draft -> {
                        draft.tcpClosedNanos = NEVER;
                        draft.activeNanos = NEVER;
                    });

    /// What Zeek would write into its conn.log. Sources, beside those of [#LIVE]:
    /// `tcp_attempt_delay` (5 s), `tcp_partial_close_delay` (3 s), `dns_session_timeout` (10 s).
    public static final FlowSettings ZEEK =
            LIVE.with(draft -> {
                draft.tcpAttemptNanos = 5 * SECOND;
                draft.tcpOpeningNanos = 300 * SECOND;
                draft.tcpPartialCloseNanos = 3 * SECOND;
                draft.dnsNanos = 10 * SECOND;
                draft.activeNanos = NEVER;
                draft.verifiesChecksums = true;
                draft.conventions = Conventions.ZEEK;
            });

    /// The most flows that row numbers allow for.
    static final int MAX_FLOWS_LIMIT = 1 << 28;

    static final int MAX_DETAILED_LIMIT = 1 << 23;

    public FlowSettings {
        require(maxFlows, "max-flows", 1, MAX_FLOWS_LIMIT);
        require(maxFragmentedDatagrams, "max-fragmented-datagrams", 0, 1 << 24);
        require(tcpAttemptNanos, "tcp-attempt", 1, NEVER);
        require(tcpOpeningNanos, "tcp-opening", 1, NEVER);
        require(tcpEstablishedNanos, "tcp-established", 1, NEVER);
        require(tcpPartialCloseNanos, "tcp-partial-close", 1, NEVER);
        require(tcpClosedNanos, "tcp-closed", 1, NEVER);
        require(udpNanos, "udp", 1, NEVER);
        require(dnsNanos, "dns", 1, NEVER);
        require(icmpNanos, "icmp", 1, NEVER);
        require(otherNanos, "other", 1, NEVER);
        require(activeNanos, "active", 1, NEVER);
        require(fragmentNanos, "fragment", 1, NEVER);
        require(maxOpeningBytes, "max-opening-bytes", 0, Long.MAX_VALUE);
        require(maxDetailedFlows, "max-detailed", 0, MAX_DETAILED_LIMIT);
    }

    private static void require(long value, String name, long least, long most) {
        if (value < least || value > most) {
            String range = most == Long.MAX_VALUE ? least + " or more" : least + " to " + most;
            throw new IllegalArgumentException(name + " " + value + " is not " + range);
        }
    }

    /// A copy in which some values are others: `settings.with(draft -> draft.maxFlows = 1000)`.
    public FlowSettings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return new FlowSettings(
                draft.maxFlows,
                draft.maxFragmentedDatagrams,
                draft.tcpAttemptNanos,
                draft.tcpOpeningNanos,
                draft.tcpEstablishedNanos,
                draft.tcpPartialCloseNanos,
                draft.tcpClosedNanos,
                draft.udpNanos,
                draft.dnsNanos,
                draft.icmpNanos,
                draft.otherNanos,
                draft.activeNanos,
                draft.fragmentNanos,
                draft.maxOpeningBytes,
                draft.maxDetailedFlows,
                draft.verifiesChecksums,
                draft.keepsMetadata,
                draft.hashSeed,
                draft.conventions);
    }

    /// The same with one idle time for every protocol and state, closed TCP excepted.
    public FlowSettings withIdleNanos(long nanos) {
        return with(draft -> {
            draft.tcpOpeningNanos = draft.tcpEstablishedNanos = draft.tcpPartialCloseNanos = nanos;
            draft.udpNanos = draft.dnsNanos = draft.icmpNanos = draft.otherNanos = nanos;
        });
    }

    /// Settings that are being changed; checked when they become [FlowSettings] again.
    public static final class Draft {
        public int maxFlows;
        public int maxFragmentedDatagrams;
        public long tcpAttemptNanos;
        public long tcpOpeningNanos;
        public long tcpEstablishedNanos;
        public long tcpPartialCloseNanos;
        public long tcpClosedNanos;
        public long udpNanos;
        public long dnsNanos;
        public long icmpNanos;
        public long otherNanos;
        public long activeNanos;
        public long fragmentNanos;
        public long maxOpeningBytes;
        public int maxDetailedFlows;
        public boolean verifiesChecksums;
        public boolean keepsMetadata;
        public long hashSeed;
        public Conventions conventions;

        private Draft(FlowSettings from) {
            maxFlows = from.maxFlows;
            maxFragmentedDatagrams = from.maxFragmentedDatagrams;
            tcpAttemptNanos = from.tcpAttemptNanos;
            tcpOpeningNanos = from.tcpOpeningNanos;
            tcpEstablishedNanos = from.tcpEstablishedNanos;
            tcpPartialCloseNanos = from.tcpPartialCloseNanos;
            tcpClosedNanos = from.tcpClosedNanos;
            udpNanos = from.udpNanos;
            dnsNanos = from.dnsNanos;
            icmpNanos = from.icmpNanos;
            otherNanos = from.otherNanos;
            activeNanos = from.activeNanos;
            fragmentNanos = from.fragmentNanos;
            maxOpeningBytes = from.maxOpeningBytes;
            maxDetailedFlows = from.maxDetailedFlows;
            verifiesChecksums = from.verifiesChecksums;
            keepsMetadata = from.keepsMetadata;
            hashSeed = from.hashSeed;
            conventions = from.conventions;
        }
    }

    /// The shortest time after which a flow gives a record by itself; [#NEVER] if none does.
    long shortestNanos() {
        return LongStream.of(
                        activeNanos,
                        tcpAttemptNanos,
                        tcpOpeningNanos,
                        tcpEstablishedNanos,
                        tcpPartialCloseNanos,
                        tcpClosedNanos,
                        udpNanos,
                        dnsNanos,
                        icmpNanos,
                        otherNanos)
                .min()
                .getAsLong();
    }
}
