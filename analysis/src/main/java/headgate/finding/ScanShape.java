package headgate.finding;

import headgate.finding.Detector.Notebook;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;

/// Over what one address's attempts are spread.
enum ScanShape {
    /// Many ports of one host.
    PORTS("ports"),

    /// The same port of many hosts.
    HOSTS("hosts");

    private final String words;

    ScanShape(String words) {
        this.words = words;
    }

    /// What they are spread over, for people.
    String words() {
        return words;
    }

    Note note(Notebook notes, FlowRecord flow, Side from, Side to) {
        return notes.about(
                this == PORTS
                        ? Subject.addressToAddress(flow, from, to)
                        : Subject.addressToPort(flow, from, to.port()));
    }

    /// A hash of what must be different.
    int target(Side to) {
        return this == PORTS ? to.port() : Long.hashCode(to.addressHigh() * 31 + to.addressLow());
    }

    /// How many different ones make a scan.
    int enough(FindingThresholds thresholds) {
        return this == PORTS ? thresholds.scannedPorts() : thresholds.scannedHosts();
    }
}
