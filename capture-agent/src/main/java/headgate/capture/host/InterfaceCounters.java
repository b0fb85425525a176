package headgate.capture.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The counters of one interface since it was made, from `/sys/class/net/NAME/statistics`; their
/// meaning is that of the kernel's `Documentation/networking/statistics.rst`.
///
/// @param rxPackets frames that the driver handed to the kernel, also those dropped later
/// @param rxDropped frames that the kernel dropped for want of resources, or that nobody wanted
/// @param rxMissedErrors frames that the host was too slow to take from the device
/// @param rxFifoErrors overruns of the receive queue
/// @param rxOverErrors overruns of the receive ring, as some drivers count them
public record InterfaceCounters(
        long rxPackets,
        long rxBytes,
        long rxErrors,
        long rxDropped,
        long rxMissedErrors,
        long rxFifoErrors,
        long rxOverErrors,
        long rxCrcErrors,
        long rxNohandler,
        long txPackets,
        long txBytes,
        long txErrors,
        long txDropped) {

    /// Reads the counters now. An interface that is not there has zeros.
    public static InterfaceCounters read(String interfaceName) {
        Path statistics = Path.of("/sys/class/net", interfaceName, "statistics");
        return new InterfaceCounters(
                counter(statistics, "rx_packets"),
                counter(statistics, "rx_bytes"),
                counter(statistics, "rx_errors"),
                counter(statistics, "rx_dropped"),
                counter(statistics, "rx_missed_errors"),
                counter(statistics, "rx_fifo_errors"),
                counter(statistics, "rx_over_errors"),
                counter(statistics, "rx_crc_errors"),
                counter(statistics, "rx_nohandler"),
                counter(statistics, "tx_packets"),
                counter(statistics, "tx_bytes"),
                counter(statistics, "tx_errors"),
                counter(statistics, "tx_dropped"));
    }

    /// Frames that were lost before the kernel saw them: no capture can have them. libpcap reports
    /// the same sum as `ps_ifdrop`.
    public long missed() {
        return rxMissedErrors + rxFifoErrors;
    }

    private static long counter(Path statistics, String name) {
        try {
            return Long.parseUnsignedLong(Files.readString(statistics.resolve(name)).strip());
        } catch (IOException | NumberFormatException _) {
            return 0;
        }
    }
}
