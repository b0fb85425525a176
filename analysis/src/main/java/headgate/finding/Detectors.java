package headgate.finding;

import java.util.List;

/// Every kind of finding from flows. The order is part of stored state: append, never reorder.
final class Detectors {
    static final List<Detector> ALL =
            List.of(
                    new SynFlood(),
                    new PortScan(ScanShape.PORTS),
                    new PortScan(ScanShape.HOSTS),
                    new ZeroWindowStall(),
                    new RetransmissionStorm(),
                    new AsymmetricRoute(),
                    new MtuBlackHole(),
                    new DnsFailures(),
                    new UdpScan(ScanShape.PORTS),
                    new UdpScan(ScanShape.HOSTS));

    private Detectors() {}

    /// The detector of a kind; null if there is none.
    static Detector of(String kind) {
        return ALL.stream().filter(each -> each.kind().equals(kind)).findFirst().orElse(null);
    }
}
