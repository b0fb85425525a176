package headgate.capture;

import headgate.capture.afpacket.AfPacketSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Whether this host and this process can capture, and what is missing.
///
/// @param kernelRelease as `uname -r` says; empty where this is not Linux
/// @param capNetRaw whether CAP_NET_RAW is effective
/// @param libpcapVersion in libpcap's words; empty if it was not found
/// @param findings one for each thing that was looked at
public record CaptureCapability(
        String kernelRelease, boolean capNetRaw, String libpcapVersion, List<Finding> findings) {

    /// One thing that was looked at.
    ///
    /// @param subject what was looked at
    /// @param good whether it is as capturing needs it
    /// @param detail what was found
    /// @param remedy what to do about it; empty if it is good
    public record Finding(String subject, boolean good, String detail, String remedy) {}

    private static final int CAP_NET_RAW = 13;

    private static final String LIBPCAP = "libpcap";

    public CaptureCapability {
        findings = List.copyOf(findings);
    }

    /// Whether frames of an interface can be taken; without libpcap that goes, but not with a
    /// filter.
    public boolean canCapture() {
        return findings.stream().allMatch(f -> f.good() || f.subject().equals(LIBPCAP));
    }

    /// Looks now. Opens a capture ring on the loopback interface, and closes it again.
    public static CaptureCapability probe() {
        String kernelRelease = firstLine(Path.of("/proc/sys/kernel/osrelease"));
        boolean capNetRaw = effective(Path.of("/proc/self/status"), CAP_NET_RAW);
        String libpcapVersion = "";
        var findings = new ArrayList<Finding>();
        findings.add(
                kernelRelease.isEmpty()
                        ? new Finding(
                                "kernel",
                                false,
                                System.getProperty("os.name"),
                                "capture on Linux; files can be read here")
                        : new Finding("kernel", true, "Linux " + kernelRelease, ""));
        findings.add(
                capNetRaw
                        ? new Finding("CAP_NET_RAW", true, "effective", "")
                        : new Finding(
                                "CAP_NET_RAW",
                                false,
                                "not effective",
                                "run as root or give the capability, see docs/live-capture.md"));
        findings.add(interfaces());
        findings.add(ring());
        try {
            libpcapVersion = Libpcap.load().version();
            findings.add(new Finding(LIBPCAP, true, libpcapVersion, ""));
        } catch (CaptureOpenException e) {
            findings.add(
                    new Finding(
                            LIBPCAP,
                            false,
                            "not found: no capture filters, no pcap source",
                            e.getMessage()));
        }
        return new CaptureCapability(kernelRelease, capNetRaw, libpcapVersion, findings);
    }

    private static Finding interfaces() {
        List<HostInterface> up =
                CaptureInterfaces.list().stream().filter(HostInterface::up).toList();
        return up.isEmpty()
                ? new Finding(
                        "interfaces",
                        false,
                        "none is up",
                        "set one up, for example: ip link set lo up")
                : new Finding(
                        "interfaces",
                        true,
                        "up: " + String.join(", ", up.stream().map(HostInterface::name).toList()),
                        "");
    }

    private static Finding ring() {
        String name =
                CaptureInterfaces.list().stream()
                        .filter(HostInterface::up)
                        .filter(i -> i.linkType() >= 0)
                        .map(HostInterface::name)
                        .findFirst()
                        .orElse("lo");
        LiveSettings settings = LiveSettings.of(name).with(draft -> draft.promiscuous = false);
        try (AfPacketSource source = AfPacketSource.open(settings)) {
            return new Finding(
                    "capture ring",
                    true,
                    "%d MiB on %s"
                            .formatted(
                                    settings.ringBytes() >> 20,
                                    source.interfaces().getFirst().name()),
                    "");
        } catch (CaptureOpenException e) {
            return new Finding("capture ring", false, e.reason().toString(), e.getMessage());
        }
    }

    /// The line `CapEff` is a mask in hexadecimal digits, see proc(5).
    private static boolean effective(Path status, int capability) {
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .mapToLong(line ->
                            Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16))
                    .anyMatch(mask -> (mask >>> capability & 1) == 1);
        } catch (IOException _) {
            return false;
        }
    }

    private static String firstLine(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException _) {
            return "";
        }
    }
}
