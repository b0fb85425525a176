package headgate.forwarding.conntrack;

import java.util.function.ToLongFunction;

/// Settings of connection tracking: `net.netfilter.nf_conntrack_…`. Timeouts are in seconds.
///
/// @param max most connections; beyond, unanswered ones make room
/// @param tcpTimeouts by state, in the order of [TcpTracking]
public record ConntrackSettings(
        int max,
        boolean checksum,
        boolean tcpLoose,
        boolean tcpLiberal,
        boolean tcpIgnoreInvalidRst,
        int tcpMaxRetrans,
        int[] tcpTimeouts,
        int tcpTimeoutRetrans,
        int tcpTimeoutUnacknowledged,
        int udpTimeout,
        int udpTimeoutStream,
        int greTimeout,
        int greTimeoutStream,
        int icmpTimeout,
        int icmpv6Timeout,
        int genericTimeout) {

    private static final String PREFIX = "net.netfilter.nf_conntrack_";

    /// Reads the settings; what the host does not say is what a kernel starts with.
    ///
    /// @param sysctl a value by its key; -1 if it is not known
    public static ConntrackSettings of(ToLongFunction<String> sysctl) {
        var keys = new Keys(sysctl);
        int[] tcp = {
            0,
            keys.get("tcp_timeout_syn_sent", 120),
            keys.get("tcp_timeout_syn_recv", 60),
            keys.get("tcp_timeout_established", 432_000),
            keys.get("tcp_timeout_fin_wait", 120),
            keys.get("tcp_timeout_close_wait", 60),
            keys.get("tcp_timeout_last_ack", 30),
            keys.get("tcp_timeout_time_wait", 120),
            keys.get("tcp_timeout_close", 10),
            keys.get("tcp_timeout_syn_sent", 120)
        };
        return new ConntrackSettings(
                keys.get("max", 262_144),
                keys.get("checksum", 1) != 0,
                keys.get("tcp_loose", 1) != 0,
                keys.get("tcp_be_liberal", 0) != 0,
                keys.get("tcp_ignore_invalid_rst", 0) != 0,
                keys.get("tcp_max_retrans", 3),
                tcp,
                keys.get("tcp_timeout_max_retrans", 300),
                keys.get("tcp_timeout_unacknowledged", 300),
                keys.get("udp_timeout", 30),
                keys.get("udp_timeout_stream", 120),
                keys.get("gre_timeout", 30),
                keys.get("gre_timeout_stream", 180),
                keys.get("icmp_timeout", 30),
                keys.get("icmpv6_timeout", 30),
                keys.get("generic_timeout", 600));
    }

    private record Keys(ToLongFunction<String> sysctl) {
        int get(String key, int absent) {
            long value = sysctl.applyAsLong(PREFIX + key);
            return value < 0 ? absent : (int) Math.min(value, Integer.MAX_VALUE);
        }
    }
}
