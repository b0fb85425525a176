package headgate.finding;

/// From where on a suspicion is a finding. All are about one subject and one minute.
///
/// @param halfOpen attempts to connect that their sender did not go on with: twice the smallest
///   default of `net.ipv4.tcp_max_syn_backlog` (128), which they fill for a minute (RFC 4987,
///   section 2)
/// @param halfOpenShare of all attempts at the same port
/// @param scannedPorts ports of one host that one address failed at (Zeek's `port_scan_threshold`)
/// @param scannedHosts hosts that one address failed at, at the same port (Zeek's
///   `addr_scan_threshold`)
/// @param silentShare of all UDP flows of the same kind, those without answer that make a scan of
///   it
/// @param zeroWindows segments by which an address closed its window
/// @param repeated segments sent again from one network to another
/// @param repeatedShare of all segments: at 5 % a sender as in RFC 5681 keeps some five segments
///   under way (1.2 / √p, Mathis et al. 1997), however wide the path
/// @param oneWay TCP flows of which one side was seen, at one capture point between two networks
/// @param oneWayShare of all of them
/// @param stalled TCP flows of one sender that repeated large segments and did not end properly;
///   one is enough where ICMP said that packets were too big
/// @param largeBytes mean payload of a repeated segment that is large: less than what an IPv6 link
///   must carry (1280, RFC 8200, section 5)
/// @param dnsQuestions exchanges with one name server, fewer tell nothing
/// @param dnsFailedShare of these, not answered, SERVFAIL or REFUSED
/// @param dnsAbsentShare of these, NXDOMAIN
public record FindingThresholds(
        long halfOpen,
        double halfOpenShare,
        int scannedPorts,
        int scannedHosts,
        double silentShare,
        long zeroWindows,
        long repeated,
        double repeatedShare,
        long oneWay,
        double oneWayShare,
        long stalled,
        long largeBytes,
        long dnsQuestions,
        double dnsFailedShare,
        double dnsAbsentShare) {

    public static final FindingThresholds DEFAULT =
            new FindingThresholds(
                    256, 0.5, 15, 25, 0.9, 10, 100, 0.05, 10, 0.5, 3, 1000, 20, 0.1, 0.5);

    public FindingThresholds {
        if (scannedPorts > Evidence.MOST_DISTINCT || scannedHosts > Evidence.MOST_DISTINCT) {
            throw new IllegalArgumentException(
                    "more than %d different ports or hosts are not told apart"
                            .formatted(Evidence.MOST_DISTINCT));
        }
    }
}
